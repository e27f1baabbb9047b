"""A drafted rule pack is an official's text: what is refused, and where it says the fault is."""

import copy
from typing import Any

import pytest

from services.warning.domain.indicators import measure_names
from services.warning.domain.rule_pack import RulePackInvalid, parse_rule_pack
from tests.unit.warning.given import INDICATORS, document

KNOWN = measure_names(INDICATORS)
MONTHS = {"measure": "wage_arrears.months", "op": "ge", "value": 2}
NO_PERSON = {"measure": "wage_arrears.principal_unreachable", "op": "eq", "value": 1}


def refused_at(change: dict[str, Any], rule: int = 0) -> str:
    doc = copy.deepcopy(document("rule_pack.json"))
    doc["rules"][rule] |= change
    return refused(doc)


def refused(doc: object) -> str:
    with pytest.raises(RulePackInvalid) as refusal:
        parse_rule_pack(doc, KNOWN)
    assert refusal.value.fields[0].field == refusal.value.path
    assert refusal.value.path in refusal.value.message_zh
    return refusal.value.path


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"id": ""}, "rules[0].id"),
        ({"id": "layoff_plan"}, "rules[5].id"),
        ({"protective": "no"}, "rules[0].protective"),
        ({"oragne": []}, "rules[0].oragne"),
        ({"red": {}}, "rules[0].red"),
        ({"red": [MONTHS | {"op": "le"}]}, "rules[0].red[0].op"),
        ({"red": [MONTHS | {"value": "2"}]}, "rules[0].red[0].value"),
        ({"red": [MONTHS | {"value": True}]}, "rules[0].red[0].value"),
        ({"red": [MONTHS | {"value": float("nan")}]}, "rules[0].red[0].value"),
        ({"red": [MONTHS | {"value": 10**400}]}, "rules[0].red[0].value"),
        ({"red": [MONTHS | {"measure": "wage_arrears.month"}]}, "rules[0].red[0].measure"),
        ({"red": [MONTHS | {"unit": "months"}]}, "rules[0].red[0].unit"),
        ({"red": [{"all": []}]}, "rules[0].red[0].all"),
        ({"red": [{"all": [NO_PERSON, MONTHS | {"op": "no"}]}]}, "rules[0].red[0].all[1].op"),
        ({"red": [MONTHS] * 51}, "rules[0].red"),
        ({"watch": [], "orange": [], "red": []}, "rules[0]"),
        ({"when": [MONTHS]}, "rules[0].when"),
        ({"sentence_zh": "欠薪 {value.__class__} 个月"}, "rules[0].sentence_zh"),
        ({"sentence_en": "{0}"}, "rules[0].sentence_en"),
        ({"sentence_en": "{value:>999999999}"}, "rules[0].sentence_en"),
        ({"sentence_en": "{value!r}"}, "rules[0].sentence_en"),
        ({"sentence_en": "{value"}, "rules[0].sentence_en"),
        ({"sentence_en": "x\x00"}, "rules[0].sentence_en"),
        ({"article": "条" * 501}, "rules[0].article"),
    ],
)
def test_a_fault_is_refused_with_its_path(change: dict[str, Any], path: str) -> None:
    assert refused_at(change) == path


def test_a_graver_level_may_not_have_the_lower_threshold() -> None:
    assert refused_at({"orange": [MONTHS | {"value": 3}], "red": [MONTHS]}) == "rules[0].red[0].value"


def test_a_protective_rule_has_no_level() -> None:
    last = len(document("rule_pack.json")["rules"]) - 1
    assert refused_at({"red": [MONTHS]}, rule=last) == f"rules[{last}].red"


@pytest.mark.parametrize("doc", [None, [], "pack", 7])
def test_only_an_object_is_a_pack(doc: object) -> None:
    assert refused(doc) == "$"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"rules": []}, "rules"),
        ({"rules": None}, "rules"),
        ({"version": 0}, "version"),
        ({"version": True}, "version"),
        ({"effective_from": "2026-13-01"}, "effective_from"),
        ({"effective_from": 20260101}, "effective_from"),
        ({"title_zh": None}, "title_zh"),
        ({"thresholds": {}}, "thresholds"),
    ],
)
def test_the_pack_s_own_members_are_checked(change: dict[str, Any], path: str) -> None:
    assert refused(document("rule_pack.json") | change) == path


def test_without_known_measures_a_pack_of_another_registry_can_be_read() -> None:
    doc = copy.deepcopy(document("rule_pack.json"))
    doc["rules"][0]["red"] = [MONTHS | {"measure": "gas_use_drop.drop_percent"}]
    assert parse_rule_pack(doc).rules[0].id == "wage_arrears_months"
