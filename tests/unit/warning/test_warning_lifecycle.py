"""A warning's life, and what a closure must bring."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.warning.domain.levels import WarningLevel
from services.warning.domain.lifecycle import (
    TRANSITIONS,
    Action,
    ActionNotAllowed,
    CloserWasHandler,
    EvidenceMissing,
    ReasonCode,
    ReasonDoesNotFit,
    RedNotLowered,
    State,
    allowed_actions,
    check_closure,
    level_after_outcome,
    next_state,
)
from shared.contracts.warning_actions import Close

ORANGE, RED = WarningLevel.ORANGE, WarningLevel.RED


def walk(*actions: str) -> State:
    state = State.RAISED
    for action in actions:
        state = next_state(state, Action(action))
    return state


@pytest.mark.parametrize(
    ("way", "end"),
    [
        ("assign accept visit resolve close", "closed"),
        ("assign accept visit hand_over resolve close", "closed"),
        ("assign accept visit refer resolve close", "closed"),
        ("assign accept visit dismiss close", "closed"),
        ("assign accept visit refer dismiss close", "closed"),
        ("assign accept visit hand_over return", "visited"),
        ("assign accept visit refer return", "visited"),
        ("assign accept visit refer dismiss", "false_alarm"),
        ("assign reject", "raised"),
        ("assign reassign", "assigned"),
        ("assign accept reassign", "assigned"),
        ("assign accept visit reassign", "assigned"),
        ("assign accept visit resolve return", "visited"),
        ("assign accept visit dismiss return", "accepted"),
        ("assign accept visit dismiss contradict", "accepted"),
        ("assign accept visit resolve contradict", "accepted"),
        ("assign accept visit resolve close reopen", "raised"),
    ],
)
def test_ways_through_a_warning_s_life(way: str, end: str) -> None:
    assert walk(*way.split()) == end


@pytest.mark.parametrize(
    ("way", "action"),
    [
        ("", "accept"),
        ("assign", "visit"),
        ("assign", "close"),
        ("assign accept", "accept"),
        ("assign accept", "reject"),
        ("assign accept", "resolve"),
        ("assign accept visit", "close"),
        ("assign accept visit hand_over", "reassign"),
        ("assign accept visit resolve close", "close"),
        ("assign accept visit resolve", "reopen"),
    ],
)
def test_there_are_no_short_cuts(way: str, action: str) -> None:
    state = walk(*way.split())
    with pytest.raises(ActionNotAllowed) as refusal:
        next_state(state, Action(action))
    assert refusal.value.facts["state"] == state.value


def test_the_table_decides_about_every_pair() -> None:
    for state, action in product(State, Action):
        if (state, action) in TRANSITIONS:
            assert action in allowed_actions(state)
        else:
            with pytest.raises(ActionNotAllowed):
                next_state(state, action)


def test_from_every_state_there_is_a_way_to_the_end_and_only_closing_leads_there() -> None:
    ends = {State.CLOSED}
    for _ in State:
        ends |= {state for (state, _), to in TRANSITIONS.items() if to in ends}
    assert ends == set(State)
    assert {action for (_, action), to in TRANSITIONS.items() if to is State.CLOSED} == {Action.CLOSE}


def test_every_state_but_closed_is_open_and_two_are_settled() -> None:
    assert [state for state in State if not state.is_open] == [State.CLOSED]
    assert [state for state in State if state.is_settled] == [State.RESOLVED, State.FALSE_ALARM]


@given(actions=st.lists(st.sampled_from(list(Action)), max_size=25))
@settings(max_examples=30, deadline=None, database=None)
def test_nothing_closes_without_having_been_accepted(actions: list[Action]) -> None:
    state, accepted = State.RAISED, False
    for action in actions:
        if action in allowed_actions(state):
            state = next_state(state, action)
            accepted = (accepted or action is Action.ACCEPT) and action is not Action.REOPEN
            assert accepted or state is not State.CLOSED


def close(**changes: Any) -> None:
    closure: dict[str, Any] = {
        "state": State.RESOLVED,
        "level": ORANGE,
        "peak_level": ORANGE,
        "closer_id": "officer",
        "handler_ids": ["coordinator"],
        "reason": ReasonCode.TRUE_RESOLVED,
        "evidence": "银行转账凭证三份",
    }
    check_closure(**(closure | changes))


def test_a_resolved_orange_with_evidence_can_be_closed_by_its_handler_too() -> None:
    close()
    close(closer_id="coordinator")


@pytest.mark.parametrize("state", sorted(set(State) - {State.RESOLVED, State.FALSE_ALARM}))
def test_only_a_recorded_outcome_can_be_closed(state: State) -> None:
    with pytest.raises(ActionNotAllowed):
        close(state=state)


@pytest.mark.parametrize(("state", "reason"), [*product([State.RESOLVED, State.FALSE_ALARM], ReasonCode)])
def test_the_reason_fits_the_outcome(state: State, reason: ReasonCode) -> None:
    if (state is State.FALSE_ALARM) == (reason is ReasonCode.FALSE_ALARM):
        close(state=state, reason=reason)
    else:
        with pytest.raises(ReasonDoesNotFit) as refused:
            close(state=state, reason=reason)
        assert {problem.field for problem in refused.value.fields} <= set(Close.model_fields)


@pytest.mark.parametrize("evidence", ["", "  ", "\n\t"])
def test_nothing_is_closed_without_evidence(evidence: str) -> None:
    with pytest.raises(EvidenceMissing):
        close(evidence=evidence)


def test_a_red_is_lowered_on_the_record_before_it_closes() -> None:
    with pytest.raises(RedNotLowered):
        close(level=RED, peak_level=RED)
    close(level=level_after_outcome(RED), peak_level=RED)


def test_who_closes_what_was_red_is_not_who_handled_it() -> None:
    with pytest.raises(CloserWasHandler):
        close(peak_level=RED, closer_id="coordinator")


def test_an_outcome_leaves_an_orange_orange() -> None:
    assert level_after_outcome(ORANGE) is ORANGE
