"""How the year presses on each trade: wages before Spring Festival, kitchens in summer, sites at year's end."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from simulation.industries import SECTIONS
from simulation.timeline import Timeline, month_number

SPRING_FESTIVALS = tuple(
    date.fromisoformat(day)
    for day in (
        "2019-02-05", "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10",
        "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03",
        "2031-01-23", "2032-02-11", "2033-01-31", "2034-02-19", "2035-02-08",
    )
)  # fmt: skip
_BEFORE_FESTIVAL = {"E": 2.4, "C": 1.5, "L": 1.4}
_SUMMER = {"H": 1.7, "O": 1.3, "P": 1.4}
_YEAR_END = {"E": 1.5, "C": 1.2}
_LATE_IN_MONTH = 10
_SUMMER_MONTHS = (6, 7, 8)
_YEAR_END_MONTHS = (11, 12)


def _before_festival(month: int) -> bool:
    """Wages are settled in the month before the festival, and in its own when it falls late."""
    for festival in SPRING_FESTIVALS:
        own = month_number(festival)
        if month == own - 1 or (month == own and festival.day > _LATE_IN_MONTH):
            return True
    return False


def _factor(month: int, section: str) -> float:
    of_year = month % 12 + 1
    factor = 1.0
    if _before_festival(month):
        factor *= _BEFORE_FESTIVAL.get(section, 1.25)
    if of_year in _SUMMER_MONTHS:
        factor *= _SUMMER.get(section, 1.0)
    if of_year in _YEAR_END_MONTHS:
        factor *= _YEAR_END.get(section, 1.0)
    return factor


def pressure(timeline: Timeline) -> NDArray[np.float64]:
    """Return the factor per simulated month (rows) and section (columns)."""
    months = timeline.month_numbers().tolist()
    return np.array([[_factor(month, section) for section in SECTIONS] for month in months])
