"""A warning's life as one table, and what a closure must bring.

    raised -> assigned -> accepted -> visited -> (handed_over | referred) -> resolved | false_alarm -> closed

Upgrades and downgrades change the level and keep the state. There is no short way to `closed`: an enterprise
that is gone was found gone on site, and one that was transferred was handed over or referred, so both end
through `resolved` with the reason code `enterprise_gone` or `transferred`.
"""

from collections.abc import Collection, Hashable, Mapping
from enum import StrEnum

from services.warning.domain.levels import WarningLevel
from shared.kernel.errors import DomainError, FieldProblem, Kind


class State(StrEnum):
    """Where a warning stands; the names are contract."""

    RAISED = "raised"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    VISITED = "visited"
    HANDED_OVER = "handed_over"
    REFERRED = "referred"
    RESOLVED = "resolved"
    FALSE_ALARM = "false_alarm"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Say whether the warning still needs somebody."""
        return self is not State.CLOSED

    @property
    def is_settled(self) -> bool:
        """Say whether an outcome is on the record and only the closure is missing."""
        return self in {State.RESOLVED, State.FALSE_ALARM}


class Action(StrEnum):
    """What can be done to a warning."""

    ASSIGN = "assign"
    ACCEPT = "accept"
    REJECT = "reject"
    VISIT = "visit"
    HAND_OVER = "hand_over"
    REFER = "refer"
    RETURN = "return"
    RESOLVE = "resolve"
    DISMISS = "dismiss"
    REASSIGN = "reassign"
    CONTRADICT = "contradict"
    CLOSE = "close"
    REOPEN = "reopen"


class ReasonCode(StrEnum):
    """Why a warning was closed; what the model learns from."""

    TRUE_RESOLVED = "true_resolved"
    TRUE_INCIDENT = "true_incident"
    FALSE_ALARM = "false_alarm"
    TRANSFERRED = "transferred"
    ENTERPRISE_GONE = "enterprise_gone"


# reject: it is assigned on in the same transaction, so that nobody ever sees it unassigned.
# return: the body that took it over gives it back; or the officer who should close it finds the outcome
#   wanting. Who finds nothing where there was something goes there once more: a dismissal goes back before the visit.
# contradict: new signals tell otherwise than the outcome on record; somebody has to be on site again.
# reassign: by an officer; the new assignee accepts and, where nobody was on site yet, visits.
TRANSITIONS: Mapping[tuple[State, Action], State] = {
    (State.RAISED, Action.ASSIGN): State.ASSIGNED,
    (State.ASSIGNED, Action.ACCEPT): State.ACCEPTED,
    (State.ASSIGNED, Action.REJECT): State.RAISED,
    (State.ASSIGNED, Action.REASSIGN): State.ASSIGNED,
    (State.ACCEPTED, Action.VISIT): State.VISITED,
    (State.ACCEPTED, Action.REASSIGN): State.ASSIGNED,
    (State.VISITED, Action.HAND_OVER): State.HANDED_OVER,
    (State.VISITED, Action.REFER): State.REFERRED,
    (State.VISITED, Action.RESOLVE): State.RESOLVED,
    (State.VISITED, Action.DISMISS): State.FALSE_ALARM,
    (State.VISITED, Action.REASSIGN): State.ASSIGNED,
    (State.HANDED_OVER, Action.RESOLVE): State.RESOLVED,
    (State.HANDED_OVER, Action.DISMISS): State.FALSE_ALARM,
    (State.HANDED_OVER, Action.RETURN): State.VISITED,
    (State.REFERRED, Action.RESOLVE): State.RESOLVED,
    (State.REFERRED, Action.DISMISS): State.FALSE_ALARM,
    (State.REFERRED, Action.RETURN): State.VISITED,
    (State.RESOLVED, Action.CLOSE): State.CLOSED,
    (State.RESOLVED, Action.RETURN): State.VISITED,
    (State.RESOLVED, Action.CONTRADICT): State.ACCEPTED,
    (State.FALSE_ALARM, Action.CLOSE): State.CLOSED,
    (State.FALSE_ALARM, Action.RETURN): State.ACCEPTED,
    (State.FALSE_ALARM, Action.CONTRADICT): State.ACCEPTED,
    (State.CLOSED, Action.REOPEN): State.RAISED,
}

REASONS_OF_OUTCOME: Mapping[State, frozenset[ReasonCode]] = {
    State.RESOLVED: frozenset(ReasonCode) - {ReasonCode.FALSE_ALARM},
    State.FALSE_ALARM: frozenset({ReasonCode.FALSE_ALARM}),
}


# What a closure teaches: of a matter that was moved elsewhere, or of an employer who is gone, nobody knows.
RISK_WAS_REAL: Mapping[ReasonCode, bool | None] = {
    ReasonCode.TRUE_RESOLVED: True,
    ReasonCode.TRUE_INCIDENT: True,
    ReasonCode.FALSE_ALARM: False,
    ReasonCode.TRANSFERRED: None,
    ReasonCode.ENTERPRISE_GONE: None,
}


class ActionNotAllowed(DomainError):
    """The step does not exist from where the warning stands."""

    kind = Kind.CONFLICT
    code = "warning.action_not_allowed"

    def __init__(self, state: State, action: Action) -> None:
        """Tell the current state, from which the client can go on."""
        self.state = state
        self.action = action
        super().__init__(
            f"预警当前状态为 {state}，不能执行 {action}；请刷新后按当前状态办理。",
            f"The warning is {state}; {action} is not possible. Refresh and go on from its current state.",
            facts={"state": state.value, "action": action.value},
        )


class ReasonDoesNotFit(DomainError):
    """The reason code contradicts the outcome on the record."""

    code = "warning.reason_does_not_fit"

    def __init__(self, state: State, allowed: Collection[ReasonCode]) -> None:
        """Name the reasons that fit."""
        choices = ", ".join(sorted(allowed))
        zh = f"结案原因与处置结果（{state}）不符，可用：{choices}。"
        en = f"The reason does not fit the outcome ({state}); use one of: {choices}."
        super().__init__(zh, en, fields=(FieldProblem("reason_code", "does_not_fit", zh, en),))


class EvidenceMissing(DomainError):
    """Nothing is closed on somebody's word alone."""

    code = "warning.evidence_missing"
    message_zh = "结案须附证据说明：支付凭证、已履行的调解协议，或误报的理由。"
    message_en = (
        "Closing needs evidence: proof of payment, a performed agreement, or why it was a false alarm."
    )

    def __init__(self) -> None:
        """Point at the field."""
        problem = FieldProblem("evidence", "required", self.message_zh, self.message_en)
        super().__init__(fields=(problem,))


class CloserWasHandler(DomainError):
    """Two persons stand behind the end of a red warning."""

    kind = Kind.CONFLICT
    code = "warning.closer_was_handler"
    message_zh = "红色预警须由未参与处置的人员结案，请另一位人员办理。"
    message_en = "A red warning is closed by somebody who did not handle it; ask a colleague."


class RedNotLowered(DomainError):
    """Red goes to orange before it closes, on the record."""

    kind = Kind.CONFLICT
    code = "warning.red_not_lowered"
    message_zh = "红色预警须先降为橙色方可结案，请先登记处置结果。"
    message_en = "A red warning must be lowered to orange before it closes; record an outcome first."


def next_state(state: State, action: Action) -> State:
    """Return where the action leads."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise ActionNotAllowed(state, action) from None


def accepted_anew(state: State) -> bool:
    """Say whether a new owner has to accept; while another body has it, or with its outcome on record, nobody has."""
    return (state, Action.REASSIGN) in TRANSITIONS


def allowed_actions(state: State) -> tuple[Action, ...]:
    """Return what can be done next."""
    return tuple(action for own, action in TRANSITIONS if own is state)


def level_after_outcome(level: WarningLevel) -> WarningLevel:
    """Return the level once an outcome (resolve or dismiss) is recorded: red goes to orange on the way out."""
    return min(level, WarningLevel.ORANGE)


def check_closure(
    *,
    state: State,
    level: WarningLevel,
    peak_level: WarningLevel,
    closer_id: Hashable,
    handler_ids: Collection[Hashable],
    reason: ReasonCode,
    evidence: str,
) -> None:
    """Refuse a closure that is not due, not reasoned, not proven, or not by a second person.

    `handler_ids` are all who accepted, visited or reported on it. A red that was lowered on the way is
    still a red here: `peak_level` tells.
    """
    next_state(state, Action.CLOSE)
    if reason not in REASONS_OF_OUTCOME[state]:
        raise ReasonDoesNotFit(state, REASONS_OF_OUTCOME[state])
    if not evidence.strip():
        raise EvidenceMissing
    if level is WarningLevel.RED:
        raise RedNotLowered
    if peak_level is WarningLevel.RED and closer_id in handler_ids:
        raise CloserWasHandler
