"""Late and out-of-order signals end in the same state as in-order ones; nor does it matter who runs beside."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.warning.domain.enterprises import EnterpriseClaim, check_claim
from services.warning.domain.indicators import load_indicators
from services.warning.domain.signals import SignalContent
from services.warning.repository.tables import MAILBOXES
from services.warning.usecases.publish_indicators import default_indicators
from services.warning.usecases.record_signals import record_signals
from services.warning.usecases.signal_drafts import Sender
from services.warning.usecases.upsert_enterprises import upsert_enterprises
from shared.db.engine import make_engine
from shared.db.tx import Database
from shared.kernel.clock import FixedClock
from tests.support.enterprises import a_uscc

INDICATORS = load_indicators(default_indicators())
NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
FIRST, SECOND, NEVER = a_uscc(1), a_uscc(2), a_uscc(3)
SENDER = Sender("hrss")


@dataclass(frozen=True, slots=True)
class Register:
    """An enterprise becomes known."""

    uscc: str


def told(
    ref: str | None, uscc: str = FIRST, period: str = "2026-10", months: int = 1, **more: Any
) -> SignalContent:
    fields: dict[str, Any] = {"occurred_on": None, "amount_cny": Decimal(months), "workers": 5, "detail": {}}
    fields |= {"corrects": None} | more
    return SignalContent("hrss", ref, uscc, "wage_arrears", period, months=months, **fields)


STEPS: Sequence[SignalContent | Register] = (
    Register(FIRST),
    Register(SECOND),
    told("A-1", months=1),
    told("A-1", months=1),
    told("A-2", months=2, corrects="A-1"),
    told("A-3", months=0, corrects="A-2"),
    told("A-3", months=0, corrects="A-2"),
    told("A-4", months=1, corrects="A-2"),
    told("B-1", SECOND, "2026-09", months=3),
    told("B-2", FIRST, "2026-09", months=3, corrects="B-1"),
    told("C-1", NEVER, months=1),
    told(None, SECOND, "2026-08", months=1),
    told(None, SECOND, "2026-08", months=1),
    told(None, SECOND, "2026-07", months=2),
    told("D-2", SECOND, "2026-06", months=2, corrects="D-1-which-never-comes"),
)

STATE = text("""
SELECT s.signal_key, s.content_hash, s.uscc, e.uscc AS enterprise, s.series, s.effective_on, s.amount_cny, s.months,
  EXISTS (SELECT FROM warning.signals c WHERE c.source = s.source AND c.corrects = coalesce(s.source_ref, s.id::text))
    AS superseded
FROM warning.signals s LEFT JOIN warning.enterprises e ON e.id = s.enterprise_id ORDER BY s.signal_key
""")
EMPTY = text("""
TRUNCATE warning.signals, warning.assessment_queue, warning.enterprise_names, warning.enterprises CASCADE
""")
QUEUED = text("""
SELECT array_agg(DISTINCT e.uscc ORDER BY e.uscc) FROM warning.assessment_queue q
JOIN warning.enterprises e ON e.id = q.enterprise_id
""")


def a_database(url: str) -> Database:
    engine = make_engine(url, application="test")
    return Database(engine, "warning", MAILBOXES.outbox, FixedClock(NOW))


async def outcomes_of(db: Database, signals: Sequence[SignalContent]) -> list[str]:
    """Take the signals as one batch."""
    async with db.write() as tx:
        outcomes = await record_signals(tx, [SENDER] * len(signals), signals, INDICATORS)
    return [outcome.status for outcome in outcomes]


async def take(db: Database, steps: Sequence[SignalContent | Register]) -> None:
    """Take the steps in one transaction: registrations one by one, signals as one batch."""
    async with db.write() as tx:
        for step in steps:
            if isinstance(step, Register):
                await upsert_enterprises(tx, [check_claim(EnterpriseClaim(step.uscc, "某某公司"), None)])
        signals = [step for step in steps if isinstance(step, SignalContent)]
        outcomes = await record_signals(tx, [SENDER] * len(signals), signals, INDICATORS)
        assert "refused" not in {outcome.status for outcome in outcomes}


async def state_after(url: str, batches: Sequence[Sequence[SignalContent | Register]]) -> tuple[Any, Any]:
    db = a_database(url)
    try:
        async with db.write() as tx:
            await tx.execute(EMPTY)
        for batch in batches:
            await take(db, batch)
        async with db.read() as reading:
            return await reading.rows(STATE), await reading.value(QUEUED)
    finally:
        await db.close()


def cut(
    steps: Sequence[SignalContent | Register], sizes: Sequence[int]
) -> list[Sequence[SignalContent | Register]]:
    batches, start = [], 0
    for size in sizes:
        batches.append(steps[start : start + size])
        start += size
    return [*batches, steps[start:]]


def test_the_same_signals_in_any_order_and_in_any_batches_end_in_the_same_state(database_url: str) -> None:
    in_order, queued = asyncio.run(state_after(database_url, [[step] for step in STEPS]))
    assert len(in_order) == 10
    assert sum(row.superseded for row in in_order) == 3
    assert [row.uscc for row in in_order if row.enterprise is None] == [NEVER]
    assert queued == sorted([FIRST, SECOND])

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.permutations(STEPS), st.lists(st.integers(1, 6), max_size=6))
    def any_order(steps: Sequence[SignalContent | Register], sizes: Sequence[int]) -> None:
        assert asyncio.run(state_after(database_url, cut(steps, sizes))) == (in_order, queued)

    any_order()


def test_a_batch_is_what_its_signals_are_one_by_one(database_url: str) -> None:
    """Repeats, conflicts and corrections that would close a circle among them."""
    names = st.sampled_from(["K-1", "K-2", "K-3"])
    corrections = st.builds(lambda ref, former: told(ref, corrects=former), names, st.none() | names)
    sound = corrections.filter(lambda one: one.corrects != one.source_ref)

    async def taken(batches: Sequence[Sequence[SignalContent]]) -> tuple[list[str], Any]:
        db = a_database(database_url)
        try:
            await take(db, [Register(FIRST)])
            async with db.write() as tx:
                await tx.execute(text("TRUNCATE warning.signals CASCADE"))
            statuses = [status for batch in batches for status in await outcomes_of(db, batch)]
            async with db.read() as reading:
                return statuses, await reading.rows(STATE)
        finally:
            await db.close()

    @settings(max_examples=40, deadline=None)
    @given(st.lists(sound, min_size=3, max_size=7))
    @example([told("K-1", corrects="K-2"), *[told("K-2", corrects="K-1")] * 2])
    def any_batch(batch: Sequence[SignalContent]) -> None:
        together, one_by_one = asyncio.run(taken([batch])), asyncio.run(taken([[one] for one in batch]))
        assert together == one_by_one
        assert any(not row.superseded for row in together[1])

    any_batch()


@pytest.mark.asyncio
async def test_batches_with_the_same_signals_at_the_same_time_store_each_once(database_url: str) -> None:
    db = a_database(database_url)
    signals = [told(f"R-{number}", period="2026-10", months=number % 3) for number in range(300)]
    await take(db, [Register(FIRST)])
    orders = [signals, signals[::-1], signals[150:] + signals[:150], signals[::2] + signals[1::2]]
    await asyncio.gather(*(take(db, order) for order in orders))
    async with db.read() as reading:
        assert len(await reading.rows(STATE)) == len(signals)
    await db.close()


@pytest.mark.asyncio
async def test_corrections_at_the_same_time_form_no_circle(database_url: str) -> None:
    db = a_database(database_url)

    async def correct(number: int) -> str:
        async with db.write() as tx:
            content = told(f"K-{number}", corrects=f"K-{(number + 1) % 8}")
            return (await record_signals(tx, [SENDER], [content], INDICATORS))[0].status

    await take(db, [Register(FIRST)])
    statuses = await asyncio.gather(*(correct(number) for number in range(8)))
    assert sorted(statuses) == [*["accepted"] * 7, "refused"]
    await db.close()


@pytest.mark.asyncio
async def test_no_signal_stays_held_that_comes_while_its_enterprise_is_being_registered(
    database_url: str,
) -> None:
    db = a_database(database_url)
    for number in range(10, 40):
        await asyncio.gather(
            take(db, [told(f"H-{number}", a_uscc(number))]), take(db, [Register(a_uscc(number))])
        )
    async with db.read() as reading:
        assert [row.uscc for row in await reading.rows(STATE) if row.enterprise is None] == []
    await db.close()
