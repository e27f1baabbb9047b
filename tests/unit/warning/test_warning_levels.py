"""Levels: their order, and how rules and score make one."""

from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.warning.domain.levels import (
    NEVER,
    ScoreBands,
    WarningLevel,
    bands_for_capacity,
    combine_levels,
)

NONE, WATCH, ORANGE, RED = WarningLevel
BANDS = ScoreBands(watch=0.2, orange=0.4, red=0.8)
LEVELS = st.sampled_from(list(WarningLevel))
SCORES = st.none() | st.floats(0, 1)
FLAGS = st.booleans()


def by_score(
    score: float | None, *, corroborated: bool = True, sole_trader: bool = False, protected: bool = False
) -> WarningLevel:
    return combine_levels(
        NONE, score, BANDS, corroborated=corroborated, sole_trader=sole_trader, protected=protected
    )


def test_levels_are_ordered_by_gravity_and_not_by_their_letters() -> None:
    assert all(lower < higher and higher > lower for lower, higher in pairwise(WarningLevel))
    assert all(lower <= higher and higher >= lower for lower, higher in pairwise(WarningLevel))
    assert all(
        max(order) is RED and sorted(order) == list(WarningLevel) for order in permutations(WarningLevel)
    )


def test_only_orange_and_red_are_warnings() -> None:
    assert [level for level in WarningLevel if level.is_warning] == [ORANGE, RED]


def test_a_level_is_its_name() -> None:
    assert WarningLevel("red") is RED
    assert f"{WATCH}" == "watch"


@pytest.mark.parametrize(
    ("score", "level"),
    [
        (None, NONE),
        (float("nan"), NONE),
        (0.19, NONE),
        (0.2, WATCH),
        (0.4, ORANGE),
        (0.79, ORANGE),
        (0.8, RED),
    ],
)
def test_a_score_is_at_the_band_that_it_reaches(score: float | None, level: WarningLevel) -> None:
    assert by_score(score) is level


def test_a_score_alone_never_gives_red() -> None:
    assert by_score(0.99, corroborated=False) is ORANGE
    assert by_score(0.99, corroborated=True) is RED


def test_of_a_sole_trader_a_score_gives_watch_at_most() -> None:
    assert by_score(0.99, corroborated=True, sole_trader=True) is WATCH
    assert by_score(0.1, sole_trader=True) is NONE


def test_protective_factors_take_one_step_off_what_the_score_alone_would_raise() -> None:
    assert by_score(0.5, protected=True) is WATCH
    assert by_score(0.9, protected=True) is ORANGE
    assert by_score(0.3, protected=True) is WATCH


@given(rule=LEVELS, score=SCORES, corroborated=FLAGS, sole_trader=FLAGS, protected=FLAGS)
@settings(max_examples=50, deadline=None, database=None)
def test_nothing_ever_lowers_what_a_rule_says(
    rule: WarningLevel,
    score: float | None,
    corroborated: bool,  # noqa: FBT001 -- one of the cases
    sole_trader: bool,  # noqa: FBT001 -- one of the cases
    protected: bool,  # noqa: FBT001 -- one of the cases
) -> None:
    level = combine_levels(
        rule, score, BANDS, corroborated=corroborated, sole_trader=sole_trader, protected=protected
    )
    assert level >= rule
    if level is RED and rule is not RED:
        assert score is not None
        assert score >= BANDS.red
        assert corroborated
        assert not sole_trader
        assert not protected
    if sole_trader and level.is_warning:
        assert level is rule


@given(low=st.floats(0, 1), high=st.floats(0, 1), corroborated=FLAGS, sole_trader=FLAGS, protected=FLAGS)
@settings(max_examples=30, deadline=None, database=None)
def test_a_higher_score_never_gives_a_lower_level(
    low: float,
    high: float,
    corroborated: bool,  # noqa: FBT001 -- one of the cases
    sole_trader: bool,  # noqa: FBT001 -- one of the cases
    protected: bool,  # noqa: FBT001 -- one of the cases
) -> None:
    low, high = sorted((low, high))
    flags = {"corroborated": corroborated, "sole_trader": sole_trader, "protected": protected}
    assert by_score(low, **flags) <= by_score(high, **flags)


def test_bands_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="rise"):
        ScoreBands(watch=0.5, orange=0.4, red=0.9)


SOME = st.lists(st.floats(0, 1) | st.sampled_from([0.1, 0.5, 0.9]), max_size=60)


@given(scores=SOME, capacity=st.integers(0, 30), red_share=st.floats(0, 1), floor=st.sampled_from([0.0, 0.3]))
@settings(max_examples=50, deadline=None, database=None)
def test_no_more_are_warned_than_can_be_handled(
    scores: list[float], capacity: int, red_share: float, floor: float
) -> None:
    bands = bands_for_capacity(scores, capacity, red_share, watch_multiple=3, floor=floor)
    levels = [bands.level_of(score) for score in scores]
    assert sum(level.is_warning for level in levels) <= capacity
    assert sum(level is RED for level in levels) <= capacity * red_share
    assert sum(level is not NONE for level in levels) <= capacity * 3
    assert all(level is NONE for level, score in zip(levels, scores, strict=True) if score < floor)


def test_distinct_scores_use_the_whole_capacity() -> None:
    scores = [one / 100 for one in range(100)]
    bands = bands_for_capacity(scores, 10, 0.2, watch_multiple=3)
    assert bands == ScoreBands(watch=0.7, orange=0.9, red=0.98)


def test_equal_scores_that_do_not_all_fit_are_none_of_them_warned() -> None:
    assert bands_for_capacity([0.9, 0.5, 0.5, 0.5], 2, 0.5).orange == 0.9
    assert bands_for_capacity([0.5, 0.5, 0.5], 2, 0.5).orange == NEVER


def test_without_scores_or_capacity_no_score_is_enough() -> None:
    never = ScoreBands(NEVER, NEVER, NEVER)
    assert bands_for_capacity([], 10, 0.2) == never
    assert bands_for_capacity([0.9, 0.8], 0, 0.2) == never


def test_few_enterprises_are_not_red_for_want_of_others() -> None:
    scores = [0.06, 0.3, 0.5, 0.9]
    bands = bands_for_capacity(scores, 100, 0.25, floor=0.05)
    assert [bands.level_of(score) for score in scores] == [ORANGE, ORANGE, ORANGE, RED]
