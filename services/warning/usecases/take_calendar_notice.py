"""Takes a notice on working days into the calendar, and settles the deadlines that waited for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from services.warning.domain.clocks import Clock, start_clock
from services.warning.domain.policy import Policy
from services.warning.repository import clocks
from services.warning.repository.clocks import RunningClock
from services.warning.repository.tables import CALENDAR
from shared.db.tx import WriteTx
from shared.events.warning import CalendarDay, CalendarNoticeTaken
from shared.kernel.calendar import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Notice:
    """Days that are worked or not against the rule; `year` when it settles that year in full."""

    source: str
    days: Mapping[date, bool]
    year: int | None = None


async def take_calendar_notice(tx: WriteTx, notice: Notice, policy: Policy) -> int:
    """Keep the notice; return how many provisional deadlines it settled or moved."""
    before = await CALENDAR.read(tx)
    await CALENDAR.keep(tx, notice.days, notice.source, notice.year)
    after = await CALENDAR.read(tx)
    days = tuple(CalendarDay(day=day, working=working) for day, working in sorted(notice.days.items()))
    tx.emit(CalendarNoticeTaken(source=notice.source, year=notice.year, days=days))
    waiting = await clocks.lock_provisional(tx)
    moved = [one for running in waiting if (one := _settled(running, policy, before, after)) is not None]
    await clocks.save(tx, moved)
    await clocks.refresh_due(tx, [one.warning_id for one in moved])
    return len(moved)


def _settled(
    running: RunningClock, policy: Policy, before: WorkingCalendar, after: WorkingCalendar
) -> RunningClock | None:
    """Return the clock by the new calendar; None when it was paused or capped, or stays as it is."""
    clock = running.clock
    rule = policy.clock_rule_by_id(clock.rule_id)
    if start_clock(rule, clock.started_at, before).due_at != clock.due_at:
        return None
    fresh: Clock = start_clock(rule, clock.started_at, after)
    if fresh.due_at == clock.due_at and fresh.provisional:
        return None
    untouched = running.next_escalation_at == clock.due_at
    return replace(
        running, clock=fresh, next_escalation_at=fresh.due_at if untouched else running.next_escalation_at
    )
