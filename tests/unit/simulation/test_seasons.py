from datetime import date

import pytest

from simulation.industries import SECTIONS
from simulation.seasons import pressure
from simulation.timeline import Timeline


def _factor(month: str, section: str) -> float:
    timeline = Timeline(today=date(2026, 11, 22), months=12)
    row = [f"{day.year}-{day.month:02d}" for day in _months(timeline)].index(month)
    return float(pressure(timeline)[row, SECTIONS.index(section)])


def _months(timeline: Timeline) -> list[date]:
    return [
        date(1970 + number // 12, number % 12 + 1, 1)
        for number in range(timeline.first_month, timeline.last_month + 1)
    ]


@pytest.mark.parametrize("month", ["2026-01", "2026-02"])
def test_building_sites_press_most_before_spring_festival(month: str) -> None:
    assert _factor(month, "E") > 2 > _factor("2026-04", "E")


def test_kitchens_press_in_summer() -> None:
    assert _factor("2026-07", "H") > 1.5 > _factor("2026-04", "H")


def test_software_houses_know_no_summer() -> None:
    assert _factor("2026-07", "I") == _factor("2026-04", "I") == 1.0
