"""Days as numbers, by which columns of them are compared: days since 1970-01-01."""

from datetime import date, timedelta
from typing import Final

_EPOCH: Final = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Return the number of a day."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """Return the day of a number."""
    return _EPOCH + timedelta(days=number)
