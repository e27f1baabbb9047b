"""What an assessment means for the course of a warning."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.warning.domain.course import (
    AddEvidence,
    ClearLower,
    ClosedWarning,
    Contradict,
    Decision,
    Downgrade,
    Found,
    News,
    NoteLower,
    OpenWarning,
    Raise,
    Reopen,
    Stay,
    Upgrade,
    decide,
    news_since,
)
from services.warning.domain.indicators import adding_measures
from services.warning.domain.levels import WarningLevel
from services.warning.domain.lifecycle import State
from services.warning.domain.rule_pack import evaluate
from tests.unit.warning.given import INDICATORS, PACK, POLICY, shanghai

NONE, WATCH, ORANGE, RED = WarningLevel
NOW = shanghai("2026-11-22 10:00")
RULES = {"wage_arrears_months"}
FORMER = UUID(int=1)
ADDING = adding_measures(INDICATORS)
LEVELS = st.sampled_from(list(WarningLevel))


def days(count: float) -> timedelta:
    return timedelta(days=count)


def open_at(
    level: WarningLevel, lower_since: datetime | None = None, state: State = State.ACCEPTED
) -> OpenWarning:
    return OpenWarning(level, state, lower_since, frozenset(RULES))


def closed(ago: timedelta, peak: WarningLevel = ORANGE, rules: set[str] = RULES) -> ClosedWarning:
    return ClosedWarning(FORMER, NOW - ago, peak, frozenset(rules))


def assessed(
    level: WarningLevel,
    warning: OpenWarning | None = None,
    last: ClosedWarning | None = None,
    news: News | None = None,
    rules: set[str] = RULES,
) -> Decision:
    return decide(warning, [last] if last else [], level, rules, NOW, POLICY, news=news)


@pytest.mark.parametrize(
    ("level", "decision"),
    [
        (NONE, Stay()),
        (WATCH, Stay()),
        (ORANGE, Raise(ORANGE, double_red=False)),
        (RED, Raise(RED, double_red=False)),
    ],
)
def test_only_orange_and_red_raise_a_warning(level: WarningLevel, decision: Decision) -> None:
    assert assessed(level) == decision


def test_a_graver_level_upgrades_at_once() -> None:
    assert assessed(RED, open_at(ORANGE)) == Upgrade(RED, double_red=False)
    assert assessed(RED, open_at(ORANGE, NOW - days(3))) == Upgrade(RED, double_red=False)


def test_the_same_level_changes_nothing() -> None:
    assert assessed(RED, open_at(RED)) == Stay()


def test_a_lower_level_is_noted_first() -> None:
    assert assessed(ORANGE, open_at(RED)) == NoteLower(NOW)
    assert assessed(NONE, open_at(ORANGE)) == NoteLower(NOW)


def test_a_level_that_comes_back_is_forgotten_to_have_been_lower() -> None:
    assert assessed(RED, open_at(RED, NOW - days(20))) == ClearLower()


def test_red_becomes_orange_only_after_it_was_lower_long_enough() -> None:
    lasting = days(POLICY.hysteresis_days)
    assert assessed(NONE, open_at(RED, NOW - lasting + timedelta(seconds=1))) == Stay()
    assert assessed(NONE, open_at(RED, NOW - lasting)) == Downgrade(ORANGE)


def test_orange_never_ends_by_itself() -> None:
    assert assessed(NONE, open_at(ORANGE, NOW - days(1000))) == Stay()


def test_the_same_rule_soon_after_closure_reopens() -> None:
    limit = days(POLICY.reopen_days)
    assert assessed(ORANGE, last=closed(limit - timedelta(seconds=1))) == Reopen(
        ORANGE, double_red=False, warning_id=FORMER
    )
    assert assessed(ORANGE, last=closed(limit)) == Raise(ORANGE, double_red=False)


def test_another_rule_soon_after_closure_raises_a_new_warning() -> None:
    assert assessed(ORANGE, last=closed(days(1), rules={"blacklist"})) == Raise(ORANGE, double_red=False)


def test_of_several_warnings_the_last_one_with_the_same_rule_reopens() -> None:
    other = ClosedWarning(UUID(int=2), NOW - days(1), ORANGE, frozenset({"blacklist"}))
    older = ClosedWarning(UUID(int=3), NOW - days(9), ORANGE, frozenset(RULES))
    past = [other, closed(days(5)), older]
    assert decide(None, past, ORANGE, RULES, NOW, POLICY) == Reopen(
        ORANGE, double_red=False, warning_id=FORMER
    )
    assert decide(None, [other], ORANGE, RULES, NOW, POLICY) == Raise(ORANGE, double_red=False)


def test_a_reopened_warning_has_the_new_level() -> None:
    assert assessed(ORANGE, last=closed(days(1), peak=RED)) == Reopen(
        ORANGE, double_red=False, warning_id=FORMER
    )
    assert assessed(RED, last=closed(days(1))) == Reopen(RED, double_red=False, warning_id=FORMER)


def test_a_second_red_after_a_red_is_double_however_it_comes() -> None:
    last = closed(days(100), peak=RED)
    assert assessed(RED, last=last) == Raise(RED, double_red=True)
    assert assessed(RED, open_at(ORANGE), last) == Upgrade(RED, double_red=True)
    assert assessed(RED, last=closed(days(1), peak=RED)) == Reopen(RED, double_red=True, warning_id=FORMER)
    assert assessed(RED, last=closed(days(POLICY.double_red_days), peak=RED)) == Raise(RED, double_red=False)
    assert assessed(ORANGE, last=last) == Raise(ORANGE, double_red=False)


NOTHING_NEW = News(NONE, frozenset())


@pytest.mark.parametrize("state", [State.RESOLVED, State.FALSE_ALARM])
def test_old_signals_do_not_undo_an_outcome(state: State) -> None:
    assert assessed(RED, open_at(ORANGE, state=state), news=NOTHING_NEW) == Stay()
    assert assessed(RED, open_at(ORANGE, state=state), news=News(ORANGE, frozenset())) == Stay()


def test_new_signals_do() -> None:
    news = News(RED, frozenset(RULES))
    assert assessed(RED, open_at(ORANGE, state=State.RESOLVED), news=news) == Upgrade(RED, double_red=False)


@pytest.mark.parametrize("state", [State.RESOLVED, State.FALSE_ALARM])
def test_new_signals_of_the_same_gravity_give_it_back_to_its_handler(state: State) -> None:
    for rules in (RULES, {"rent_arrears_months"}):
        news = News(ORANGE, frozenset(rules))
        assert assessed(ORANGE, open_at(ORANGE, state=state), news=news, rules=rules) == Contradict()


def test_a_further_rule_is_made_known_to_the_handler() -> None:
    further = frozenset({"rent_arrears_months"})
    both = {*RULES, *further}
    assert assessed(ORANGE, open_at(ORANGE), rules=both) == AddEvidence(further, holds=True)
    assert assessed(RED, open_at(ORANGE), rules=both) == Upgrade(RED, double_red=False)
    assert assessed(RED, open_at(RED, NOW - days(1)), rules=both) == AddEvidence(further, holds=True)
    assert assessed(ORANGE, open_at(RED), rules=both) == NoteLower(NOW)
    assert assessed(ORANGE, open_at(RED, NOW - days(1)), rules=both) == AddEvidence(further, holds=False)
    assert assessed(WATCH, open_at(ORANGE, NOW - days(1)), rules=both) == Stay()


def test_old_signals_neither_reopen_nor_raise_after_closure() -> None:
    assert assessed(RED, last=closed(days(1)), news=NOTHING_NEW) == Stay()
    assert assessed(RED, last=closed(days(1)), news=News(WATCH, frozenset())) == Stay()


def test_what_is_new_decides_whether_and_how_grave() -> None:
    news = News(ORANGE, frozenset({"tax_arrears"}))
    assert assessed(RED, last=closed(days(1)), news=news) == Raise(ORANGE, double_red=False)
    news = News(ORANGE, frozenset(RULES))
    assert assessed(RED, last=closed(days(1), peak=RED), news=news) == Reopen(
        ORANGE, double_red=False, warning_id=FORMER
    )
    assert assessed(WATCH, last=closed(days(1)), news=news) == Stay()


def test_what_was_judged_does_not_raise_a_warning_that_is_back_either() -> None:
    news = News(ORANGE, frozenset(RULES))
    assert assessed(RED, open_at(ORANGE), news=news, rules={*RULES, "blacklist"}) == Stay()
    assert assessed(RED, open_at(RED), news=news) == NoteLower(NOW)


def test_without_an_outcome_everything_counts() -> None:
    assert assessed(RED, open_at(ORANGE)) == Upgrade(RED, double_red=False)


def found(measures: dict[str, float] | None = None, level: WarningLevel | None = None) -> Found:
    verdict = evaluate(PACK, measures or {})
    return Found(measures or {}, verdict, verdict.level if level is None else level)


def news(now: Found, judged: Found, alone: Found | None = None) -> tuple[WarningLevel, set[str]]:
    new = news_since(PACK, now, judged, alone or found(), ADDING)
    return new.level, {*new.rule_ids}


ARREARS = {"wage_arrears.active": 1.0, "wage_arrears.months": 3.0, "wage_arrears.workers": 5.0}
JUDGED = found(ARREARS)


def test_what_was_judged_is_no_news_whatever_is_told_beside_it() -> None:
    slight = ARREARS | {"wage_arrears.months": 0.0, "wage_arrears.workers": 1.0}
    assert news(JUDGED, JUDGED, found(slight)) == (WATCH, set())
    one_month = found(slight | {"wage_arrears.months": 1.0})
    assert news(JUDGED, JUDGED, one_month) == (ORANGE, {"wage_arrears_months"})


def test_a_figure_that_has_grown_since_is_news() -> None:
    assert news(found(ARREARS | {"wage_arrears.months": 4.0}), JUDGED) == (RED, {"wage_arrears_months"})
    assert news(found(ARREARS | {"wage_arrears.workers": 12.0}), JUDGED) == (ORANGE, {"wage_arrears_workers"})
    unreachable = found(ARREARS | {"wage_arrears.principal_unreachable": 1.0})
    assert news(unreachable, JUDGED) == (RED, {"wage_arrears_months"})
    assert news(unreachable, unreachable) == (NONE, set())


@pytest.mark.parametrize(
    ("judged", "now", "new", "expected"),
    [(2, 3, 1, RED), (1, 2, 1, ORANGE), (3, 4, 1, RED), (3, 3, 1, RED), (3, 3, 0, NONE), (0, 1, 1, WATCH)],
)
def test_a_count_is_news_by_what_was_added(
    judged: float, now: float, new: float, expected: WarningLevel
) -> None:
    """Of three that were judged, one may have left its thirty days when the next comes in."""
    was, by_now, added = (
        found({"complaint.count_30d": count} if count else {}) for count in (judged, now, new)
    )
    assert news(by_now, was, added) == (expected, {"complaints_30d"} if expected.is_warning else set())


def test_a_rule_that_rests_on_two_series_is_news_when_either_completes_it() -> None:
    leaving = found(ARREARS | {"licence_change.deregistration": 1.0})
    assert news(leaving, JUDGED) == (RED, {"licence_change"})


def test_the_score_is_news_by_a_level_that_it_did_not_give_to_what_was_judged() -> None:
    by_rules, by_score = (found({"complaint.count_30d": 1.0}, level) for level in (WATCH, ORANGE))
    assert news(by_score, by_rules) == (ORANGE, set())
    assert news(by_score, by_score) == (NONE, set())
    assert news(by_score, by_score, by_score) == (ORANGE, set())


CONDITIONS = [
    one for rule in PACK.rules for _, those in rule.levels for each in those for one in each.conditions
]
MEASURES = sorted({one.measure for one in CONDITIONS if one.op != "eq"})
TOLD = st.dictionaries(st.sampled_from(MEASURES), st.sampled_from([0.0, 1.0, 2.0, 3.0, 10.0, 30.0]))


@given(judged=TOLD, now=TOLD, shown=st.sets(st.sampled_from(MEASURES)))
@settings(max_examples=60, deadline=None, database=None)
def test_news_is_never_graver_than_everything_and_nothing_when_nothing_grew(
    judged: dict[str, float], now: dict[str, float], shown: set[str]
) -> None:
    everything, alone = found(now), found({name: now[name] for name in shown & {*now}})
    new = news_since(PACK, everything, found(judged), alone, ADDING)
    assert new.level <= everything.level
    assert new.rule_ids <= everything.verdict.rule_ids
    milder = {name: min(value, judged[name]) for name, value in now.items() if name in judged}
    old = news_since(PACK, found(milder), found(judged), found(), ADDING)
    assert (old.level, old.rule_ids) == (NONE, frozenset())


@given(
    current=st.sampled_from([ORANGE, RED]),
    level=LEVELS,
    lower=st.none() | st.integers(0, 100),
    state=st.sampled_from([state for state in State if state.is_open]),
)
@settings(max_examples=40, deadline=None, database=None)
def test_an_open_warning_only_moves_towards_the_assessed_level_and_never_below_orange(
    current: WarningLevel, level: WarningLevel, lower: int | None, state: State
) -> None:
    since = None if lower is None else NOW - days(lower)
    decision = assessed(level, open_at(current, since, state))
    if isinstance(decision, Upgrade):
        assert current < decision.level <= level
    elif isinstance(decision, Downgrade):
        assert (current, decision.level) == (RED, ORANGE)
        assert level < RED
    else:
        assert not isinstance(decision, Raise | Reopen)
        assert level <= current


@given(levels=st.lists(LEVELS, min_size=1, max_size=60))
@settings(max_examples=30, deadline=None, database=None)
def test_day_by_day_a_red_lasts_until_it_was_lower_without_a_break(levels: list[WarningLevel]) -> None:
    warning, lower_days = open_at(RED), 0
    for day, level in enumerate(levels):
        now = NOW + days(day)
        decision = decide(warning, [], level, (), now, POLICY)
        lower_days = lower_days + 1 if level < RED else 0
        if isinstance(decision, Downgrade):
            assert lower_days > POLICY.hysteresis_days
            return
        assert lower_days <= POLICY.hysteresis_days
        if isinstance(decision, NoteLower):
            warning = open_at(RED, decision.since)
        elif isinstance(decision, ClearLower):
            warning = open_at(RED)
