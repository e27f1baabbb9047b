"""The only place that asks the machine what time it is.

Everything else gets a `Clock`, so that a test can stand at any instant.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Source of the current instant."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's instant in UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is moved; for tests and replays."""

    at: datetime

    def now(self) -> datetime:
        """Return the instant at which the clock stands."""
        return self.at

    def advance(self, by: timedelta) -> None:
        """Move the clock forward by `by`."""
        self.at += by


def shanghai_day(instant: datetime) -> date:
    """Return the calendar day in Shanghai on which `instant` falls."""
    return instant.astimezone(SHANGHAI).date()


def midnight(day: date) -> datetime:
    """Return the instant, in UTC, at which a day begins in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
