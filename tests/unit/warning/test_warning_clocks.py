"""The clocks of a warning: until when, and why then."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.warning.domain.clocks import (
    Clock,
    ClockKind,
    ClockRule,
    ClockState,
    accept_clock_for_reassignment,
    clocks_after_upgrade,
    is_breached,
    meet,
    next_due,
    pause,
    resume,
    settled,
    standing,
    start_clock,
    start_clocks,
)
from services.warning.domain.levels import WarningLevel
from shared.kernel.calendar import ChinaCalendar, working_days_between
from shared.kernel.clock import shanghai_day
from shared.kernel.deadlines import ClockUnit
from tests.unit.warning.given import CALENDAR, POLICY, shanghai

ORANGE, RED = WarningLevel.ORANGE, WarningLevel.RED
ACCEPT, VISIT, PLAN, REVIEW = ClockKind
FRIDAY = shanghai("2026-11-20 17:30")
SHARE = POLICY.at_risk_share


def started(level: WarningLevel, kind: ClockKind, at: datetime = FRIDAY) -> Clock:
    return start_clock(POLICY.clock_rule(level, kind), at, CALENDAR)


def in_working_days(length: int) -> ClockRule:
    return ClockRule("test.visit", ORANGE, VISIT, length, ClockUnit.WORKING_DAYS, "测试")


@pytest.mark.parametrize(
    ("level", "kind", "due"),
    [
        (RED, ACCEPT, "2026-11-20 19:30:00"),
        (RED, VISIT, "2026-11-21 17:30:00"),
        (RED, PLAN, "2026-11-22 17:30:00"),
        (RED, REVIEW, "2026-12-07 23:59:59"),  # nominally a Saturday
        (ORANGE, ACCEPT, "2026-11-23 23:59:59"),
        (ORANGE, VISIT, "2026-11-25 23:59:59"),
        (ORANGE, PLAN, "2026-11-27 23:59:59"),
        (ORANGE, REVIEW, "2026-12-21 23:59:59"),  # nominally a Sunday
    ],
)
def test_the_policy_s_clocks_from_a_friday_afternoon(level: WarningLevel, kind: ClockKind, due: str) -> None:
    clock = started(level, kind)
    assert clock.due_at == shanghai(due)
    assert clock.due_at.tzinfo is UTC
    assert clock.article == POLICY.clock_rule(level, kind).article
    assert clock.rule_id == f"{level}.{kind}"


def test_shortly_after_midnight_in_shanghai_a_new_day_has_begun() -> None:
    late = start_clock(in_working_days(1), shanghai("2026-11-17 23:59"), CALENDAR)
    early = start_clock(in_working_days(1), shanghai("2026-11-18 00:01"), CALENDAR)
    assert (late.due_at, early.due_at) == (shanghai("2026-11-18 23:59:59"), shanghai("2026-11-19 23:59:59"))


def test_the_spring_festival_is_skipped_and_the_trace_says_so() -> None:
    clock = start_clock(in_working_days(5), shanghai("2026-02-10 09:00"), CALENDAR)
    assert clock.due_at == shanghai("2026-02-24 23:59:59")
    assert "2026-02-10当日不计，第5个工作日为2026-02-24" in clock.trace_zh
    assert "2026-02-17" in clock.trace_zh
    assert "working day 5 is 2026-02-24" in clock.trace_en
    assert clock.calendar_version == CALENDAR.version


def test_the_trace_of_a_rolled_day_names_the_day_that_is_not_worked() -> None:
    clock = started(RED, REVIEW)
    assert clock.trace_zh == "2026-11-20当日不计，第15日2026-12-05不是工作日，顺延至2026-12-07终了。"


def test_the_trace_of_hours_tells_start_and_end() -> None:
    assert started(RED, ACCEPT).trace_zh == "自2026-11-20 17:30起连续计2小时，昼夜不停，至2026-11-20 19:30。"


def test_a_day_that_lies_in_an_unpublished_year_makes_the_date_provisional() -> None:
    clock = start_clock(in_working_days(3), shanghai("2026-12-30 10:00"), CALENDAR)
    assert clock.due_at == shanghai("2027-01-05 23:59:59")
    assert clock.provisional
    assert "2027年放假安排尚未公布" in clock.trace_zh
    assert "provisional" in clock.trace_en


def test_with_the_notice_entered_the_same_date_is_settled() -> None:
    calendar = ChinaCalendar(
        {date(2027, 1, 2): False, date(2027, 1, 3): False, date(2027, 1, 4): False}, published_years=[2027]
    )
    clock = start_clock(in_working_days(3), shanghai("2026-12-30 10:00"), calendar)
    assert clock.due_at == shanghai("2027-01-06 23:59:59")
    assert not clock.provisional
    assert "暂定" not in clock.trace_zh


def test_hours_need_no_calendar_and_are_never_provisional() -> None:
    assert not started(RED, PLAN, shanghai("2026-12-31 10:00")).provisional


def test_a_clock_is_due_then_at_risk_then_breached() -> None:
    clock = started(RED, ACCEPT)
    assert standing(clock, FRIDAY, SHARE) is ClockState.DUE
    assert standing(clock, FRIDAY + timedelta(minutes=90), SHARE) is ClockState.DUE
    assert standing(clock, FRIDAY + timedelta(minutes=91), SHARE) is ClockState.AT_RISK
    assert standing(clock, clock.due_at, SHARE) is ClockState.AT_RISK
    assert standing(clock, clock.due_at + timedelta(seconds=1), SHARE) is ClockState.BREACHED


def test_a_clock_that_stood_still_is_no_nearer_to_its_end() -> None:
    rule = POLICY.clock_rule(RED, ACCEPT)
    paused = pause(started(RED, ACCEPT), rule, FRIDAY + timedelta(minutes=1))
    after = FRIDAY + timedelta(days=4)
    clock = resume(paused, rule, after, CALENDAR)
    assert standing(clock, after, SHARE) is ClockState.DUE
    assert standing(clock, after + timedelta(minutes=91), SHARE) is ClockState.AT_RISK


def test_a_met_clock_is_met_and_the_first_time_counts() -> None:
    clock = meet(started(RED, ACCEPT), FRIDAY + timedelta(hours=1))
    assert standing(clock, FRIDAY + timedelta(days=9), SHARE) is ClockState.MET
    assert clock.breached_at is None
    assert meet(clock, FRIDAY + timedelta(hours=2)) == clock


def test_what_was_met_late_stays_a_breach_on_the_record() -> None:
    at = FRIDAY + timedelta(hours=3)
    clock = meet(started(RED, ACCEPT), at)
    assert (clock.met_at, clock.breached_at) == (at, at)


@given(minutes=st.integers(1, 100), hours=st.integers(0, 300))
@settings(max_examples=40, deadline=None, database=None)
def test_hours_move_by_exactly_the_time_of_the_pause(minutes: int, hours: int) -> None:
    rule = POLICY.clock_rule(RED, ACCEPT)
    clock = start_clock(rule, FRIDAY, CALENDAR)
    paused_at = FRIDAY + timedelta(minutes=minutes)
    paused = pause(clock, rule, paused_at)
    resumed = resume(paused, rule, paused_at + timedelta(hours=hours), CALENDAR)
    assert resumed.due_at == clock.due_at + timedelta(hours=hours)
    assert resumed.paused_at is None


@given(
    length=st.integers(1, 10),
    start=st.integers(0, 300),
    ran=st.integers(0, 200),
    stood=st.integers(0, 1000),
)
@settings(max_examples=40, deadline=None, database=None)
def test_as_many_working_days_are_left_after_a_pause_as_before(
    length: int, start: int, ran: int, stood: int
) -> None:
    rule = in_working_days(length)
    start_at = shanghai("2026-01-05 09:00") + timedelta(days=start)
    clock = start_clock(rule, start_at, CALENDAR)
    paused_at = min(start_at + timedelta(hours=ran), clock.due_at)
    now = paused_at + timedelta(hours=stood)
    resumed = resume(pause(clock, rule, paused_at), rule, now, CALENDAR)
    before = working_days_between(CALENDAR, shanghai_day(paused_at), shanghai_day(clock.due_at))
    after = working_days_between(CALENDAR, shanghai_day(now), shanghai_day(resumed.due_at))
    # What was left of the last day alone is one day, where offices do not work when the clock goes on.
    assert after == (before or int(not CALENDAR.is_working_day(shanghai_day(now)) and stood > 0))
    assert not is_breached(resumed, now)
    assert resumed.due_at >= clock.due_at
    assert resumed.due_at.second == 59


def test_a_pause_over_a_weekend_moves_no_working_day() -> None:
    rule = in_working_days(3)
    clock = pause(start_clock(rule, FRIDAY, CALENDAR), rule, FRIDAY + timedelta(hours=1))
    assert resume(clock, rule, shanghai("2026-11-22 20:00"), CALENDAR).due_at == clock.due_at


def test_a_clock_that_stood_still_on_its_last_day_ends_on_the_next_on_which_offices_work() -> None:
    rule = in_working_days(1)
    paused = pause(start_clock(rule, FRIDAY - timedelta(days=1), CALENDAR), rule, FRIDAY)
    resumed = resume(paused, rule, FRIDAY + timedelta(days=1), CALENDAR)
    assert resumed.due_at == shanghai("2026-11-23 23:59:59")


def test_a_pause_is_told_in_the_trace_and_may_make_the_date_provisional() -> None:
    rule = in_working_days(3)
    clock = pause(start_clock(rule, FRIDAY, CALENDAR), rule, FRIDAY)
    resumed = resume(clock, rule, shanghai("2026-12-30 10:00"), CALENDAR)
    assert resumed.due_at == shanghai("2027-01-05 23:59:59")
    assert resumed.provisional
    assert "2026-11-20 17:30至2026-12-30 10:00暂停" in resumed.trace_zh
    assert "2027年放假安排尚未公布" in resumed.trace_zh


def test_pausing_stops_neither_a_breach_nor_what_is_met_nor_the_review() -> None:
    accept, review = POLICY.clock_rule(RED, ACCEPT), POLICY.clock_rule(RED, REVIEW)
    clock = start_clock(accept, FRIDAY, CALENDAR)
    late = FRIDAY + timedelta(hours=3)
    assert pause(clock, accept, late) == clock
    assert pause(meet(clock, FRIDAY), accept, late) == meet(clock, FRIDAY)
    running = start_clock(review, FRIDAY, CALENDAR)
    assert pause(running, review, late) == running


def test_a_paused_clock_runs_into_no_breach_and_a_second_pause_changes_nothing() -> None:
    rule = POLICY.clock_rule(RED, ACCEPT)
    paused = pause(start_clock(rule, FRIDAY, CALENDAR), rule, FRIDAY + timedelta(hours=1))
    later = FRIDAY + timedelta(days=3)
    assert standing(paused, later, SHARE) is ClockState.PAUSED
    assert not is_breached(paused, later)
    assert pause(paused, rule, later) == paused


def test_resuming_what_runs_changes_nothing() -> None:
    rule = POLICY.clock_rule(RED, ACCEPT)
    clock = start_clock(rule, FRIDAY, CALENDAR)
    assert resume(clock, rule, FRIDAY + timedelta(hours=1), CALENDAR) == clock


def test_a_recorded_breach_stays_one() -> None:
    clock = replace(started(RED, ACCEPT), breached_at=FRIDAY)
    assert standing(clock, FRIDAY, SHARE) is ClockState.BREACHED


def test_a_new_assignee_gets_a_new_accept_clock() -> None:
    rule = POLICY.clock_rule(ORANGE, ACCEPT)
    monday = shanghai("2026-11-23 10:00")
    clock = accept_clock_for_reassignment(rule, monday, CALENDAR, started(ORANGE, VISIT))
    assert clock.due_at == shanghai("2026-11-24 23:59:59")


def test_it_is_never_due_later_than_the_running_visit() -> None:
    rule = POLICY.clock_rule(ORANGE, ACCEPT)
    visit = started(ORANGE, VISIT)
    wednesday = shanghai("2026-11-25 16:00")
    clock = accept_clock_for_reassignment(rule, wednesday, CALENDAR, visit)
    assert clock.due_at == visit.due_at
    assert "不得晚于已在运行的时限" in clock.trace_zh


@pytest.mark.parametrize("visit", ["none", "met", "overdue"])
def test_a_visit_that_is_not_ahead_does_not_bind_the_new_assignee(visit: str) -> None:
    rule = POLICY.clock_rule(RED, ACCEPT)
    running = started(RED, VISIT)
    now = running.due_at + timedelta(hours=1)
    limit = {"none": None, "met": meet(running, FRIDAY), "overdue": running}[visit]
    assert accept_clock_for_reassignment(rule, now, CALENDAR, limit) == start_clock(rule, now, CALENDAR)


def upgraded(clocks: list[Clock], now: datetime) -> dict[ClockKind, Clock]:
    return {
        clock.kind: clock for clock in clocks_after_upgrade(clocks, POLICY.clock_rules(RED), now, CALENDAR)
    }


def test_an_upgrade_gives_fresh_red_clocks() -> None:
    now = FRIDAY + timedelta(hours=1)
    after = upgraded(list(start_clocks(POLICY.clock_rules(ORANGE), FRIDAY, CALENDAR)), now)
    assert after == {kind: started(RED, kind, now) for kind in ClockKind}


def test_what_is_met_stays_met_through_an_upgrade() -> None:
    accepted = meet(started(ORANGE, ACCEPT), FRIDAY + timedelta(hours=1))
    after = upgraded([accepted, started(ORANGE, VISIT)], FRIDAY + timedelta(hours=2))
    assert after[ACCEPT] is accepted
    assert after[VISIT].rule_id == "red.visit"


def test_a_clock_that_ends_earlier_goes_on_unchanged() -> None:
    visit = started(ORANGE, VISIT)
    now = visit.due_at - timedelta(hours=3)
    assert upgraded([visit], now)[VISIT] is visit


def test_an_upgrade_gives_no_new_time_for_what_is_overdue() -> None:
    visit = started(ORANGE, VISIT)
    now = visit.due_at + timedelta(days=2)
    assert upgraded([visit], now)[VISIT] is visit


def test_an_upgrade_ends_a_pause() -> None:
    rule = POLICY.clock_rule(ORANGE, VISIT)
    visit = pause(started(ORANGE, VISIT), rule, FRIDAY + timedelta(hours=1))
    soon, long_after = FRIDAY + timedelta(hours=2), FRIDAY + timedelta(days=30)
    assert upgraded([visit], soon)[VISIT] == started(RED, VISIT, soon)
    assert upgraded([visit], long_after)[VISIT] == started(RED, VISIT, long_after)


def lived(clock: Clock, rule: ClockRule, stops: list[tuple[int, int]], calendar: ChinaCalendar) -> Clock:
    """Let the clock run so many hours, then stand still for so many, and so on, from its start or its last pause."""
    now = clock.pauses[-1][1] if clock.pauses else clock.started_at
    for running, standing_still in stops:
        paused = pause(clock, rule, now + timedelta(hours=running))
        now += timedelta(hours=running + standing_still)
        clock = resume(paused, rule, now, calendar)
    return clock


STOPS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 400)), max_size=3)


@given(
    hours=st.integers(0, 24 * 60),
    before=STOPS,
    during=st.none() | st.tuples(st.integers(0, 40), st.integers(0, 400)),
    after=STOPS,
    moved=st.dictionaries(st.integers(0, 150), st.booleans(), max_size=40),
    unit=st.sampled_from([ClockUnit.WORKING_DAYS, ClockUnit.HOURS, ClockUnit.NATURAL_DAYS]),
)
@settings(max_examples=100, deadline=None, database=None)
def test_a_settled_clock_is_one_that_had_known_its_calendar_from_the_start(
    hours: int,
    before: list[tuple[int, int]],
    during: tuple[int, int] | None,
    after: list[tuple[int, int]],
    moved: dict[int, bool],
    unit: ClockUnit,
) -> None:
    """`during`: for how long it had run, and then stands still, when the notice comes."""
    rule = ClockRule("test.visit", ORANGE, VISIT, 24 * 40 if unit is ClockUnit.HOURS else 20, unit, "测试")
    start = shanghai("2027-11-20 09:00") + timedelta(hours=hours)
    notice = ChinaCalendar(
        {date(2027, 12, 1) + timedelta(days=day): worked for day, worked in moved.items()}, [2027, 2028]
    )
    clock = lived(start_clock(rule, start, CALENDAR), rule, before, CALENDAR)
    stops = list(before)
    if during is not None:
        last = clock.pauses[-1][1] if clock.pauses else start
        at = last + timedelta(hours=during[0])
        clock = settled(pause(clock, rule, at), [], lambda _: rule, notice, at)
        clock = resume(clock, rule, at + timedelta(hours=during[1]), notice)
        stops.append(during)
    else:
        clock = settled(clock, [], lambda _: rule, notice, start)
    assert lived(clock, rule, after, notice) == lived(
        start_clock(rule, start, notice), rule, [*stops, *after], notice
    )


def test_what_was_never_to_pass_the_visit_moves_with_it() -> None:
    rules = {kind: POLICY.clock_rule(ORANGE, kind) for kind in (ACCEPT, VISIT)}
    monday, thursday = shanghai("2028-01-03 10:00"), shanghai("2028-01-06 10:00")
    notice = ChinaCalendar({date(2028, 1, 5): False}, [2028])

    def rule_of(clock: Clock) -> ClockRule:
        return rules[clock.kind]

    visit = start_clock(rules[VISIT], monday, CALENDAR)
    accept = accept_clock_for_reassignment(rules[ACCEPT], thursday, CALENDAR, visit)
    assert accept.due_at == visit.due_at
    # Paused together, after the limit was set: both move.
    visit, accept = (lived(one, rules[one.kind], [(74, 48)], CALENDAR) for one in (visit, accept))
    known = settled(visit, [accept], rule_of, notice, thursday)
    for beside in ([visit, accept], [known, accept]):
        fresh = settled(accept, beside, rule_of, notice, thursday)
        assert fresh.limit_at == shanghai("2028-01-07 23:59:59")


def test_a_breach_on_a_date_that_turns_out_to_lie_ahead_is_none() -> None:
    rule = in_working_days(3)
    clock = start_clock(rule, shanghai("2028-01-03 10:00"), CALENDAR)
    noticed = replace(clock, breached_at=clock.due_at)
    friday, next_week = shanghai("2028-01-07 08:00"), shanghai("2028-01-12 08:00")
    notice = ChinaCalendar({date(2028, 1, 6): False}, [2028])
    assert settled(noticed, [], lambda _: rule, notice, friday).breached_at is None
    assert settled(noticed, [], lambda _: rule, notice, next_week).breached_at == clock.due_at


@given(hours=st.integers(0, 2000), met=st.sets(st.sampled_from(list(ClockKind))))
@settings(max_examples=30, deadline=None, database=None)
def test_an_upgrade_never_makes_anything_due_later(hours: int, met: set[ClockKind]) -> None:
    now = FRIDAY + timedelta(hours=hours)
    before = [
        meet(clock, FRIDAY) if clock.kind in met else clock
        for clock in start_clocks(POLICY.clock_rules(ORANGE), FRIDAY, CALENDAR)
    ]
    after = upgraded(before, now)
    assert set(after) == set(ClockKind)
    assert all(after[clock.kind].due_at <= clock.due_at for clock in before)


def test_what_is_due_next_neither_is_met_nor_stands_still() -> None:
    rule = POLICY.clock_rule(RED, VISIT)
    clocks = [
        meet(started(RED, ACCEPT), FRIDAY),
        pause(started(RED, VISIT), rule, FRIDAY),
        started(RED, PLAN),
    ]
    assert next_due(clocks) == clocks[2]
    assert next_due(clocks[:2]) is None
