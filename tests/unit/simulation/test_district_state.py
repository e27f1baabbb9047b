"""The simulated district seen with the platform's own rules: enough to do in every town, and not too much."""

import calendar
import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.warning.domain.indicators import Indicator, load_indicators
from services.warning.domain.levels import WarningLevel
from services.warning.domain.rule_pack import evaluate, parse_rule_pack
from services.warning.domain.signal_checks import check_content
from services.warning.domain.signals import SignalContent
from services.warning.ml.catalogue import compile_catalogue
from services.warning.ml.facts import EnterpriseColumns, SignalColumns, facts_from_columns
from services.warning.ml.features import feature_rows
from shared.kernel.identifiers import check_uscc
from simulation.places import TOWNS
from simulation.timeline import day_number
from simulation.world import World

Signal = dict[str, Any]
DATA = Path(__file__).parents[3] / "services/warning/data"
TODAY = date(2026, 11, 22)


def _effective_day(signal: Signal) -> int:
    if "occurred_on" in signal:
        return day_number(date.fromisoformat(signal["occurred_on"]))
    year, month = map(int, signal["period"].split("-"))
    return day_number(date(year, month, calendar.monthrange(year, month)[1]))


def _columns(signals: list[Signal], indicators: dict[str, Indicator], rows: dict[str, int]) -> SignalColumns:
    details = [signal.get("detail", {}) for signal in signals]
    return SignalColumns(
        enterprise_id=[rows[signal["uscc"]] for signal in signals],
        series=[
            indicators[signal["indicator"]].series_of(detail)
            for signal, detail in zip(signals, details, strict=True)
        ],
        effective_on=[_effective_day(signal) for signal in signals],
        amount_cny=[float(signal.get("amount_cny", "nan")) for signal in signals],
        months=[signal.get("months", float("nan")) for signal in signals],
        workers=[signal.get("workers", float("nan")) for signal in signals],
        details=[
            (position, {name: float(value) for name, value in detail.items() if not isinstance(value, str)})
            for position, detail in enumerate(details)
        ],
    )


def _content(signal: Signal) -> SignalContent:
    occurred_on, amount = signal.get("occurred_on"), signal.get("amount_cny")
    return SignalContent(
        source=signal["source"],
        source_ref=signal["source_ref"],
        uscc=signal["uscc"],
        indicator=signal["indicator"],
        period=signal.get("period"),
        occurred_on=date.fromisoformat(occurred_on) if occurred_on else None,
        amount_cny=Decimal(amount) if amount else None,
        months=signal.get("months"),
        workers=signal.get("workers"),
        detail=signal.get("detail", {}),
        corrects=None,
    )


@pytest.fixture(scope="module")
def indicators() -> dict[str, Indicator]:
    return load_indicators(json.loads((DATA / "indicators.json").read_text("utf-8")))


def test_the_intake_finds_no_fault_in_the_last_month(
    recent: list[Signal], indicators: dict[str, Indicator]
) -> None:
    for signal in recent:
        check_uscc(signal["uscc"])
        assert check_content(_content(signal), indicators[signal["indicator"]], TODAY) == []


@pytest.fixture(scope="module")
def levels(
    district: World, history: list[Signal], recent: list[Signal], indicators: dict[str, Indicator]
) -> list[WarningLevel]:
    pack = parse_rule_pack(json.loads((DATA / "rule_pack.json").read_text("utf-8")))
    once = {(signal["source"], signal["source_ref"]): signal for signal in history + recent}
    rows = {code: row for row, code in enumerate(district.enterprises.uscc)}
    facts = facts_from_columns(
        compile_catalogue(indicators),
        EnterpriseColumns(enterprise_id=range(len(rows)), headcount=district.enterprises.headcount),
        _columns(list(once.values()), indicators, rows),
    )
    return [evaluate(pack, measures).level for measures in feature_rows(facts, TODAY).measures()]


def test_the_district_has_about_a_hundred_enterprises_to_warn_of(levels: list[WarningLevel]) -> None:
    assert 60 <= sum(level.is_warning for level in levels) <= 140


def test_a_quarter_of_them_or_so_are_red(levels: list[WarningLevel]) -> None:
    warned = [level for level in levels if level.is_warning]
    assert 0.2 <= warned.count(WarningLevel.RED) / len(warned) <= 0.3


def test_every_town_has_several(levels: list[WarningLevel], district: World) -> None:
    towns = Counter(
        town
        for town, level in zip(district.enterprises.town.tolist(), levels, strict=True)
        if level.is_warning
    )
    assert all(towns[town] >= 3 for town in range(len(TOWNS)))


def test_most_of_the_others_are_not_even_watched(levels: list[WarningLevel]) -> None:
    assert levels.count(WarningLevel.WATCH) / len(levels) < 0.05
