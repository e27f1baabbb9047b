import json
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulation.feeds import DEPARTMENTS
from simulation.files import intake_line
from simulation.world import World

Signal = dict[str, Any]
REGISTRY = Path(__file__).parents[3] / "services/warning/data/indicators.json"
FIGURES = ("amount_cny", "months", "workers")


@pytest.fixture(scope="module")
def registry() -> dict[str, dict[str, Any]]:
    if not REGISTRY.exists():
        pytest.skip("the indicator registry is not here")
    return {indicator["id"]: indicator for indicator in json.loads(REGISTRY.read_text("utf-8"))["indicators"]}


@pytest.fixture(scope="module")
def signals(history: list[Signal], recent: list[Signal]) -> list[Signal]:
    return history + recent


def _fits(value: object, field: dict[str, Any]) -> bool:
    if field["type"] == "boolean":
        return isinstance(value, bool)
    if field["type"] == "choice":
        return value in field["choices"]
    return isinstance(value, int | float) and field.get("min", 0) <= value <= field.get("max", 1e9)


def test_departments_send_exactly_the_registered_indicators(registry: dict[str, dict[str, Any]]) -> None:
    told = {(department.source, name) for department in DEPARTMENTS for name in department.indicators}
    assert told == {
        (source, name) for name, indicator in registry.items() for source in indicator["source_departments"]
    }


def test_every_signal_has_only_the_figures_that_its_indicator_declares(
    signals: list[Signal], registry: dict[str, dict[str, Any]]
) -> None:
    kinds = {
        (signal["source"], signal["indicator"], *(name for name in FIGURES if name in signal))
        for signal in signals
    }
    for source, name, *figures in kinds:
        assert source in registry[name]["source_departments"]
        assert set(figures) <= set(registry[name]["fields"])


def test_every_detail_is_declared_and_none_that_is_required_is_missing(
    signals: list[Signal], registry: dict[str, dict[str, Any]]
) -> None:
    kinds = {(signal["indicator"], json.dumps(signal.get("detail", {}))) for signal in signals}
    for name, text in kinds:
        detail, fields = json.loads(text), {field["name"]: field for field in registry[name]["detail"]}
        assert detail.keys() <= fields.keys()
        assert {key for key, field in fields.items() if field.get("required")} <= detail.keys()
        assert all(_fits(value, fields[key]) for key, value in detail.items())
        choice = detail.get(registry[name]["aspect"] or "")
        assert all(choice in fields[key].get("aspects", [choice]) for key in detail)


def test_every_signal_names_a_month_or_a_day_and_not_both(signals: list[Signal]) -> None:
    assert all(("period" in signal) != ("occurred_on" in signal) for signal in signals)


def test_nothing_is_known_before_it_happened_or_after_yesterday(signals: list[Signal]) -> None:
    last = datetime.fromisoformat("2026-11-22T00:00:00+08:00")
    for signal in signals:
        received_at = datetime.fromisoformat(signal["received_at"])
        assert received_at < last
        assert signal.get("occurred_on", "") <= signal["received_at"][:10]
        assert signal.get("period", "") < signal["received_at"][:7]


def test_both_files_are_in_the_order_of_receipt(history: list[Signal], recent: list[Signal]) -> None:
    times = [signal["received_at"] for signal in history + recent]
    assert times == sorted(times)
    assert history[-1]["received_at"] < "2026-10-23T00:00:00+08:00" <= recent[0]["received_at"]


def test_a_doubled_report_says_the_same_under_the_same_reference(signals: list[Signal]) -> None:
    told: dict[tuple[str, str], list[Signal]] = defaultdict(list)
    for signal in signals:
        told[signal["source"], signal["source_ref"]].append({**signal, "received_at": ""})
    doubled = [same for same in told.values() if len(same) > 1]
    assert 0.01 < len(doubled) / len(told) < 0.03
    assert all(one == same[0] for same in doubled for one in same)


def _days_after_the_month(signal: Signal) -> int:
    year, month = map(int, signal["period"].split("-"))
    ended_on = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return (date.fromisoformat(signal["received_at"][:10]) - ended_on).days


def test_some_monthly_reports_come_weeks_late(signals: list[Signal]) -> None:
    delays = [_days_after_the_month(signal) for signal in signals if "period" in signal]
    assert 0.01 < sum(days > 30 for days in delays) / len(delays) < 0.08


def test_offices_write_on_working_days_and_the_hotline_on_every_day(history: list[Signal]) -> None:
    weekdays: dict[str, list[int]] = defaultdict(list)
    for signal in history[:30_000]:
        weekdays[signal["source"]].append(datetime.fromisoformat(signal["received_at"]).isoweekday())
    assert set(weekdays["hotline"]) == {1, 2, 3, 4, 5, 6, 7}
    offices = weekdays["social_insurance"]
    # Only a report sent a second time may come at the weekend.
    assert sum(day > 5 for day in offices) / len(offices) < 0.02


def test_most_enterprises_are_quiet_all_year(signals: list[Signal], district: World) -> None:
    troubled = {
        signal["uscc"]
        for signal in signals
        if signal.get("months", 0) > 0
        or signal["indicator"] in ("complaint", "arbitration_case", "licence_change")
    }
    assert 0.05 < len(troubled) / len(district.enterprises) < 0.14


def test_the_year_has_the_volume_of_a_district(history: list[Signal], recent: list[Signal]) -> None:
    assert 60_000 <= len(history) <= 90_000
    assert 6_000 <= len(recent) <= 9_000


def test_a_line_for_the_intake_lacks_the_time_of_receipt_only(folder: Path) -> None:
    with (folder / "recent.ndjson").open(encoding="utf-8") as file:
        line = next(file)
    whole = json.loads(line)
    del whole["received_at"]
    assert json.loads(intake_line(line)) == whole
