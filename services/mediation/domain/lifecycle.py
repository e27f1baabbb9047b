"""A case's life as one table.

    received -> accepted -> closed

Whose case it is changes by an offer that the other organisation accepts or returns; the state stays as it is.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared.kernel.errors import DomainError, FieldProblem, Kind


class State(StrEnum):
    """Where a case stands; the names are contract."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class Action(StrEnum):
    """What can be done to a case."""

    ACCEPT = "accept"
    TAKE_OVER = "take_over"
    RELEASE = "release"
    REASSIGN = "reassign"
    FOLLOW_WORKPLACE = "follow_workplace"
    FOLLOW_LEVEL = "follow_level"
    RECORD_SESSION = "record_session"
    EXTEND = "extend"
    OFFER = "offer_transfer"
    TAKE_OFFER = "accept_transfer"
    RETURN_OFFER = "return_transfer"
    AGREE = "agreement"
    FAIL = "failed"
    WITHDRAW = "withdrawn"


class Outcome(StrEnum):
    """How a case ends."""

    AGREEMENT = "agreement"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


# take_over: a colleague of the same organisation goes on; release: whoever had it works here no more.
# reassign: nobody works there any more at all, or it is not there for the enterprise's new place, so it goes to
# the organisation that would get it now.
# follow_workplace, follow_level: the warning's enterprise moved, or the warning became more or less grave.
# failed from received: a party does not agree to mediate.
TRANSITIONS: Mapping[tuple[State, Action], State] = {
    (State.RECEIVED, Action.ACCEPT): State.ACCEPTED,
    (State.RECEIVED, Action.OFFER): State.RECEIVED,
    (State.RECEIVED, Action.TAKE_OFFER): State.RECEIVED,
    (State.RECEIVED, Action.RETURN_OFFER): State.RECEIVED,
    (State.RECEIVED, Action.REASSIGN): State.RECEIVED,
    (State.RECEIVED, Action.FOLLOW_WORKPLACE): State.RECEIVED,
    (State.RECEIVED, Action.FOLLOW_LEVEL): State.RECEIVED,
    (State.RECEIVED, Action.FAIL): State.CLOSED,
    (State.RECEIVED, Action.WITHDRAW): State.CLOSED,
    (State.ACCEPTED, Action.TAKE_OVER): State.ACCEPTED,
    (State.ACCEPTED, Action.RELEASE): State.ACCEPTED,
    (State.ACCEPTED, Action.REASSIGN): State.ACCEPTED,
    (State.ACCEPTED, Action.FOLLOW_WORKPLACE): State.ACCEPTED,
    (State.ACCEPTED, Action.FOLLOW_LEVEL): State.ACCEPTED,
    (State.ACCEPTED, Action.RECORD_SESSION): State.ACCEPTED,
    (State.ACCEPTED, Action.EXTEND): State.ACCEPTED,
    (State.ACCEPTED, Action.OFFER): State.ACCEPTED,
    (State.ACCEPTED, Action.TAKE_OFFER): State.ACCEPTED,
    (State.ACCEPTED, Action.RETURN_OFFER): State.ACCEPTED,
    (State.ACCEPTED, Action.AGREE): State.CLOSED,
    (State.ACCEPTED, Action.FAIL): State.CLOSED,
    (State.ACCEPTED, Action.WITHDRAW): State.CLOSED,
}


class CaseActionNotAllowed(DomainError):
    """The step does not exist from where the case stands."""

    kind = Kind.CONFLICT
    code = "mediation.action_not_allowed"

    def __init__(self, state: State, action: Action) -> None:
        """Tell the current state, from which the client can go on."""
        super().__init__(
            f"调解案件当前状态为 {state}，不能执行 {action}；请刷新后按当前状态办理。",
            f"The case is {state}; {action} is not possible. Refresh and go on from its current state.",
            facts={"state": state.value, "action": action.value},
        )


class AgreementIncomplete(DomainError):
    """An agreement names what is to be paid and until when; another outcome names neither."""

    code = "mediation.agreement_incomplete"
    message_zh = "达成协议的须填金额和履行期限，其他结果不填。"
    message_en = "An agreement names its amount and due date; any other outcome names neither."


class AgreementImpossible(DomainError):
    """An agreement's terms cannot be meant."""

    code = "mediation.agreement_impossible"

    def __init__(self, field: str, zh: str, en: str) -> None:
        """Point at the field."""
        super().__init__(zh, en, fields=[FieldProblem(field, self.code, zh, en)])


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement says: CNY, and the day until which they are to be paid."""

    amount_cny: Decimal | None
    due_on: date | None


def next_state(state: State, action: Action) -> State:
    """Return where the action leads. Raises CaseActionNotAllowed."""
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise CaseActionNotAllowed(state, action) from None


def check_terms(outcome: Outcome, terms: Terms, today: date, within_years: int) -> None:
    """Refuse an agreement without terms, terms without an agreement, nothing to pay, and a day out of reach.

    Raises AgreementIncomplete, AgreementImpossible.
    """
    wanted = outcome is Outcome.AGREEMENT
    given = {"amount_cny": terms.amount_cny, "due_on": terms.due_on}
    wrong = [name for name, value in given.items() if (value is not None) != wanted]
    if wrong:
        zh, en = AgreementIncomplete.message_zh, AgreementIncomplete.message_en
        raise AgreementIncomplete(
            fields=[FieldProblem(name, AgreementIncomplete.code, zh, en) for name in wrong]
        )
    if terms.amount_cny is not None and terms.amount_cny <= 0:
        raise AgreementImpossible("amount_cny", "协议金额须大于零。", "The amount must be more than zero.")
    if terms.due_on is not None and terms.due_on < today:
        raise AgreementImpossible(
            "due_on", "履行期限不得早于今天。", "The due date must not lie in the past."
        )
    if terms.due_on is not None and terms.due_on > _years_after(today, within_years):
        raise AgreementImpossible(
            "due_on",
            f"履行期限至多为{within_years}年：请核对年份。",
            f"The due date lies at most {within_years} years ahead: check the year.",
        )


def _years_after(day: date, years: int) -> date:
    """Return the same day of a later year; the last of February where it has no 29th."""
    last = monthrange(day.year + years, day.month)[1]
    return day.replace(year=day.year + years, day=min(day.day, last))
