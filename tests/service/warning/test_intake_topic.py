"""The topic `intake.signal`: what departments stream is taken like what they post, and nothing stops the topic."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import stamina
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.warning.consumers.intake_topic import TOPIC
from services.warning.repository.tables import MAILBOXES
from shared.auth.permissions import Role
from shared.bus.port import Message, Origin
from shared.db.tx import WriteTx
from shared.kernel.ids import new_id
from shared.outbox.burial import ATTEMPTS
from shared.outbox.dead_letters import replay
from shared.outbox.feed import Feed, Refused
from tests.support.district import USCC, District
from tests.support.system import System

pytestmark = pytest.mark.asyncio


def streamed(system: System, body: bytes | None = None, **fields: object) -> Message:
    """Return a record of the topic, proven by a token of the source hrss."""
    signal = {
        "source": "hrss",
        "source_ref": uuid4().hex,
        "uscc": USCC,
        "indicator": "wage_arrears",
        "period": "2026-10",
        "months": 3,
        "workers": 41,
    } | fields
    origin = Origin(0, 0, system.clock.now(), department(system))
    return Message(TOPIC, USCC, new_id(), "", body or json.dumps(signal).encode(), origin=origin)


def department(system: System, source: str = "hrss", role: Role = Role.DEPARTMENT) -> str:
    """Return a token that may report unpaid wages."""
    return system.token(role, source=source, indicators=frozenset({"wage_arrears"}))


async def refusals(system: System) -> list[str]:
    """Return the classes of what was refused."""
    async with system.db("warning").read() as tx:
        rows = await tx.rows(text("SELECT error_class FROM warning.dead_letters ORDER BY 1"))
        return [row.error_class for row in rows]


async def counts(system: System) -> tuple[int, int]:
    """Return how many signals and how many dead letters there are."""
    async with system.db("warning").read() as tx:
        signals = await tx.value(text("SELECT count(*) FROM warning.signals"))
        return signals, await tx.value(text("SELECT count(*) FROM warning.dead_letters"))


async def test_a_streamed_signal_raises_a_warning_once_however_often_it_comes(system: System) -> None:
    district = District(system)
    assert (await district.register()).status_code == 200
    record = streamed(system)

    await system.host.bus.publish([record, record])
    await system.host.bus.publish([record])
    await system.settle()

    assert [one["level"] for one in await district.warnings()] == ["red"]
    assert await counts(system) == (1, 0)


async def test_what_cannot_be_taken_is_kept_aside_and_the_rest_is_stored(system: System) -> None:
    assert (await District(system).register()).status_code == 200
    broken = [
        streamed(system, b'{"source":'),
        streamed(system, b"\xff\xfe"),
        streamed(system, b"[1]"),
        streamed(system, months=-1),
    ]

    await system.host.bus.publish(
        [broken[0], streamed(system), *broken[1:], streamed(system, period="2026-09")]
    )

    assert await counts(system) == (2, len(broken))


async def test_a_record_on_which_the_handler_fails_does_not_stop_the_topic(system: System) -> None:
    taken: list[bytes] = []

    async def handle(_tx: WriteTx, messages: Sequence[Message]) -> Sequence[Refused]:
        if any(message.body == b"poison" for message in messages):
            raise ZeroDivisionError
        taken.extend(message.body for message in messages)
        return []

    feed = Feed(system.db("warning"), MAILBOXES, handle)
    with stamina.set_testing(True, attempts=ATTEMPTS):
        await feed.handle([streamed(system, b"one"), streamed(system, b"poison"), streamed(system, b"two")])

    assert taken == [b"one", b"two"]
    assert await counts(system) == (0, 1)


async def test_a_letter_names_the_field_at_fault(system: System) -> None:
    assert (await District(system).register()).status_code == 200
    await system.host.bus.publish([streamed(system, months=-1)])
    async with system.db("warning").read() as tx:
        assert "months: " in await tx.value(text("SELECT error FROM warning.dead_letters"))


async def test_a_database_that_is_slow_makes_no_dead_letters(system: System) -> None:
    async def handle(tx: WriteTx, _messages: Sequence[Message]) -> Sequence[Refused]:
        await tx.execute(text("SET LOCAL statement_timeout = '5ms'"))
        await tx.execute(text("SELECT pg_sleep(1)"))
        return []

    with pytest.raises(DBAPIError, match="statement timeout"):
        await Feed(system.db("warning"), MAILBOXES, handle).handle([streamed(system)])
    assert await counts(system) == (0, 0)


async def test_only_a_department_that_proves_itself_is_believed_and_only_under_its_own_name(
    system: System,
) -> None:
    assert (await District(system).register()).status_code == 200
    record = streamed(system)
    assert record.origin is not None
    credentials = ("", "no.token", department(system, role=Role.INSPECTOR))
    origins = [None, *(replace(record.origin, credential=one) for one in credentials)]
    unproven = [replace(record, event_id=new_id(), origin=origin) for origin in origins]
    foreign = replace(
        record, event_id=new_id(), origin=replace(record.origin, credential=department(system, "tax"))
    )

    await system.host.bus.publish([*unproven, foreign, streamed(system, indicator="complaint")])

    assert await counts(system) == (0, 6)
    assert await refusals(system) == ["ForeignIndicator", "ForeignSource"] + 4 * ["SenderUnproven"]


async def test_a_token_counts_as_of_the_moment_at_which_the_broker_took_the_record(system: System) -> None:
    assert (await District(system).register()).status_code == 200
    record = streamed(system)
    assert record.origin is not None
    told = system.clock.now()
    before = replace(record.origin, appended_at=told - timedelta(hours=1))
    of_sender = replace(record.origin, appended_at=None)
    system.clock.advance(timedelta(days=5000))

    await system.host.bus.publish(
        [
            replace(record, event_id=new_id(), origin=before),
            replace(record, event_id=new_id(), origin=of_sender),
            record,
        ]
    )

    assert await counts(system) == (1, 2)
    assert await refusals(system) == ["SenderUnproven", "SenderUnproven"]


async def test_a_refused_record_is_replayed_once_its_fault_is_mended(system: System) -> None:
    record = streamed(system)
    hosted = system.host.hosted["warning"]
    poisoned = Feed(hosted.db, MAILBOXES, _failing)
    with stamina.set_testing(True, attempts=ATTEMPTS):
        await poisoned.handle([record])
    assert await counts(system) == (0, 1)

    assert await replay(hosted.db, MAILBOXES, hosted.consumer_of, record.event_id, "wang")

    async with system.db("warning").read() as tx:
        assert (
            await tx.value(text("SELECT count(*) FROM warning.dead_letters WHERE replayed_at IS NULL")) == 0
        )
        assert await tx.value(text("SELECT count(*) FROM warning.signals WHERE enterprise_id IS NULL")) == 1


async def test_a_record_that_is_refused_again_stays(system: System) -> None:
    record = streamed(system, months=-1)
    hosted = system.host.hosted["warning"]
    await system.host.bus.publish([record])

    assert not await replay(hosted.db, MAILBOXES, hosted.consumer_of, record.event_id, "wang")

    assert await counts(system) == (0, 1)


async def _failing(_tx: WriteTx, _messages: Sequence[Message]) -> Sequence[Refused]:
    raise ZeroDivisionError
