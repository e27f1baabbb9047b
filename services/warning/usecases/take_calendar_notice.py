"""Takes notices on working days into the calendar, and settles the deadlines that waited for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.warning.domain.clocks import Clock, ClockRule, settled
from services.warning.domain.policy import Policy, policy_on
from services.warning.repository import clocks
from services.warning.repository.clocks import RunningClock
from services.warning.repository.tables import CALENDAR
from shared.db.tx import WriteTx
from shared.events.warning import CalendarDay, CalendarNoticeTaken
from shared.kernel.calendar import WorkingCalendar
from shared.kernel.clock import shanghai_day


@dataclass(frozen=True, slots=True)
class Notice:
    """Days that are worked or not against the rule, and who said so."""

    source: str
    days: Mapping[date, bool]


async def take_calendar_notices(
    tx: WriteTx, notices: Sequence[Notice], year: int | None, policies: Sequence[Policy]
) -> int:
    """Keep notices that came together; return how many provisional deadlines they settled or moved.

    year: one that all of them together settle in full. It is told with the last of them, because a date that is
    settled moves no more: whoever hears of the year must have heard of all its days.
    """
    taken = [_told(notice, year if notice is notices[-1] else None) for notice in notices]
    await CALENDAR.follow(tx, taken)
    for event in taken:
        tx.emit(event)
    calendar = await CALENDAR.read(tx)
    waiting = await clocks.lock_provisional(tx)
    moved = [one for running in waiting.values() for one in _settled(running, policies, calendar, tx.now)]
    await clocks.save(tx, moved)
    await clocks.refresh_due(tx, [one.warning_id for one in moved])
    return len(moved)


def _told(notice: Notice, year: int | None) -> CalendarNoticeTaken:
    days = tuple(CalendarDay(day=day, working=working) for day, working in sorted(notice.days.items()))
    return CalendarNoticeTaken(source=notice.source, year=year, days=days)


def _settled(
    running: Sequence[RunningClock], policies: Sequence[Policy], calendar: WorkingCalendar, now: datetime
) -> list[RunningClock]:
    """Return the clocks of a warning that the calendar settles or moves."""

    def rule_of(clock: Clock) -> ClockRule:
        policy = policy_on(policies, shanghai_day(clock.started_at))
        return policy.clock_rule_by_id(clock.rule_id)

    beside = [one.clock for one in running]
    waiting = [one for one in running if one.clock.provisional and one.clock.met_at is None]
    fresh = [(one, settled(one.clock, beside, rule_of, calendar, now)) for one in waiting]
    return [_escalating(one, clock) for one, clock in fresh if _differs(clock, one.clock)]


def _differs(fresh: Clock, former: Clock) -> bool:
    """A calendar that has other days, and gives the same date for the same reasons, changes nothing."""
    return replace(fresh, calendar_version=former.calendar_version) != former


def _escalating(running: RunningClock, fresh: Clock) -> RunningClock:
    """Let it escalate when it is due; what is overdue by either calendar climbs on as it does."""
    if fresh.breached_at is not None:
        return replace(running, clock=fresh)
    return replace(running, clock=fresh, escalation_step=0, next_escalation_at=fresh.due_at)
