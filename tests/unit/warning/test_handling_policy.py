"""The handling policy as shipped, and what a faulty one is refused for."""

import copy
from datetime import date
from typing import Any

import pytest

from services.warning.domain.clocks import ClockKind
from services.warning.domain.levels import WarningLevel
from services.warning.domain.policy import PolicyMissing, parse_policies, policy_on
from shared.kernel.documents import DocumentInvalid
from tests.unit.warning.given import POLICY, TODAY, document

ORANGE, RED = WarningLevel.ORANGE, WarningLevel.RED


@pytest.mark.parametrize(
    ("level", "kind", "length", "unit"),
    [
        (ORANGE, "accept", 1, "working_days"),
        (ORANGE, "visit", 3, "working_days"),
        (ORANGE, "plan", 5, "working_days"),
        (ORANGE, "review", 30, "natural_days"),
        (RED, "accept", 2, "hours"),
        (RED, "visit", 24, "hours"),
        (RED, "plan", 48, "hours"),
        (RED, "review", 15, "natural_days"),
    ],
)
def test_the_shipped_clocks_are_those_of_the_proposal(
    level: WarningLevel, kind: str, length: int, unit: str
) -> None:
    rule = POLICY.clock_rule(level, ClockKind(kind))
    assert (rule.length, rule.unit) == (length, unit)
    assert rule.article
    assert POLICY.clock_rule_by_id(rule.id) == rule


def test_every_level_has_each_kind_of_clock_once() -> None:
    for level in (ORANGE, RED):
        assert [rule.kind for rule in POLICY.clock_rules(level)] == list(ClockKind)


@pytest.mark.parametrize(("coordinators", "capacity"), [(0, 0), (1, 1), (10, 2), (100, 16), (144, 23)])
def test_capacity_follows_the_coordinators(coordinators: int, capacity: int) -> None:
    assert POLICY.monthly_capacity(coordinators) == capacity


def two_versions() -> dict[str, Any]:
    first = document("policy.json")["versions"][0]
    return {"versions": [first | {"version": 2, "effective_from": "2026-11-01"}, first]}


def test_the_policy_in_force_is_the_newest_that_has_begun() -> None:
    policies = parse_policies(two_versions())
    assert policy_on(policies, date(2026, 10, 31)).version == 1
    assert policy_on(policies, date(2026, 11, 1)).version == 2
    assert policy_on(policies, TODAY).version == 2


def test_before_the_first_policy_there_is_none() -> None:
    with pytest.raises(PolicyMissing):
        policy_on(parse_policies(document("policy.json")), date(2020, 1, 1))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"at_risk_share": 1.5}, "versions[0].at_risk_share"),
        ({"red_share": -0.1}, "versions[0].red_share"),
        ({"reopen_days": -1}, "versions[0].reopen_days"),
        ({"reopen_days": 90.5}, "versions[0].reopen_days"),
        ({"hysteresis": 3}, "versions[0].hysteresis"),
        ({"clocks": []}, "versions[0].clocks"),
        ({"escalation": {"orange": [], "red": []}}, "versions[0].escalation.orange"),
        (
            {"escalation": {"orange": [{"to": "mayor", "after_minutes": 0}], "red": []}},
            "versions[0].escalation.orange[0].to",
        ),
    ],
)
def test_a_faulty_policy_is_refused_with_the_path(change: dict[str, Any], path: str) -> None:
    doc = copy.deepcopy(document("policy.json"))
    doc["versions"][0] |= change
    with pytest.raises(DocumentInvalid) as refusal:
        parse_policies(doc)
    assert refusal.value.path == path


def test_a_ladder_climbs_and_its_delays_rise() -> None:
    rungs = document("policy.json")["versions"][0]["escalation"]["red"]
    for broken in (
        [rungs[1], rungs[0]],
        [rungs[0], rungs[0]],
        [rungs[0], rungs[1] | {"after_minutes": 0}, rungs[2] | {"after_minutes": -1}],
    ):
        doc = copy.deepcopy(document("policy.json"))
        doc["versions"][0]["escalation"]["red"] = broken
        with pytest.raises(DocumentInvalid):
            parse_policies(doc)


@pytest.mark.parametrize("doc", [{"versions": []}, {"versions": None}, {}, []])
def test_there_is_at_least_one_policy(doc: object) -> None:
    with pytest.raises(DocumentInvalid):
        parse_policies(doc)


def test_two_policies_may_not_begin_on_one_day() -> None:
    doc = two_versions()
    doc["versions"][0]["effective_from"] = doc["versions"][1]["effective_from"]
    with pytest.raises(DocumentInvalid):
        parse_policies(doc)
