"""Who is told of a breach, and when."""

from datetime import timedelta

import pytest

from services.warning.domain.escalation import next_step, straight_to_leading_group
from services.warning.domain.levels import WarningLevel
from services.warning.domain.policy import Authority
from tests.unit.warning.given import POLICY, shanghai

BREACH = shanghai("2026-11-20 19:30")
WARNINGS = [WarningLevel.ORANGE, WarningLevel.RED]


@pytest.mark.parametrize("level", WARNINGS)
def test_a_breach_climbs_from_town_to_leading_group_and_each_step_tells_both_sides(
    level: WarningLevel,
) -> None:
    steps = [next_step(taken, level, BREACH, POLICY) for taken in range(3)]
    assert [step.to for step in steps if step] == list(Authority)
    assert [step.tells for step in steps if step] == [
        ("assignee", "town"),
        ("town", "district"),
        ("district", "leading_group"),
    ]
    assert [step.step for step in steps if step] == [1, 2, 3]


@pytest.mark.parametrize("level", WARNINGS)
def test_each_step_says_when_the_next_one_is_and_the_last_says_none(level: WarningLevel) -> None:
    taken, due_at = 0, BREACH
    while (step := next_step(taken, level, BREACH, POLICY)) is not None:
        assert step.at == due_at
        if step.next_at is None:
            break
        taken, due_at = step.step, step.next_at
    assert step is not None
    assert step.to is Authority.LEADING_GROUP
    assert next_step(step.step, level, BREACH, POLICY) is None


def test_the_town_hears_at_once_and_of_a_red_the_top_hears_within_hours() -> None:
    first = next_step(0, WarningLevel.RED, BREACH, POLICY)
    last = next_step(2, WarningLevel.RED, BREACH, POLICY)
    assert first is not None
    assert last is not None
    assert first.at == BREACH
    assert last.at <= BREACH + timedelta(hours=2)


def test_two_reds_in_a_row_go_straight_to_the_leading_group_and_everybody_is_told() -> None:
    step = straight_to_leading_group(WarningLevel.RED, BREACH, POLICY)
    assert (step.to, step.at, step.next_at) == (Authority.LEADING_GROUP, BREACH, None)
    assert step.tells == ("assignee", "town", "district", "leading_group")
