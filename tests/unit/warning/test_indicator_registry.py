"""The indicator registry as shipped, and what a faulty one is refused for."""

import copy
from typing import Any

import pytest

from services.warning.domain.indicators import (
    NUMBER_FIELDS,
    SourceMayNotSend,
    check_source,
    load_indicators,
    measure_names,
    series_names,
    series_of_measure,
)
from shared.kernel.documents import DocumentInvalid
from tests.unit.warning.given import INDICATORS, document

SOURCES = {
    "hrss": {
        "wage_arrears",
        "labour_relations_change",
        "arbitration_case",
        "wage_blacklist",
        "pay_below_minimum",
        "excess_overtime",
        "harmonious_award",
        "compliance_grade",
        "collective_contract",
    },
    "social_insurance": {"social_insurance_arrears", "labour_relations_change"},
    "park": {"rent_arrears", "labour_relations_change"},
    "tax": {"tax_arrears", "tax_declaration_missed"},
    "utility": {"power_use_drop", "water_use_drop"},
    "hotline": {"complaint"},
    "court": {"court_enforcement"},
    "market_regulator": {"licence_change"},
    "street": {"wage_arrears", "rent_arrears", "labour_relations_change"},
}


def test_the_plan_s_four_core_indicators_come_first() -> None:
    core = ["wage_arrears", "social_insurance_arrears", "rent_arrears", "labour_relations_change"]
    assert list(INDICATORS)[:4] == core
    assert len(INDICATORS) == 18


@pytest.mark.parametrize("source", SOURCES)
def test_a_department_sends_exactly_its_own_indicators(source: str) -> None:
    for indicator in INDICATORS.values():
        if indicator.id in SOURCES[source]:
            check_source(indicator, source)
        else:
            with pytest.raises(SourceMayNotSend):
                check_source(indicator, source)


def test_every_indicator_says_what_it_is_in_both_languages_and_by_what_right() -> None:
    for indicator in INDICATORS.values():
        assert all((indicator.name_zh, indicator.name_en, indicator.unit, indicator.owner, indicator.article))
        assert indicator.owner in indicator.source_departments
        assert set(indicator.fields) <= set(NUMBER_FIELDS)


def test_an_aspect_makes_a_series_of_each_choice() -> None:
    change = INDICATORS["labour_relations_change"]
    assert change.series_of({"kind": "layoff_plan"}) == "labour_relations_change:layoff_plan"
    assert INDICATORS["wage_arrears"].series_of({"principal_unreachable": True}) == "wage_arrears"
    assert set(change.series) <= set(series_names(INDICATORS))


def test_a_choice_left_out_means_its_default() -> None:
    case = INDICATORS["arbitration_case"]
    assert case.series_of({}) == "arbitration_case:individual"
    assert case.series_of({"kind": "collective"}) == "arbitration_case:collective"


def test_a_measure_names_its_series() -> None:
    assert (
        series_of_measure("labour_relations_change:layoff_plan.workers")
        == "labour_relations_change:layoff_plan"
    )


def test_a_detail_measures_only_the_choice_that_it_belongs_to() -> None:
    names = measure_names(INDICATORS)
    assert "labour_relations_change:headcount_drop.drop_percent" in names
    assert "labour_relations_change:layoff_plan.drop_percent" not in names
    assert "complaint.channel" not in names


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"validity_days": 0}, "indicators[0].validity_days"),
        ({"combine": "mean"}, "indicators[0].combine"),
        ({"fields": ["workers", "euros"]}, "indicators[0].fields[1]"),
        ({"source_departments": []}, "indicators[0].source_departments"),
        ({"aspect": "kind"}, "indicators[0].aspect"),
        ({"id": "wage:arrears"}, "indicators[0].id"),
        ({"id": "rent_arrears"}, "indicators[2].id"),
        ({"name_zh": " "}, "indicators[0].name_zh"),
    ],
)
def test_a_faulty_registry_is_refused_with_the_path(change: dict[str, Any], path: str) -> None:
    doc = copy.deepcopy(document("indicators.json"))
    doc["indicators"][0] |= change
    with pytest.raises(DocumentInvalid) as refusal:
        load_indicators(doc)
    assert refusal.value.path == path


def test_a_detail_field_may_not_take_the_name_of_a_measure() -> None:
    doc = copy.deepcopy(document("indicators.json"))
    doc["indicators"][0]["detail"][0]["name"] = "count_30d"
    with pytest.raises(DocumentInvalid):
        load_indicators(doc)
