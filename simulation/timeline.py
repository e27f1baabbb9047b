"""The months of the simulated year, counted from January 1970, and its days, counted from 1970-01-01."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

import numpy as np
from numpy.typing import NDArray

from shared.kernel.clock import midnight

_EPOCH = date(1970, 1, 1)
# The last 30 days go through the real intake; what came before is history already handled.
RECENT_DAYS = 30
# Monthly reports of a month are in by the 20th day after its end, but for the late ones.
REPORTED_AFTER_DAYS = 20


def day_number(day: date) -> int:
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    return _EPOCH + timedelta(days=number)


def month_number(day: date) -> int:
    return (day.year - _EPOCH.year) * 12 + day.month - 1


def month_text(number: int) -> str:
    year, month = divmod(number, 12)
    return f"{_EPOCH.year + year}-{month + 1:02d}"


def month_starts(months: NDArray[np.int64]) -> NDArray[np.int64]:
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def month_ends(months: NDArray[np.int64]) -> NDArray[np.int64]:
    return month_starts(months + 1) - 1


def months_of(days: NDArray[np.int64]) -> NDArray[np.int64]:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The span that is simulated: whole calendar months up to and with the one of `today`."""

    today: date
    months: int

    @property
    def today_day(self) -> int:
        return day_number(self.today)

    @property
    def last_month(self) -> int:
        return month_number(self.today)

    @property
    def first_month(self) -> int:
        return self.last_month - self.months + 1

    @property
    def first_day(self) -> int:
        return int(month_starts(np.array([self.first_month]))[0])

    @property
    def recent_day(self) -> int:
        """Day number from which reports are new to the platform."""
        return self.today_day - RECENT_DAYS

    @property
    def last_reported(self) -> int:
        """The newest month whose regular monthly reports are all in."""
        return month_number(self.today - timedelta(days=REPORTED_AFTER_DAYS)) - 1

    def month_numbers(self) -> NDArray[np.int64]:
        return np.arange(self.first_month, self.last_month + 1)

    def span(self) -> NDArray[np.int64]:
        """Return every day from the first one to yesterday."""
        return np.arange(self.first_day, self.today_day)


def midnight_seconds(day: int) -> int:
    """Return the epoch seconds at which the day begins in Shanghai."""
    return int(midnight(day_of(day)).timestamp())


def shanghai_text(seconds: NDArray[np.int64]) -> list[str]:
    """Return ISO 8601 texts on Shanghai's clock, which has stood at +08:00 since 1991."""
    local = (seconds + 8 * 3600).astype("datetime64[s]")
    return [f"{text}+08:00" for text in cast("list[str]", np.datetime_as_string(local).tolist())]
