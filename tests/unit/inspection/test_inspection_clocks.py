"""The periods of an inspection, counted as the law counts them."""

import json
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain.clocks import (
    Clock,
    ExtensionTooLate,
    OrderDateNotAhead,
    OrderDateTooFar,
    check_extendable,
    extend,
    next_due,
    order_clock,
    recount,
    start_clock,
)
from services.inspection.domain.periods import (
    ClockKind,
    Periods,
    PeriodsMissing,
    parse_periods,
    periods_on,
)
from shared.kernel.calendar import ChinaCalendar, working_days_between
from shared.kernel.clock import SHANGHAI, shanghai_day
from shared.kernel.deadlines import standing

CALENDAR = ChinaCalendar()
DOCUMENT = files("services.inspection").joinpath("data/inspection_periods.json").read_text(encoding="utf-8")
VERSIONS = parse_periods(json.loads(DOCUMENT))
PERIODS: Periods = VERSIONS[-1]


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def started(kind: ClockKind, at: str, calendar: ChinaCalendar = CALENDAR) -> Clock:
    return start_clock(PERIODS.rules[kind], shanghai(at), calendar)


def extended(clock: Clock) -> Clock:
    return extend(clock, PERIODS.rules[ClockKind.INVESTIGATE], CALENDAR)


@pytest.mark.parametrize(
    ("kind", "start", "due"),
    [
        (ClockKind.ACCEPT, "2026-02-10 16:30", "2026-02-24"),
        (ClockKind.ACCEPT, "2025-09-25 09:00", "2025-10-09"),
        (ClockKind.INVESTIGATE, "2026-02-10 09:00", "2026-05-14"),
        (ClockKind.DECIDE, "2026-11-18 09:00", "2026-12-09"),
    ],
)
def test_the_law_s_periods_end_on_the_day_that_the_law_gives(kind: ClockKind, start: str, due: str) -> None:
    clock = started(kind, start)
    assert shanghai_day(clock.due_at) == date.fromisoformat(due)
    assert clock.due_at.astimezone(SHANGHAI).strftime("%H:%M:%S") == "23:59:59"
    assert not clock.provisional
    assert due in clock.trace_zh
    assert due in clock.trace_en


def test_an_extension_makes_ninety_working_days_of_sixty() -> None:
    longer = extended(started(ClockKind.INVESTIGATE, "2026-02-10 09:00"))
    assert shanghai_day(longer.due_at) == date(2026, 6, 26)
    assert "延长30个工作日" in longer.trace_zh
    assert "30 of them by an approved extension" in longer.trace_en


@given(st.dates(date(2024, 1, 1), date(2026, 6, 1)))
def test_the_extension_adds_exactly_its_working_days(start_on: date) -> None:
    clock = started(ClockKind.INVESTIGATE, f"{start_on} 10:00")
    days = working_days_between(CALENDAR, shanghai_day(clock.due_at), shanghai_day(extended(clock).due_at))
    assert days == PERIODS.rules[ClockKind.INVESTIGATE].extension


def test_a_period_that_is_over_is_not_extended() -> None:
    clock = started(ClockKind.INVESTIGATE, "2026-02-10 09:00")
    check_extendable(clock, clock.due_at)
    with pytest.raises(ExtensionTooLate):
        check_extendable(clock, clock.due_at + timedelta(seconds=1))


def test_a_notice_settles_what_was_provisional_with_its_extension() -> None:
    clock = extended(started(ClockKind.INVESTIGATE, "2026-11-18 10:00"))
    assert clock.provisional
    settled = ChinaCalendar({date(2027, 1, 4): False}, [2027])
    fresh = recount(clock, settled)
    assert (fresh.provisional, fresh.length, fresh.calendar_version) == (False, 90, settled.version)
    assert fresh.due_at > clock.due_at
    assert "2027-01-04" in fresh.trace_zh or "等" in fresh.trace_zh


def test_an_order_names_its_own_day_and_no_calendar_moves_it() -> None:
    clock = order_clock("第二十六条", date(2027, 1, 6), shanghai("2026-11-18 10:00"), CALENDAR, 90)
    assert clock.due_at == shanghai("2027-01-06 23:59:59")
    assert not clock.provisional
    assert recount(clock, ChinaCalendar({date(2027, 1, 6): False}, [2027])) == clock


@pytest.mark.parametrize("due_on", [date(2026, 11, 18), date(2026, 11, 17), date(2025, 12, 31)])
def test_an_order_s_day_lies_ahead(due_on: date) -> None:
    with pytest.raises(OrderDateNotAhead):
        order_clock("第二十六条", due_on, shanghai("2026-11-18 00:30"), CALENDAR, 90)


def test_an_order_s_day_lies_at_most_so_many_days_ahead() -> None:
    at, most = shanghai("2026-11-18 00:30"), PERIODS.order_days_at_most
    assert order_clock("第二十六条", date(2027, 2, 16), at, CALENDAR, most).due_at == shanghai(
        "2027-02-16 23:59:59"
    )
    with pytest.raises(OrderDateTooFar) as refusal:
        order_clock("第二十六条", date(2027, 2, 17), at, CALENDAR, most)
    assert [one.field for one in refusal.value.fields] == ["due_on"]


def test_how_a_clock_stands() -> None:
    clock = started(ClockKind.ACCEPT, "2026-11-18 10:00")
    seen = [
        standing(clock, at, PERIODS.at_risk_share)
        for at in (
            clock.started_at,
            clock.due_at - timedelta(hours=12),
            clock.due_at + timedelta(seconds=1),
        )
    ]
    assert seen == ["due", "at_risk", "breached"]


def test_what_is_due_next_is_the_first_unmet_clock() -> None:
    accept, investigate = (
        started(kind, "2026-11-18 10:00") for kind in (ClockKind.ACCEPT, ClockKind.INVESTIGATE)
    )
    assert next_due([investigate, accept]) == accept.due_at
    assert next_due([]) is None


def test_the_periods_have_a_beginning() -> None:
    assert periods_on(VERSIONS, date(2026, 11, 18)) is PERIODS
    with pytest.raises(PeriodsMissing):
        periods_on(VERSIONS, date(2000, 1, 1))


def test_the_shipped_periods_are_those_of_the_regulations() -> None:
    lengths = {kind.value: (rule.length, rule.extension) for kind, rule in PERIODS.rules.items()}
    assert lengths == {"insp.accept": (5, 0), "insp.investigate": (60, 30), "insp.decide": (15, 0)}
    assert PERIODS.least_officers == 2
