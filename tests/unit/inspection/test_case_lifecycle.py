"""A case's life, and what its end must bring."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain.lifecycle import (
    TRANSITIONS,
    Action,
    ActionNotAllowed,
    Finding,
    NothingToOrder,
    Outcome,
    OutcomeDoesNotFit,
    State,
    check_closure,
    check_order,
    next_state,
)

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)


def walk(*actions: str) -> State:
    state = State.RECEIVED
    for action in actions:
        state = next_state(state, Action(action))
    return state


@pytest.mark.parametrize(
    ("way", "end"),
    [
        ("file find order rectify close", "closed"),
        ("file find order close", "closed"),
        ("file find close", "closed"),
        ("file replace find replace order replace rectify close", "closed"),
        ("file request_extension decide_extension find", "found"),
    ],
)
def test_ways_through_a_cases_life(way: str, end: str) -> None:
    assert walk(*way.split()) == end


@pytest.mark.parametrize(("state", "action"), sorted(set(product(State, Action)) - set(TRANSITIONS)))
def test_every_other_step_is_a_conflict_that_tells_the_state(state: State, action: Action) -> None:
    with pytest.raises(ActionNotAllowed) as refused:
        next_state(state, action)
    assert refused.value.facts == {"state": state, "action": action}


def test_nothing_leads_out_of_closed_and_everything_else_leads_there() -> None:
    assert not [action for state, action in TRANSITIONS if state is State.CLOSED]
    reaching, before = {State.CLOSED}, 0
    while len(reaching) > before:
        before = len(reaching)
        reaching |= {state for (state, _), after in TRANSITIONS.items() if after in reaching}
    assert reaching == set(State)


def test_an_order_needs_a_violation() -> None:
    check_order(State.FOUND, Finding.VIOLATION)
    with pytest.raises(NothingToOrder):
        check_order(State.FOUND, Finding.NO_VIOLATION)
    with pytest.raises(ActionNotAllowed):
        check_order(State.FILED, None)


@given(
    state=st.sampled_from(State),
    outcome=st.sampled_from(Outcome),
    finding=st.sampled_from([*Finding, None]),
    rectified_at=st.sampled_from([None, NOW]),
    order_ends_in_hours=st.none() | st.integers(-48, 48),
)
def test_a_closure_is_what_the_record_carries(
    state: State,
    outcome: Outcome,
    finding: Finding | None,
    rectified_at: datetime | None,
    order_ends_in_hours: int | None,
) -> None:
    due_at = None if order_ends_in_hours is None else NOW + timedelta(hours=order_ends_in_hours)
    ordered = state is State.ORDERED and due_at is not None
    carried = {
        Outcome.NO_VIOLATION: state is State.FOUND and finding is Finding.NO_VIOLATION,
        Outcome.RECTIFIED: ordered and rectified_at is not None,
        Outcome.NOT_RECTIFIED: ordered and due_at is not None and due_at < NOW and rectified_at is None,
    }[outcome]

    def close() -> None:
        check_closure(
            state=state,
            outcome=outcome,
            finding=finding,
            rectified_at=rectified_at,
            order_due_at=due_at,
            now=NOW,
        )

    if carried:
        close()
    else:
        with pytest.raises((ActionNotAllowed, OutcomeDoesNotFit)) as refused:
            close()
        assert refused.value.facts["state"] == state
