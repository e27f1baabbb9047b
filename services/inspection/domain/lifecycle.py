"""A case's life as one table, and what its end must bring.

    received -> filed (two officers, 立案) -> found -> ordered (限期改正) -> closed

Where no violation was found, `closed` follows at once; where one was, only an order leads there.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from shared.kernel.errors import DomainError, FieldProblem, Kind


class State(StrEnum):
    """Where a case stands; the names are contract."""

    RECEIVED = "received"
    FILED = "filed"
    FOUND = "found"
    ORDERED = "ordered"
    CLOSED = "closed"


class Action(StrEnum):
    """What can be done to a case."""

    FILE = "file"
    REPLACE = "replace"
    REQUEST_EXTENSION = "request_extension"
    DECIDE_EXTENSION = "decide_extension"
    FIND = "find"
    ORDER = "order"
    RECTIFY = "rectify"
    CLOSE = "close"


class Finding(StrEnum):
    """What the officers found on site."""

    VIOLATION = "violation"
    NO_VIOLATION = "no_violation"


class Outcome(StrEnum):
    """How a case ended."""

    RECTIFIED = "rectified"
    NO_VIOLATION = "no_violation"
    NOT_RECTIFIED = "not_rectified"


# The period that may be extended is that of the investigation, so an extension belongs to `filed`.
TRANSITIONS: Mapping[tuple[State, Action], State] = {
    (State.RECEIVED, Action.FILE): State.FILED,
    (State.FILED, Action.REPLACE): State.FILED,
    (State.FILED, Action.REQUEST_EXTENSION): State.FILED,
    (State.FILED, Action.DECIDE_EXTENSION): State.FILED,
    (State.FILED, Action.FIND): State.FOUND,
    (State.FOUND, Action.REPLACE): State.FOUND,
    (State.FOUND, Action.ORDER): State.ORDERED,
    (State.FOUND, Action.CLOSE): State.CLOSED,
    (State.ORDERED, Action.REPLACE): State.ORDERED,
    (State.ORDERED, Action.RECTIFY): State.ORDERED,
    (State.ORDERED, Action.CLOSE): State.CLOSED,
}


class ActionNotAllowed(DomainError):
    """The step does not exist from where the case stands."""

    kind = Kind.CONFLICT
    code = "inspection.action_not_allowed"

    def __init__(self, state: State, action: Action) -> None:
        """Tell the current state, from which the client can go on."""
        super().__init__(
            f"案件当前状态为 {state}，不能执行 {action}；请刷新后按当前状态办理。",
            f"The case is {state}; {action} is not possible. Refresh and go on from its current state.",
            facts={"state": state.value, "action": action.value},
        )


class OutcomeDoesNotFit(DomainError):
    """The outcome contradicts what is on the record."""

    kind = Kind.CONFLICT
    code = "inspection.outcome_does_not_fit"

    def __init__(self, state: State, message_zh: str, message_en: str) -> None:
        """Say what is missing, and from where to go on."""
        problem = FieldProblem("outcome", "does_not_fit", message_zh, message_en)
        super().__init__(message_zh, message_en, fields=(problem,), facts={"state": state.value})


class NothingToOrder(DomainError):
    """No violation was found, so there is nothing to put right."""

    kind = Kind.CONFLICT
    code = "inspection.nothing_to_order"
    message_zh = "未认定违法，不能责令改正；请以 no_violation 结案。"
    message_en = "No violation was found, so nothing can be ordered; close the case as no_violation."


def next_state(state: State, action: Action) -> State:
    """Return where the action leads. Raises ActionNotAllowed."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise ActionNotAllowed(state, action) from None


def check_order(state: State, finding: Finding | None) -> None:
    """Refuse an order that no violation carries (监察条例 art. 18). Raises ActionNotAllowed, NothingToOrder."""
    next_state(state, Action.ORDER)
    if finding is not Finding.VIOLATION:
        raise NothingToOrder(facts={"state": state.value})


def check_closure(
    *,
    state: State,
    outcome: Outcome,
    finding: Finding | None,
    rectified_at: datetime | None,
    order_due_at: datetime | None,
    now: datetime,
) -> None:
    """Refuse an end that the record does not carry. Raises ActionNotAllowed, OutcomeDoesNotFit.

    no_violation: found so. rectified: the order was met, with evidence. not_rectified: its date passed unmet.
    """
    next_state(state, Action.CLOSE)
    if outcome is Outcome.NO_VIOLATION:
        if state is not State.FOUND or finding is not Finding.NO_VIOLATION:
            raise OutcomeDoesNotFit(
                state, "已认定违法，不能以无违法结案。", "A violation was found: not closed as no violation."
            )
        return
    if state is not State.ORDERED or order_due_at is None:
        raise OutcomeDoesNotFit(
            state,
            "尚未责令改正，不能以改正与否结案。",
            "Nothing was ordered, so nothing was put right or not.",
        )
    if outcome is Outcome.RECTIFIED and rectified_at is None:
        raise OutcomeDoesNotFit(state, "请先登记改正证据。", "Record the evidence of rectification first.")
    if outcome is Outcome.NOT_RECTIFIED and rectified_at is not None:
        raise OutcomeDoesNotFit(state, "改正已登记。", "The rectification is on the record.")
    if outcome is Outcome.NOT_RECTIFIED and now <= order_due_at:
        raise OutcomeDoesNotFit(state, "责令改正期限尚未届满。", "The date of the order has not passed yet.")
