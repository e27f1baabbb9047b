"""What institutions send to each other, and what officers see of it."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from shared.contracts.base import (
    Action,
    Day,
    GivenInstant,
    Identifier,
    Incoming,
    Outgoing,
    Reason,
    ShanghaiTime,
    no_nul,
    refusal,
)

OperationName = Literal["service_of_documents", "evidence", "online_mediation"]
DataClassName = Literal["case", "personal"]
PurposeName = Literal["arbitration", "mediation", "inspection"]
DirectionName = Literal["incoming", "outgoing"]
StateName = Literal["sending", "received", "accepted", "refused", "undeliverable"]
DeliveryName = Literal["pending", "delivered", "undeliverable"]


def _text(longest: int) -> object:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)


CaseReference = Annotated[str, _text(100), AfterValidator(no_nul)]
ShortText = Annotated[str, _text(200), AfterValidator(no_nul)]
LongText = Annotated[str, _text(4000), AfterValidator(no_nul)]
DivisionCode = Annotated[str, StringConstraints(pattern=r"^\d{6}(\d{3}(\d{3})?)?$")]


class Wanted(Incoming):
    """What help is wanted, for which case, on what ground.

    jurisdiction: code of the division where it is wanted. case_reference: the asking institution's case number.
    """

    operation: OperationName
    data_class: DataClassName
    jurisdiction: DivisionCode
    purpose: PurposeName
    case_reference: CaseReference
    legal_basis: ShortText
    subject: ShortText
    content: LongText
    reply_by: Day | None = None


class AssistanceRequest(Wanted):
    """A request for assistance (协助事项) on its way: `message_id` is the sender's, also when repeated."""

    message_id: Identifier
    requested_by: ShortText


class Receipt(Outgoing):
    """Proof that a message was taken; the answer that carries it is signed."""

    message_id: UUID
    content_sha256: str
    received_at: ShanghaiTime
    received_by: str


class AssistanceStatus(Incoming):
    """A decision on its way back: accepted, or refused with a reason."""

    message_id: Identifier
    state: Literal["accepted", "refused"]
    reason: Annotated[Reason | None, Field(validate_default=True)] = None
    decided_at: GivenInstant

    @field_validator("reason")
    @classmethod
    def _refused_with_a_reason(cls, reason: str | None, known: ValidationInfo) -> str | None:
        if reason is None and known.data.get("state") == "refused":
            raise refusal("不予接受的，须写明理由。", "A refusal states its reason.")
        return reason


class AssistanceStanding(Outgoing):
    """Where a request stands, for the institution that sent it."""

    message_id: UUID
    state: Literal["received", "accepted", "refused"]
    reason: str | None
    received_at: ShanghaiTime
    decided_at: ShanghaiTime | None


class AskAssistance(Wanted, Action):
    """An officer asks a partner for assistance; the action's id becomes the message's."""

    partner_id: Identifier


class AcceptAssistance(Action):
    """An officer takes a partner's request on."""

    reason: Reason | None = None


class RefuseAssistance(Action):
    """An officer refuses a partner's request, and says why."""

    reason: Reason


class ResendAssistance(Action):
    """An officer sends a message again that could not be delivered."""


class PartnerOut(Outgoing):
    """A partner institution."""

    id: UUID
    name: str
    base_url: str
    fingerprint: str
    status: Literal["active", "suspended"]
    added_at: ShanghaiTime


class PartnerList(Outgoing):
    """All partners; there are few."""

    items: list[PartnerOut]


class AssistanceSummary(Outgoing):
    """A request in a list. `delivery`: of the message that we owe the other side, None where we owe none."""

    id: UUID
    message_id: UUID
    direction: DirectionName
    partner_id: UUID
    partner: str
    operation: OperationName
    case_reference: str
    state: StateName
    delivery: DeliveryName | None
    reply_by: Day | None
    created_at: ShanghaiTime
    changed_at: ShanghaiTime


class AssistancePage(Outgoing):
    """A part of the list, newest first."""

    items: list[AssistanceSummary]
    next_cursor: str | None


class ExchangedMessage(Outgoing):
    """A message that was exchanged, with what proves it: the signed bytes, the signature, the key."""

    seq: int
    at: ShanghaiTime
    direction: Literal["in", "out"]
    kind: Literal["request", "status", "query", "answer"]
    kid: str
    signed: str
    signature: str
    body: str
    hash: str


class AssistanceDetail(AssistanceSummary):
    """A request with all there is. Times of attempts are those of the message that we owe."""

    data_class: DataClassName
    jurisdiction: str
    purpose: PurposeName
    legal_basis: str
    subject: str
    content: str
    requested_by: str
    reason: str | None
    decided_by: str | None
    decided_at: ShanghaiTime | None
    attempts: int
    next_attempt_at: ShanghaiTime | None
    last_error: str | None
    messages: list[ExchangedMessage]


class AssistanceDone(Outgoing):
    """Where a request stands after an officer's action."""

    id: UUID
    state: StateName
    version: int
    repeated: bool = False
