"""The transition table, whole, and what an outcome brings."""

from datetime import date
from decimal import Decimal

import pytest

from services.mediation.domain.lifecycle import (
    TRANSITIONS,
    Action,
    AgreementImpossible,
    AgreementIncomplete,
    CaseActionNotAllowed,
    Outcome,
    State,
    Terms,
    check_terms,
    next_state,
)

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("action", Action)
def test_a_step_is_in_the_table_or_a_conflict_that_tells_the_state(state: State, action: Action) -> None:
    if (state, action) in TRANSITIONS:
        assert next_state(state, action) is TRANSITIONS[state, action]
        return
    with pytest.raises(CaseActionNotAllowed) as refusal:
        next_state(state, action)
    assert refusal.value.facts == {"state": state.value, "action": action.value}


def test_nothing_leads_out_of_closed_and_every_state_can_be_reached_from_received() -> None:
    assert not [one for one, _ in TRANSITIONS if one is State.CLOSED]
    reached = {State.RECEIVED}
    for _ in State:
        reached |= {to for (start, _), to in TRANSITIONS.items() if start in reached}
    assert reached == set(State)


@pytest.mark.parametrize(
    ("outcome", "amount", "due_on", "fields"),
    [
        (Outcome.AGREEMENT, "1", TODAY, []),
        (Outcome.AGREEMENT, "0", TODAY, ["amount_cny"]),
        (Outcome.AGREEMENT, "1", date(2028, 11, 22), []),
        (Outcome.AGREEMENT, "1", date(2028, 11, 23), ["due_on"]),
        (Outcome.AGREEMENT, None, TODAY, ["amount_cny"]),
        (Outcome.AGREEMENT, None, None, ["amount_cny", "due_on"]),
        (Outcome.AGREEMENT, "1", date(2026, 11, 21), ["due_on"]),
        (Outcome.FAILED, None, None, []),
        (Outcome.FAILED, "1", None, ["amount_cny"]),
        (Outcome.WITHDRAWN, None, TODAY, ["due_on"]),
    ],
)
def test_an_agreement_has_terms_and_nothing_else_has(
    outcome: Outcome, amount: str | None, due_on: date | None, fields: list[str]
) -> None:
    terms = Terms(None if amount is None else Decimal(amount), due_on)
    if not fields:
        check_terms(outcome, terms, TODAY, 2)
        return
    with pytest.raises((AgreementIncomplete, AgreementImpossible)) as refusal:
        check_terms(outcome, terms, TODAY, 2)
    assert [one.field for one in refusal.value.fields] == fields


def test_two_years_after_a_leap_day_end_on_the_last_of_february() -> None:
    leap_day = date(2028, 2, 29)
    check_terms(Outcome.AGREEMENT, Terms(Decimal(1), date(2030, 2, 28)), leap_day, 2)
    with pytest.raises(AgreementImpossible):
        check_terms(Outcome.AGREEMENT, Terms(Decimal(1), date(2030, 3, 1)), leap_day, 2)
