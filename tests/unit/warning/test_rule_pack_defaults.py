"""The default rule pack: every row at its thresholds, and just below them."""

from typing import TypeAlias

import pytest

from services.warning.domain.indicators import measure_names
from services.warning.domain.rule_pack import evaluate, sentences
from tests.unit.warning.given import INDICATORS, PACK

DROP = "labour_relations_change:headcount_drop"
LAYOFF = "labour_relations_change:layoff_plan"
MOVE = "labour_relations_change:restructuring"
CASE = "arbitration_case"

Case: TypeAlias = tuple[str, dict[str, float], str | None]

RULES = (
    "wage_arrears_months",
    "wage_arrears_workers",
    "social_ins_arrears_months",
    "rent_arrears_months",
    "headcount_drop_3m",
    "layoff_plan",
    "relocation_closure",
    "power_drop_yoy",
    "water_drop_yoy",
    "tax_arrears",
    "tax_decl_missed",
    "complaints_30d",
    "arb_cases_90d",
    "collective_case",
    "enforcement_debtor",
    "blacklist",
    "licence_change",
    "below_min_wage",
    "overtime_gt_36h_month",
    "protective",
)


def steps(rule: str, measure: str, watch: float, orange: float, red: float, below: float) -> list[Case]:
    """Return the cases of a rule with one measure: below its first threshold, and at each."""
    return [
        (rule, {measure: below}, None),
        (rule, {measure: watch}, "watch"),
        (rule, {measure: orange}, "orange"),
        (rule, {measure: red}, "red"),
    ]


CASES: list[Case] = [
    ("wage_arrears_months", {"wage_arrears.active": 1, "wage_arrears.months": 0.5}, "watch"),
    ("wage_arrears_months", {"wage_arrears.active": 1, "wage_arrears.months": 1}, "orange"),
    ("wage_arrears_months", {"wage_arrears.active": 1, "wage_arrears.months": 2}, "red"),
    ("wage_arrears_months", {"wage_arrears.active": 1, "wage_arrears.principal_unreachable": 1}, "red"),
    ("wage_arrears_months", {"wage_arrears.principal_unreachable": 1}, None),
    ("wage_arrears_months", {"wage_arrears.active": 1, "wage_arrears.principal_unreachable": 0}, "watch"),
    *steps("wage_arrears_workers", "wage_arrears.workers", 1, 10, 30, 0),
    *steps("social_ins_arrears_months", "social_insurance_arrears.months", 1, 2, 3, 0),
    *steps("rent_arrears_months", "rent_arrears.months", 1, 2, 3, 0),
    ("rent_arrears_months", {"rent_arrears.lockout_notice": 1, "rent_arrears.active": 1}, "red"),
    ("rent_arrears_months", {"rent_arrears.lockout_notice": 1}, None),
    *steps("headcount_drop_3m", f"{DROP}.drop_percent", 10, 20, 30, 9.9),
    *steps("headcount_drop_3m", f"{DROP}.workers_share", 2 / 20, 4 / 20, 6 / 20, 0.099),
    ("headcount_drop_3m", {f"{DROP}.mass_layoff_unreported": 1, f"{DROP}.active": 1}, "red"),
    ("layoff_plan", {f"{LAYOFF}.workers": 19, f"{LAYOFF}.workers_share": 0.09}, None),
    ("layoff_plan", {f"{LAYOFF}.workers": 20}, "orange"),
    ("layoff_plan", {f"{LAYOFF}.workers_share": 0.1}, "orange"),
    ("layoff_plan", {f"{LAYOFF}.workers": 20, f"{LAYOFF}.without_consultation": 1}, "red"),
    ("layoff_plan", {f"{LAYOFF}.workers": 20, f"{LAYOFF}.without_notice": 1}, "red"),
    ("layoff_plan", {f"{LAYOFF}.workers_share": 0.1, f"{LAYOFF}.without_consultation": 1}, "red"),
    ("layoff_plan", {f"{LAYOFF}.workers_share": 0.1, f"{LAYOFF}.without_notice": 1}, "red"),
    ("layoff_plan", {f"{LAYOFF}.workers": 5, f"{LAYOFF}.without_notice": 1}, None),
    ("relocation_closure", {f"{MOVE}.active": 1}, "watch"),
    ("relocation_closure", {f"{MOVE}.active": 1, f"{MOVE}.planned": 1}, "watch"),
    ("relocation_closure", {f"{MOVE}.planned": 1, f"{MOVE}.without_settlement": 1}, "orange"),
    ("relocation_closure", {f"{MOVE}.carried_out": 1, f"{MOVE}.without_settlement": 1}, "red"),
    *steps("power_drop_yoy", "power_use_drop.drop_percent", 30, 50, 80, 29),
    ("power_drop_yoy", {"power_use_drop.drop_percent": 40, "power_use_drop.cut_off": 1}, "red"),
    *steps("water_drop_yoy", "water_use_drop.drop_percent", 30, 50, 80, 29),
    ("water_drop_yoy", {"water_use_drop.cut_off": 1}, "red"),
    *steps("tax_arrears", "tax_arrears.months", 1, 2, 3, 0),
    *steps("tax_decl_missed", "tax_declaration_missed.months", 1, 2, 3, 0),
    *steps("complaints_30d", "complaint.count_30d", 1, 2, 3, 0),
    ("arb_cases_90d", {f"{CASE}:individual.count_90d": 2}, None),
    ("arb_cases_90d", {f"{CASE}:individual.count_90d": 3}, "watch"),
    ("arb_cases_90d", {f"{CASE}:individual.count_90d": 5}, "orange"),
    ("arb_cases_90d", {f"{CASE}:individual.count_90d": 50}, "orange"),
    ("collective_case", {f"{CASE}:collective.count_90d": 0}, None),
    ("collective_case", {f"{CASE}:collective.count_90d": 1}, "red"),
    ("collective_case", {f"{CASE}:individual.workers": 9}, None),
    ("collective_case", {f"{CASE}:individual.workers": 10}, "red"),
    ("enforcement_debtor", {"court_enforcement.active": 1}, "orange"),
    ("enforcement_debtor", {"court_enforcement.active": 1, "court_enforcement.dishonest_debtor": 1}, "red"),
    ("enforcement_debtor", {"court_enforcement.dishonest_debtor": 1}, None),
    ("blacklist", {"wage_blacklist.active": 1}, "red"),
    ("licence_change", {"licence_change.count_180d": 0}, None),
    ("licence_change", {"licence_change.count_180d": 1}, "watch"),
    ("licence_change", {"licence_change.count_180d": 2}, "orange"),
    ("licence_change", {"licence_change.count_180d": 1, "licence_change.deregistration": 1}, "watch"),
    ("licence_change", {"licence_change.deregistration": 1, "wage_arrears.active": 1}, "red"),
    ("licence_change", {"licence_change.deregistration": 1, "social_insurance_arrears.active": 1}, "red"),
    ("licence_change", {"licence_change.deregistration": 1, "rent_arrears.active": 1}, "red"),
    ("licence_change", {"licence_change.deregistration": 1, "tax_arrears.active": 1}, "red"),
    ("below_min_wage", {"pay_below_minimum.active": 1, "pay_below_minimum.workers": 9}, "orange"),
    ("below_min_wage", {"pay_below_minimum.active": 1, "pay_below_minimum.workers": 10}, "red"),
    ("overtime_gt_36h_month", {"excess_overtime.active": 1, "excess_overtime.workers": 9}, "orange"),
    ("overtime_gt_36h_month", {"excess_overtime.active": 1, "excess_overtime.workers": 10}, "red"),
    ("protective", {"harmonious_award.awarded": 1}, "none"),
    ("protective", {"compliance_grade.grade_a": 1}, "none"),
    ("protective", {"collective_contract.in_force": 1}, "none"),
    ("protective", {"harmonious_award.awarded": 0, "compliance_grade.grade_a": 0}, None),
]


def test_the_pack_holds_every_row_of_the_proposal_and_no_other() -> None:
    assert tuple(rule.id for rule in PACK.rules) == RULES


@pytest.mark.parametrize(("rule", "measures", "level"), CASES)
def test_a_rule_fires_at_its_threshold(rule: str, measures: dict[str, float], level: str | None) -> None:
    fired = {one.rule_id: one for one in evaluate(PACK, measures).fired}
    assert (fired[rule].level.value if rule in fired else None) == level


@pytest.mark.parametrize("measures", [measures for _, measures, level in CASES if level is not None])
def test_a_fired_rule_explains_itself_in_both_languages(measures: dict[str, float]) -> None:
    for chinese, english in sentences(PACK, evaluate(PACK, measures).fired):
        assert chinese
        assert english
        assert "{" not in chinese + english


def test_a_sentence_tells_value_and_threshold() -> None:
    measures = {
        "wage_arrears.active": 1.0,
        "wage_arrears.months": 3.0,
        "wage_arrears.workers": 41.0,
        f"{DROP}.workers_share": 1 / 3,
    }
    assert sentences(PACK, evaluate(PACK, measures).fired) == [
        ("拖欠工资 3 个月（预警线 2 个月）", "wages unpaid for 3 month(s) (threshold 2)"),
        ("拖欠 41 名劳动者工资（预警线 30 人）", "wages of 41 worker(s) unpaid (threshold 30)"),
        (
            "用工人数三个月内减少 33.33%（预警线 30%）",
            "headcount fell by 33.33% over three months (threshold 30%)",
        ),
    ]


def test_a_sentence_speaks_of_what_fired_and_not_of_another_alternative() -> None:
    measures = {
        "wage_arrears.active": 1.0,
        "wage_arrears.months": 1.0,
        "wage_arrears.principal_unreachable": 1.0,
    }
    (zh, _) = sentences(PACK, evaluate(PACK, measures).fired)[0]
    assert zh == "拖欠工资，且法定代表人或负责人失联"


def test_every_rule_states_article_and_source() -> None:
    assert all(rule.article and rule.source and rule.name_zh and rule.name_en for rule in PACK.rules)


def test_every_rule_speaks_of_measures_that_some_indicator_gives() -> None:
    assert set(PACK.rules_of_measure) <= measure_names(INDICATORS)
