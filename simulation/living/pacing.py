"""How fast the simulated time passes."""

import asyncio
import time
from datetime import datetime, timedelta

from shared.kernel.calendar import WorkingCalendar
from shared.kernel.clock import SHANGHAI
from simulation.ahead import LOOK_SECONDS, AheadClock

_SLICE_SECONDS = 0.25
# At full speed: until everybody has read the new time, and the background work has had its rounds.
_SEEN_SECONDS = LOOK_SECONDS * 1.2
_ROUNDS_SECONDS = 0.15
_HOUR = timedelta(hours=1)
_FROM, _UNTIL = 9, 17


def next_moment(at: datetime, calendar: WorkingCalendar) -> datetime:
    """Return the next moment at which something may happen: every hour of a working day, every second one else."""
    local = at.astimezone(SHANGHAI)
    moment = local.replace(minute=0, second=0, microsecond=0) + _HOUR
    busy = calendar.is_working_day(moment.date()) and _FROM <= moment.hour <= _UNTIL
    if moment.hour % 2 and not busy:
        moment += _HOUR
    return moment.astimezone(at.tzinfo)


class Pace:
    """Moves the clock: so many times as fast as the machine's, or as fast as the system answers."""

    def __init__(self, clock: AheadClock, speed: float | None) -> None:
        """`speed` None is as fast as possible."""
        self._clock = clock
        self._speed = speed
        self._began_at = clock.now()
        self._began = time.monotonic()

    async def until(self, moment: datetime) -> None:
        """Return when it is that moment; one that has passed is not waited for."""
        if self._speed is None:
            await self._at_once(moment)
            return
        while self._clock.now() < moment:
            gone = timedelta(seconds=(time.monotonic() - self._began) * self._speed)
            self._clock.move_to(min(moment, self._began_at + gone))
            await asyncio.sleep(_SLICE_SECONDS if self._clock.now() < moment else _SEEN_SECONDS)

    async def _at_once(self, moment: datetime) -> None:
        if self._clock.now() < moment:
            self._clock.move_to(moment)
            await asyncio.sleep(_SEEN_SECONDS)

    async def within(self, moment: datetime) -> None:
        """As `until`, for a moment within an hour; at full speed everybody acts on the hour."""
        if self._speed is not None:
            await self.until(moment)

    async def let_work(self) -> None:
        """Give the background work its rounds; at a given speed there is time enough."""
        if self._speed is None:
            await asyncio.sleep(_ROUNDS_SECONDS)
