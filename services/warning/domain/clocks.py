"""The clocks of a warning: until when what has to happen, and why then.

How days are counted is the kernel's (shared.kernel.deadlines). A downgrade leaves the running
clocks alone: nobody gets more time because a warning became milder.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from services.warning.domain.levels import WarningLevel
from shared.kernel.calendar import (
    WorkingCalendar,
    add_natural_days,
    add_working_days,
    working_days_between,
)
from shared.kernel.clock import shanghai_day
from shared.kernel.clock_traces import Trace, cap_trace, pause_trace, provisional_trace
from shared.kernel.deadlines import ClockUnit, deadline, is_provisional


class ClockKind(StrEnum):
    """What has to happen: accept it, be on site, have a plan, look at it again when it is still open."""

    ACCEPT = "accept"
    VISIT = "visit"
    PLAN = "plan"
    REVIEW = "review"


class ClockState(StrEnum):
    """How a clock stands."""

    DUE = "due"
    AT_RISK = "at_risk"
    BREACHED = "breached"
    MET = "met"
    PAUSED = "paused"


# From when, until when.
Pauses: TypeAlias = tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One line of the policy's table of clocks."""

    id: str
    level: WarningLevel
    kind: ClockKind
    length: int
    unit: ClockUnit
    article: str


@dataclass(frozen=True, slots=True)
class Clock:
    """One running (or met, or breached) clock, with everything that explains its date.

    provisional: some day between start and due lies in a year whose calendar is not published.
    pauses: when it stood still, and until when; one that lasts is in `paused_at`.
    limit_at: the date of another clock that it was never to pass, when it began.
    """

    kind: ClockKind
    rule_id: str
    started_at: datetime
    due_at: datetime
    provisional: bool
    calendar_version: str
    trace_zh: str
    trace_en: str
    article: str
    met_at: datetime | None = None
    paused_at: datetime | None = None
    breached_at: datetime | None = None
    pauses: Pauses = ()
    limit_at: datetime | None = None


RuleOf: TypeAlias = Callable[[Clock], ClockRule]


def start_clock(rule: ClockRule, started_at: datetime, calendar: WorkingCalendar) -> Clock:
    """Start a clock."""
    until = deadline(rule.length, rule.unit, started_at, calendar)
    return Clock(
        kind=rule.kind,
        rule_id=rule.id,
        started_at=started_at,
        due_at=until.due_at,
        provisional=until.provisional,
        calendar_version=until.calendar_version,
        trace_zh=until.trace.zh,
        trace_en=until.trace.en,
        article=rule.article,
    )


def start_clocks(
    rules: Iterable[ClockRule], started_at: datetime, calendar: WorkingCalendar
) -> tuple[Clock, ...]:
    """Start the clocks of a new warning; all run from the moment at which it is raised."""
    return tuple(start_clock(rule, started_at, calendar) for rule in rules)


def standing(clock: Clock, now: datetime, at_risk_share: float) -> ClockState:
    """Return how the clock stands; at risk when less than `at_risk_share` of its time, pauses aside, is left.

    A breach stays one: neither pausing nor waiting takes it back, only meeting ends it.
    """
    if clock.met_at is not None:
        return ClockState.MET
    if is_breached(clock, now):
        return ClockState.BREACHED
    if clock.paused_at is not None:
        return ClockState.PAUSED
    stood = sum((resumed_at - paused_at for paused_at, resumed_at in clock.pauses), timedelta())
    left, whole = clock.due_at - now, clock.due_at - clock.started_at - stood
    return ClockState.AT_RISK if left < whole * at_risk_share else ClockState.DUE


def is_breached(clock: Clock, now: datetime) -> bool:
    """Say whether an unmet clock has run out; while it is paused, whether it had before."""
    if clock.met_at is not None:
        return False
    return clock.breached_at is not None or (clock.paused_at or now) > clock.due_at


def meet(clock: Clock, at: datetime) -> Clock:
    """Record that what was due has happened; the first time counts, and a breach before it stays recorded."""
    if clock.met_at is not None:
        return clock
    late = at if is_breached(clock, at) else None
    return replace(clock, met_at=at, paused_at=None, breached_at=clock.breached_at or late)


def pause(clock: Clock, rule: ClockRule, now: datetime) -> Clock:
    """Stop a clock that can be stopped; every other one is returned as it is.

    Met and breached clocks have nothing to stop. A review in natural days runs on: that a warning stands
    still is no reason to look at it later.
    """
    stops = rule.unit is not ClockUnit.NATURAL_DAYS and clock.met_at is None and clock.paused_at is None
    return replace(clock, paused_at=now) if stops and not is_breached(clock, now) else clock


def resume(clock: Clock, rule: ClockRule, now: datetime, calendar: WorkingCalendar) -> Clock:
    """Let a paused clock go on; a clock that was not paused is returned as it is.

    Hours move by the time that the pause took, working days by the working days that lay inside it: as many
    are left after the pause as were left before, and never none at all.
    """
    if clock.paused_at is None:
        return clock
    if rule.unit is ClockUnit.HOURS:
        moved = now - clock.paused_at
    else:
        moved = _working_shift(clock.due_at, clock.paused_at, now, calendar)
    due_at = clock.due_at + moved
    told = Trace(clock.trace_zh, clock.trace_en).then(pause_trace(clock.paused_at, now, moved))
    provisional = is_provisional(rule.unit, clock.started_at, due_at, calendar)
    if provisional and not clock.provisional:
        told = told.then(provisional_trace(calendar, shanghai_day(clock.started_at), shanghai_day(due_at)))
    return replace(
        clock,
        due_at=due_at,
        paused_at=None,
        pauses=(*clock.pauses, (clock.paused_at, now)),
        provisional=provisional,
        calendar_version=calendar.version,
        trace_zh=told.zh,
        trace_en=told.en,
    )


def settled(
    clock: Clock, beside: Iterable[Clock], rule_of: RuleOf, calendar: WorkingCalendar, now: datetime
) -> Clock:
    """Return an unmet clock as it would stand had this calendar been known from its start, with the same pauses.

    beside: the clocks of its warning. A breach that was noticed on a date that turns out to lie ahead is none.
    """
    limit_at = _limit_at(clock, beside, rule_of, calendar)
    fresh = _counted(clock, clock.pauses, limit_at, rule_of, calendar)
    breached_at = clock.breached_at if fresh.due_at < now else None
    return replace(fresh, paused_at=clock.paused_at, breached_at=breached_at)


def accept_clock_for_reassignment(
    rule: ClockRule, now: datetime, calendar: WorkingCalendar, visit: Clock | None
) -> Clock:
    """Start the new assignee's accept clock, never due later than the visit that is still ahead.

    A visit that is already overdue does not count: the new assignee is not in breach before having heard.
    """
    fresh = start_clock(rule, now, calendar)
    if visit is None or visit.met_at is not None or visit.due_at <= now:
        return fresh
    return replace(_no_later(fresh, visit.due_at, rule, calendar), limit_at=visit.due_at)


def clocks_after_upgrade(
    clocks: Iterable[Clock], red_rules: Iterable[ClockRule], now: datetime, calendar: WorkingCalendar
) -> tuple[Clock, ...]:
    """Return the clocks of a warning that became red: fresh ones for what is not yet met, never later.

    A running clock that ends earlier than the fresh one goes on unchanged, and so does an overdue one: turning
    red gives no new time. A pause ends with the upgrade, because its reason was one of a milder warning.
    """
    running = {clock.kind: clock for clock in clocks}
    return tuple(_upgraded(running.get(rule.kind), rule, now, calendar) for rule in red_rules)


def outstanding_after_contradiction(clocks: Iterable[Clock]) -> tuple[Clock, ...]:
    """Return the clocks that still count once new signals contradict an outcome.

    The outcome had met the visit and the plan; both are to be made anew.
    """
    return tuple(clock for clock in clocks if clock.kind not in {ClockKind.VISIT, ClockKind.PLAN})


def next_due(clocks: Iterable[Clock]) -> Clock | None:
    """Return the clock that ends first among those that run."""
    running = (clock for clock in clocks if clock.met_at is None and clock.paused_at is None)
    return min(running, key=lambda clock: clock.due_at, default=None)


def _upgraded(clock: Clock | None, rule: ClockRule, now: datetime, calendar: WorkingCalendar) -> Clock:
    if clock is not None and clock.met_at is not None:
        return clock
    fresh = start_clock(rule, now, calendar)
    if clock is None:
        return fresh
    if clock.paused_at is not None:
        # While it stood still its date may have passed; only a date ahead can bind.
        return _no_later(fresh, clock.due_at, rule, calendar) if clock.due_at > now else fresh
    return clock if clock.due_at <= fresh.due_at else fresh


def _no_later(clock: Clock, limit_at: datetime, rule: ClockRule, calendar: WorkingCalendar) -> Clock:
    if clock.due_at <= limit_at:
        return clock
    told = Trace(clock.trace_zh, clock.trace_en).then(cap_trace(limit_at))
    return replace(
        clock,
        due_at=limit_at,
        limit_at=limit_at,
        provisional=is_provisional(rule.unit, clock.started_at, limit_at, calendar),
        trace_zh=told.zh,
        trace_en=told.en,
    )


def _counted(
    clock: Clock, pauses: Pauses, limit_at: datetime | None, rule_of: RuleOf, calendar: WorkingCalendar
) -> Clock:
    """Count a clock once more from its start: the limit that it had then, then each pause."""
    rule = rule_of(clock)
    counted = start_clock(rule, clock.started_at, calendar)
    if limit_at is not None:
        counted = replace(_no_later(counted, limit_at, rule, calendar), limit_at=limit_at)
    for paused_at, resumed_at in pauses:
        counted = resume(replace(counted, paused_at=paused_at), rule, resumed_at, calendar)
    return counted


def _limit_at(
    clock: Clock, beside: Iterable[Clock], rule_of: RuleOf, calendar: WorkingCalendar
) -> datetime | None:
    """Return the date that the clock was never to pass; that of the visit has moved with the calendar itself."""
    visit = next((one for one in beside if one.kind is ClockKind.VISIT), None)
    by_visit = clock.limit_at is not None and clock.kind is ClockKind.ACCEPT
    if not by_visit or visit is None or visit.started_at > clock.started_at:
        return clock.limit_at
    pauses = tuple(one for one in visit.pauses if one[1] <= clock.started_at)
    return _counted(visit, pauses, visit.limit_at, rule_of, calendar).due_at


def _working_shift(
    due_at: datetime, paused_at: datetime, now: datetime, calendar: WorkingCalendar
) -> timedelta:
    """Whole days, so that the hour at which the clock ends stays.

    Of a clock that stood still on its last day the rest of that day is left: the next one on which offices work.
    """
    today, due_on = shanghai_day(now), shanghai_day(due_at)
    moved_to = add_working_days(
        calendar, due_on, working_days_between(calendar, shanghai_day(paused_at), today)
    )
    return (moved_to if moved_to >= today else add_natural_days(calendar, today, 0)) - due_on
