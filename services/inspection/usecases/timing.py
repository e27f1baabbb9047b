"""What clocks are made from: the periods in force and the calendar."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.inspection.domain.clocks import Clock, start_clock
from services.inspection.domain.periods import ClockKind, Periods, periods_on
from services.inspection.repository.tables import CALENDAR
from shared.db.calendar_days import KnownCalendar
from shared.db.tx import ReadTx
from shared.kernel.calendar import WorkingCalendar
from shared.kernel.clock import shanghai_day


@dataclass(frozen=True, slots=True)
class Timing:
    """What is in force at one instant."""

    periods: Periods
    calendar: WorkingCalendar

    def start(self, kind: ClockKind, tx: ReadTx) -> Clock:
        """Return a clock of the law that starts now."""
        return start_clock(self.periods.rules[kind], tx.now, self.calendar)


class Timings:
    """Keeps the periods of this release and the calendar; `current` gives what is in force."""

    def __init__(self, periods: Sequence[Periods]) -> None:
        """Keep the periods."""
        self._periods = periods
        self._calendar = KnownCalendar(CALENDAR)

    async def current(self, tx: ReadTx) -> Timing:
        """Return what is in force at `tx.now`. Raises PeriodsMissing."""
        return Timing(periods_on(self._periods, shanghai_day(tx.now)), await self._calendar.current(tx))
