"""The statutory periods of mediation, by the calendar's own vectors."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mediation.domain.clocks import (
    Clock,
    ClockKind,
    Start,
    extended,
    meet,
    next_due,
    resettled,
    start_clock,
)
from shared.kernel.calendar import ChinaCalendar
from shared.kernel.deadlines import standing
from tests.unit.mediation.given import CALENDAR, POLICY, shanghai

SHARE = POLICY.at_risk_share


def started(kind: ClockKind, at: str) -> Clock:
    return start_clock(POLICY.clock_rule(kind), shanghai(at), CALENDAR)


@pytest.mark.parametrize(
    ("kind", "start", "due"),
    [
        (ClockKind.RIGHT_TO_ARBITRATE, "2025-09-20", "2025-10-09"),
        (ClockKind.CLOSE, "2025-09-20", "2025-10-09"),
        (ClockKind.CLOSE, "2026-02-10", "2026-02-25"),
        (ClockKind.CLOSE, "2026-01-20", "2026-02-04"),
        (ClockKind.RIGHT_TO_ARBITRATE, "2026-01-20", "2026-02-04"),
        (ClockKind.ACCEPT, "2026-01-20", "2026-01-23"),
        (ClockKind.ACCEPT, "2026-02-13", "2026-02-25"),
        (ClockKind.ACCEPT, "2025-09-25", "2025-09-29"),
    ],
)
def test_a_period_ends_with_the_day_that_the_law_names(kind: ClockKind, start: str, due: str) -> None:
    clock = started(kind, f"{start} 10:00")
    assert clock.due_at == shanghai(f"{due} 23:59:59")
    assert (clock.rule_id, clock.article) == (f"med.{kind}", POLICY.clock_rule(kind).article)
    assert due in clock.trace_zh
    assert due in clock.trace_en
    assert not clock.provisional


def test_two_clocks_run_from_receipt_and_one_from_acceptance() -> None:
    assert {rule.kind for rule in POLICY.clock_rules_from(Start.RECEIPT)} == {
        ClockKind.RIGHT_TO_ARBITRATE,
        ClockKind.ACCEPT,
    }
    assert [rule.kind for rule in POLICY.clock_rules_from(Start.ACCEPTANCE)] == [ClockKind.CLOSE]


def test_a_clock_is_due_then_at_risk_then_breached_then_met() -> None:
    clock = started(ClockKind.CLOSE, "2026-01-20 10:00")
    assert standing(clock, clock.started_at, SHARE) == "due"
    assert standing(clock, clock.due_at - timedelta(days=2), SHARE) == "at_risk"
    assert standing(clock, clock.due_at, SHARE) == "at_risk"
    late = clock.due_at + timedelta(seconds=1)
    assert standing(clock, late, SHARE) == "breached"
    met = meet(clock, late)
    assert (standing(met, late, SHARE), met.breached_at) == ("met", late)
    assert meet(met, late + timedelta(days=1)) == met


def test_an_extension_ends_with_the_day_agreed_whatever_the_calendar_says() -> None:
    clock = extended(started(ClockKind.CLOSE, "2026-12-20 10:00"), date(2027, 2, 6), CALENDAR)
    assert (clock.due_at, clock.provisional) == (shanghai("2027-02-06 23:59:59"), False)
    assert "延长至2027-02-06" in clock.trace_zh
    assert "Extended by agreement" in clock.trace_en


@pytest.mark.parametrize("start", ["2026-11-18", "2026-12-23"])
def test_the_trace_of_an_extension_explains_the_period_and_calls_nothing_provisional(start: str) -> None:
    by_law = started(ClockKind.CLOSE, f"{start} 10:00")
    clock = extended(by_law, date(2027, 2, 6), CALENDAR)
    assert ("暂定" in by_law.trace_zh, "provisional" in by_law.trace_en) == (by_law.provisional,) * 2
    assert "暂定" not in clock.trace_zh
    assert "provisional" not in clock.trace_en
    assert clock.trace_zh.startswith(f"{start}当日不计")
    assert "until its end. Extended by agreement" in clock.trace_en


def test_a_notice_moves_a_provisional_date_and_takes_a_breach_back_that_was_none() -> None:
    rule = POLICY.clock_rule(ClockKind.CLOSE)
    clock = started(ClockKind.CLOSE, "2026-12-23 10:00")
    assert (clock.due_at, clock.provisional) == (shanghai("2027-01-07 23:59:59"), True)
    notice = ChinaCalendar({date(2027, 1, 7): False, date(2027, 1, 8): False}, [2027])
    breached = replace(clock, breached_at=clock.due_at)
    fresh = resettled(breached, rule, notice, shanghai("2027-01-09 10:00"))
    assert fresh is not None
    assert (fresh.due_at, fresh.provisional, fresh.breached_at) == (
        shanghai("2027-01-11 23:59:59"),
        False,
        None,
    )
    kept = resettled(breached, rule, notice, shanghai("2027-01-12 10:00"))
    assert kept is not None
    assert kept.breached_at == clock.due_at
    assert resettled(clock, rule, CALENDAR, clock.started_at) is None


@given(kinds=st.lists(st.sampled_from(ClockKind), unique=True), met=st.booleans())
def test_what_is_due_next_is_the_earliest_that_still_asks_for_something(
    kinds: list[ClockKind], *, met: bool
) -> None:
    clocks = [started(kind, "2026-01-20 10:00") for kind in kinds]
    running = [meet(clock, clock.started_at) for clock in clocks] if met else clocks
    assert next_due(running) == (None if met else min((one.due_at for one in clocks), default=None))
