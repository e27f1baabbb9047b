"""Takes a notice on working days into the calendar, and settles the deadlines that waited for it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.inspection.domain.clocks import Clock, next_due, recount
from services.inspection.domain.inspection_case import InspectionCase
from services.inspection.repository import clocks
from services.inspection.repository.clocks import CaseClock
from services.inspection.repository.tables import CALENDAR
from services.inspection.usecases.effects import Effects, step_between, touched
from shared.auth.actor import SYSTEM
from shared.db.tx import WriteTx
from shared.events.warning import CalendarNoticeTaken
from shared.kernel.calendar import WorkingCalendar


async def follow_calendar(tx: WriteTx, notices: Sequence[CalendarNoticeTaken]) -> None:
    """Keep the notices, in their order, and count every provisional deadline again."""
    await CALENDAR.follow(tx, notices)
    calendar = await CALENDAR.read(tx)
    waiting = await clocks.lock_provisional(tx)
    known = await clocks.of_cases(tx, list(waiting))
    effects = Effects()
    for case_id, case in waiting.items():
        _settle(effects, tx, case, known[case_id], calendar)
    await effects.write(tx)


def _settle(
    effects: Effects,
    tx: WriteTx,
    case: InspectionCase,
    known: Sequence[CaseClock],
    calendar: WorkingCalendar,
) -> None:
    moved = [
        replace(one, clock=fresh)
        for one in known
        if _waits(one.clock) and (fresh := _recounted(one.clock, calendar, tx.now)) != one.clock
    ]
    if not moved:
        return
    effects.moved |= {one.id: one for one in moved}
    standing = {one.id: one.clock for one in known} | {one.id: one.clock for one in moved}
    after = touched(case, tx, due_at=next_due(standing.values()))
    effects.changed[after.id] = after
    told = "、".join(one.clock.kind.value for one in moved)
    effects.steps.append(step_between(case, after, "recount", SYSTEM, told))


def _recounted(clock: Clock, calendar: WorkingCalendar, now: datetime) -> Clock:
    """A breach that was noticed on a date that turns out to lie ahead is none."""
    fresh = recount(clock, calendar)
    return fresh if fresh.due_at < now else replace(fresh, breached_at=None)


def _waits(clock: Clock) -> bool:
    return clock.provisional and clock.met_at is None
