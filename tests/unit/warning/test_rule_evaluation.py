"""How rules are evaluated, whatever they say."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.warning.domain.indicators import measure_names, series_of_measure
from services.warning.domain.levels import WarningLevel
from services.warning.domain.rule_pack import evaluate, sentences
from tests.unit.warning.given import INDICATORS, PACK

SPOKEN = sorted(
    {
        condition.measure
        for rule in PACK.rules
        for _, alternatives in rule.levels
        for alternative in alternatives
        for condition in alternative.conditions
    }
)
BAD_NEWS = [name for name in SPOKEN if not INDICATORS[series_of_measure(name).partition(":")[0]].protective]
MEASURES = st.dictionaries(
    st.sampled_from(SPOKEN), st.sampled_from([0.0, 0.5, 1.0, 2.0, 9.0, 30.0, 90.0]), max_size=8
)


def test_an_enterprise_without_measures_fires_nothing() -> None:
    verdict = evaluate(PACK, {})
    assert verdict.level is WarningLevel.NONE
    assert verdict.fired == ()


def test_a_value_that_is_not_a_number_never_fires() -> None:
    assert evaluate(PACK, dict.fromkeys(SPOKEN, float("nan"))).fired == ()


@given(measures=MEASURES)
@settings(max_examples=40, deadline=None, database=None)
def test_the_level_is_the_gravest_of_the_fired_rules_each_of_which_fires_once(
    measures: dict[str, float],
) -> None:
    verdict = evaluate(PACK, measures)
    assert verdict.level == max((rule.level for rule in verdict.fired), default=WarningLevel.NONE)
    assert len({rule.rule_id for rule in verdict.fired}) == len(verdict.fired)
    assert len(sentences(PACK, verdict.fired)) == len(verdict.fired)


@given(measures=MEASURES)
@settings(max_examples=40, deadline=None, database=None)
def test_a_fired_rule_carries_the_facts_that_make_it_fire(measures: dict[str, float]) -> None:
    for rule in evaluate(PACK, measures).fired:
        assert measures[rule.measure] == rule.value
        assert {
            "ge": rule.value >= rule.threshold,
            "gt": rule.value > rule.threshold,
            "eq": rule.value == rule.threshold,
        }[rule.op]


@given(measures=MEASURES)
@settings(max_examples=30, deadline=None, database=None)
def test_looking_only_at_touched_rules_misses_none(measures: dict[str, float]) -> None:
    found = {
        rule.id
        for rule in PACK.rules
        if any(one.holds(measures) for _, alternatives in rule.levels for one in alternatives)
    }
    assert {rule.rule_id for rule in evaluate(PACK, measures).fired} == found


@given(measures=MEASURES, data=st.data())
@settings(max_examples=30, deadline=None, database=None)
def test_the_order_of_measures_does_not_matter(measures: dict[str, float], data: st.DataObject) -> None:
    names = data.draw(st.permutations(sorted(measures)))
    assert evaluate(PACK, {name: measures[name] for name in names}) == evaluate(PACK, measures)


@given(measures=MEASURES, name=st.sampled_from(BAD_NEWS), more=st.floats(0, 100))
@settings(max_examples=40, deadline=None, database=None)
def test_more_of_what_is_bad_never_lowers_the_level(
    measures: dict[str, float], name: str, more: float
) -> None:
    flags = (
        "unreachable",
        "notice",
        "unreported",
        "without",
        "planned",
        "carried_out",
        "cut_off",
        "debtor",
        "dereg",
    )
    if any(flag in name for flag in flags):
        more = 1.0 - measures.get(name, 0.0) if measures.get(name, 0.0) in (0.0, 1.0) else 0.0
    worse = measures | {name: measures.get(name, 0.0) + more}
    assert evaluate(PACK, worse).level >= evaluate(PACK, measures).level


@given(measures=MEASURES)
@settings(max_examples=30, deadline=None, database=None)
def test_protective_measures_never_lower_what_the_rules_say(measures: dict[str, float]) -> None:
    shields = {
        "harmonious_award.awarded": 1.0,
        "compliance_grade.grade_a": 1.0,
        "collective_contract.in_force": 1.0,
    }
    bare = {name: value for name, value in measures.items() if name not in shields}
    shielded = evaluate(PACK, bare | shields)
    assert shielded.level == evaluate(PACK, bare).level
    assert shielded.protected
    assert shielded.rule_ids == evaluate(PACK, bare).rule_ids


def test_only_rules_at_orange_and_red_make_a_warning_by_themselves() -> None:
    verdict = evaluate(
        PACK, {"complaint.count_30d": 1.0, "tax_arrears.months": 2.0, "wage_blacklist.active": 1.0}
    )
    assert {rule.rule_id for rule in verdict.fired} == {"complaints_30d", "tax_arrears", "blacklist"}
    assert verdict.rule_ids == {"tax_arrears", "blacklist"}


def test_all_series_are_known_to_the_registry() -> None:
    assert set(SPOKEN) <= measure_names(INDICATORS)
