"""Counting days as Chinese procedure counts them.

The day on which something starts is not counted (民事诉讼法 art. 85). Working days follow the State
Council's yearly notice, which moves weekends about; natural days roll off a last day that is not a
working day.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from types import MappingProxyType
from typing import Final, Protocol

import chinese_calendar
from holidays import country_holidays

_ONE_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
# Its tables, because its functions look for the first and the last year at every call.
_DAYS_OFF: Final[frozenset[date]] = frozenset(chinese_calendar.holidays)
_WORKED_WEEKENDS: Final[frozenset[date]] = frozenset(chinese_calendar.workdays)
_PACKAGE_YEARS: Final = frozenset(day.year for day in _DAYS_OFF)
_PACKAGE_VERSION: Final = f"chinesecalendar-{version('chinesecalendar')}"


class WorkingCalendar(Protocol):
    """Which days are worked, and for which years that is settled."""

    @property
    def version(self) -> str:
        """Return what a deadline was computed from, to be stored with it."""
        ...

    def is_working_day(self, day: date) -> bool:
        """Say whether offices work on this day."""
        ...

    def is_published(self, year: int) -> bool:
        """Say whether the year's notice is known; until then every date in it is provisional."""
        ...


class ChinaCalendar:
    """Mainland China: the package's published years, then a table of overrides, then the statutory days.

    `overrides` holds single days (True: worked) from a notice that the package lacks; `published_years`
    the years whose notice was entered in full. A year that nobody published yet has its weekends off and
    its statutory holidays, with the days in lieu that the law itself gives, but no moved weekends.
    """

    def __init__(
        self, overrides: Mapping[date, bool] = MappingProxyType({}), published_years: Collection[int] = ()
    ) -> None:
        """Copy the overrides, so that the version stays true."""
        self._overrides = dict(overrides)
        self._published = _PACKAGE_YEARS | frozenset(published_years)
        self._version = _PACKAGE_VERSION + _fingerprint(self._overrides, published_years)

    @property
    def version(self) -> str:
        """Return the package's version and a fingerprint of what was added to it."""
        return self._version

    def is_working_day(self, day: date) -> bool:
        """Say whether offices work on this day."""
        override = self._overrides.get(day)
        if override is not None:
            return override
        if day in _WORKED_WEEKENDS:
            return True
        off = _DAYS_OFF if day.year in _PACKAGE_YEARS else _statutory_holidays(day.year)
        return day.weekday() < _SATURDAY and day not in off

    def is_published(self, year: int) -> bool:
        """Say whether the year's notice is known."""
        return year in self._published


def add_working_days(calendar: WorkingCalendar, start_on: date, count: int) -> date:
    """Return the day on which the `count`-th working day after `start_on` falls."""
    day = start_on
    while count > 0:
        day += _ONE_DAY
        if calendar.is_working_day(day):
            count -= 1
    return day


def add_natural_days(calendar: WorkingCalendar, start_on: date, count: int) -> date:
    """Return the `count`-th day after `start_on`, or the next working day when that is none."""
    day = start_on + count * _ONE_DAY
    while not calendar.is_working_day(day):
        day += _ONE_DAY
    return day


def working_days_between(calendar: WorkingCalendar, after: date, upto: date) -> int:
    """Return how many working days lie after `after`, up to and with `upto`; 0 when `upto` is earlier."""
    days = (after + ahead * _ONE_DAY for ahead in range(1, (upto - after).days + 1))
    return sum(calendar.is_working_day(day) for day in days)


def all_published(calendar: WorkingCalendar, first: date, last: date) -> bool:
    """Say whether every year from `first` to `last` is settled."""
    return all(calendar.is_published(year) for year in range(first.year, last.year + 1))


@cache
def _statutory_holidays(year: int) -> frozenset[date]:
    return frozenset(country_holidays("CN", years=year))


def _fingerprint(overrides: Mapping[date, bool], published_years: Collection[int]) -> str:
    if not overrides and not published_years:
        return ""
    parts = [f"{day:%Y-%m-%d}={int(worked)}" for day, worked in sorted(overrides.items())]
    parts += [str(year) for year in sorted(published_years)]
    return "+" + hashlib.sha256(" ".join(parts).encode()).hexdigest()[:8]
