"""What the mediation service takes and answers; the gateway's audiences see the same shapes."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, PlainSerializer

from shared.contracts.base import (
    Action,
    Amount,
    ClockOut,
    Day,
    GivenInstant,
    Incoming,
    Outgoing,
    Reason,
    ShanghaiTime,
    no_nul,
)

Tier = Literal["enterprise", "park", "town", "district"]
CaseState = Literal["received", "accepted", "closed"]
Outcome = Literal["agreement", "failed", "withdrawn"]
Cny = Annotated[Decimal, PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str)]
"""An amount in CNY, as text with two decimals."""


class MediationAccept(Action):
    """A mediator takes a case on (受理)."""


class MediationTakeOver(Action):
    """A mediator goes on with what a colleague of the same organisation had accepted."""

    reason: Reason


class MediationSession(Action):
    """A session with the parties. `held_at`: when it took place, now when not given."""

    record: Reason
    held_at: GivenInstant | None = None


class MediationExtend(Action):
    """Both parties agree to go on until the end of a day; `evidence` tells how they said so."""

    due_on: Day
    evidence: Reason


class MediationClose(Action):
    """How it ended. An agreement names CNY and the day until which they are to be paid."""

    outcome: Outcome
    evidence: Reason
    amount_cny: Amount | None = None
    due_on: Day | None = None


class MediationTransfer(Action):
    """Another organisation is asked to take the case: the one named, else the next tier's."""

    reason: Reason
    organisation_code: Annotated[str, Field(min_length=1, max_length=40), AfterValidator(no_nul)] | None = (
        None
    )


class MediationTransferAccept(Action):
    """The organisation that was asked takes the case."""


class MediationTransferReturn(Action):
    """The organisation that was asked does not take it."""

    reason: Reason


class OrganisationIn(Incoming):
    """A mediation organisation as an officer enters it; its code stands in the path."""

    name: str = Field(min_length=1, max_length=200)
    tier: Tier
    division: str = Field(pattern=r"^\d{6}(\d{3})?$")
    grid_cells: list[Annotated[str, Field(min_length=1, max_length=40), AfterValidator(no_nul)]] = Field(
        default_factory=list, max_length=500
    )
    zone: Annotated[str, Field(max_length=40), AfterValidator(no_nul)] | None = None
    industry: str | None = Field(default=None, pattern=r"^[A-T](\d{2,4})?$")
    uscc: str | None = Field(default=None, max_length=18)
    enabled: bool = True


class OrganisationOut(Outgoing):
    """A mediation organisation with its people and what lies with it."""

    code: str
    name: str
    tier: Tier
    division: str
    division_name: str
    grid_cells: list[str]
    zone: str | None
    industry: str | None
    uscc: str | None
    enabled: bool
    mediators: list[str]
    open_cases: int


class OrganisationPage(Outgoing):
    """A page of organisations."""

    items: list[OrganisationOut]
    next_cursor: str | None


class OrganisationWritten(Outgoing):
    """What became of an organisation that was entered."""

    code: str
    status: Literal["created", "updated", "unchanged"]


class OrganisationStaff(Outgoing):
    """Who works for an organisation after a change."""

    code: str
    mediators: list[str]


class OfferOut(Outgoing):
    """A pending offer: nothing changes hands until it is answered."""

    organisation_code: str
    organisation_name: str
    tier: Tier
    reason: str
    offered_at: ShanghaiTime


class CaseSummary(Outgoing):
    """A case in a list. `offered`: it is offered to the caller's organisation, which does not have it yet."""

    id: UUID
    warning_id: UUID
    state: CaseState
    level: Literal["orange", "red"]
    uscc: str
    name: str
    division: str
    division_name: str
    tier: Tier
    organisation_code: str
    organisation_name: str
    mediator: str | None
    offered: bool
    workers: int | None
    amount_cny: Cny | None
    received_at: ShanghaiTime
    due_at: ShanghaiTime | None
    outcome: Outcome | None
    version: int


class CasePage(Outgoing):
    """A page of cases."""

    items: list[CaseSummary]
    next_cursor: str | None


class SessionOut(Outgoing):
    """A session as it was recorded."""

    number: int
    held_at: ShanghaiTime
    mediator: str
    record: str
    recorded_at: ShanghaiTime


class CaseHistoryEntry(Outgoing):
    """One step in a case's life, and whose it was after it."""

    at: ShanghaiTime
    actor: str
    action: str
    from_state: CaseState | None
    to_state: CaseState
    organisation_code: str
    note: str | None


class CaseDetail(CaseSummary):
    """A case with everything its mediators and officers need.

    rule_id, floor_ids: why it lies with this organisation, and what kept it from a lower tier.
    """

    rule_id: str
    floor_ids: list[str]
    grid_cell: str | None
    zone: str | None
    industry: str | None
    headcount: int | None
    note: str
    accepted_at: ShanghaiTime | None
    clocks: list[ClockOut]
    sessions: list[SessionOut]
    history: list[CaseHistoryEntry]
    offer: OfferOut | None
    closed_at: ShanghaiTime | None
    deemed: bool
    reason: str | None
    agreed_cny: Cny | None
    agreed_due_on: date | None
