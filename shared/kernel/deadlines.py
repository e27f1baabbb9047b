"""Until when something has to happen, and why then: the one place where a length becomes a date.

Hours run around the clock. Working and natural days exclude the day of the start and end with the last day,
at 23:59:59 in Shanghai; natural days roll off a last day that is not worked (民事诉讼法 art. 85).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal, Protocol

from shared.kernel.calendar import WorkingCalendar, add_natural_days, add_working_days, all_published
from shared.kernel.clock import SHANGHAI, shanghai_day
from shared.kernel.clock_traces import (
    Trace,
    hours_trace,
    natural_days_trace,
    provisional_trace,
    working_days_trace,
)

Standing = Literal["due", "at_risk", "breached", "met"]
_END_OF_DAY = time(23, 59, 59, tzinfo=SHANGHAI)


class ClockUnit(StrEnum):
    """How a length is counted."""

    HOURS = "hours"
    WORKING_DAYS = "working_days"
    NATURAL_DAYS = "natural_days"


class Running(Protocol):
    """A clock as far as it tells how it stands."""

    @property
    def started_at(self) -> datetime:
        """Return when it began."""
        ...

    @property
    def due_at(self) -> datetime:
        """Return when it ends."""
        ...

    @property
    def met_at(self) -> datetime | None:
        """Return when what was due happened."""
        ...

    @property
    def breached_at(self) -> datetime | None:
        """Return when it ran out, where that was noticed."""
        ...


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date with everything that explains it.

    provisional: some day between start and due lies in a year whose calendar is not published.
    """

    due_at: datetime
    provisional: bool
    calendar_version: str
    trace: Trace


def deadline(length: int, unit: ClockUnit, started_at: datetime, calendar: WorkingCalendar) -> Deadline:
    """Return the end of a period that starts at an instant."""
    due_at = _due_at(length, unit, started_at, calendar)
    return Deadline(
        due_at,
        is_provisional(unit, started_at, due_at, calendar),
        calendar.version,
        _trace(length, unit, started_at, due_at, calendar),
    )


def is_provisional(
    unit: ClockUnit, started_at: datetime, due_at: datetime, calendar: WorkingCalendar
) -> bool:
    """Say whether the date may still move; hours need no calendar, so nothing about them is provisional."""
    if unit is ClockUnit.HOURS:
        return False
    return not all_published(calendar, shanghai_day(started_at), shanghai_day(due_at))


def standing(clock: Running, now: datetime, at_risk_share: float) -> Standing:
    """Return how a clock stands; at risk when less than `at_risk_share` of its time is left."""
    if clock.met_at is not None:
        return "met"
    if clock.breached_at is not None or now > clock.due_at:
        return "breached"
    left, whole = clock.due_at - now, clock.due_at - clock.started_at
    return "at_risk" if left < whole * at_risk_share else "due"


def end_of(day: date) -> datetime:
    """Return the instant at which a day ends in Shanghai."""
    return datetime.combine(day, _END_OF_DAY).astimezone(UTC)


def _due_at(length: int, unit: ClockUnit, started_at: datetime, calendar: WorkingCalendar) -> datetime:
    if unit is ClockUnit.HOURS:
        return started_at + timedelta(hours=length)
    add = add_working_days if unit is ClockUnit.WORKING_DAYS else add_natural_days
    return end_of(add(calendar, shanghai_day(started_at), length))


def _trace(
    length: int, unit: ClockUnit, started_at: datetime, due_at: datetime, calendar: WorkingCalendar
) -> Trace:
    if unit is ClockUnit.HOURS:
        return hours_trace(length, started_at, due_at)
    start_on, due_on = shanghai_day(started_at), shanghai_day(due_at)
    if unit is ClockUnit.WORKING_DAYS:
        trace = working_days_trace(length, start_on, due_on, calendar)
    else:
        trace = natural_days_trace(length, start_on, due_on)
    return trace.then(provisional_trace(calendar, start_on, due_on))
