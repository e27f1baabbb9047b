"""What crosses between the gateway and the inspection service: cases, their officers, what is done to them."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Action, Amount, ClockOut, Day, Identifier, Outgoing, Reason, ShanghaiTime

State = Literal["received", "filed", "found", "ordered", "closed"]
Finding = Literal["violation", "no_violation"]
Outcome = Literal["rectified", "no_violation", "not_rectified"]


Claim = Annotated[Amount, Field(gt=0)]
"""CNY that the employer is ordered to pay."""


class AssignOfficers(Action):
    """Who has the case from now on: the first time it is filed with this; later it replaces officers."""

    officer_ids: list[Identifier] = Field(min_length=1, max_length=6)
    reason: Reason | None = None


class RecordFinding(Action):
    """What the officers found; `visited_on`: the day on which they were on site."""

    finding: Finding
    findings: Reason
    visited_on: Day


class IssueOrder(Action):
    """A rectification order (限期改正): the article it rests on, what to do, and until the end of which day."""

    article: Reason
    requirement: Reason
    amount_cny: Claim | None = None
    due_on: Day


class RecordRectification(Action):
    """The employer did what was ordered; how that is known."""

    evidence: Reason


class RequestExtension(Action):
    """An officer asks for more time to investigate; somebody else decides."""

    reason: Reason


class DecideExtension(Action):
    """A district officer's decision on it (劳动保障监察条例 art. 17)."""

    approved: bool
    reason: Reason


class CloseCase(Action):
    """The end of the case."""

    outcome: Outcome
    reason: Reason


class InspectionSummary(Outgoing):
    """A case in a list."""

    id: UUID
    warning_id: UUID
    level: Literal["orange", "red"]
    state: State
    uscc: str
    name: str
    division: str
    division_name: str
    received_at: ShanghaiTime
    due_at: ShanghaiTime | None
    officer_ids: list[UUID]
    replacement_needed: bool
    outcome: Outcome | None
    closed_at: ShanghaiTime | None


class InspectionPage(Outgoing):
    """A page of cases."""

    items: list[InspectionSummary]
    next_cursor: str | None


class OfficerOut(Outgoing):
    """An officer of a case; `working` is false for one who left and waits to be replaced."""

    id: UUID
    username: str
    working: bool


class FindingOut(Outgoing):
    """What was found on site."""

    finding: Finding
    findings: str
    visited_on: date
    found_at: ShanghaiTime


class OrderOut(Outgoing):
    """A rectification order, and the evidence that it was met."""

    article: str
    requirement: str
    amount_cny: Decimal | None
    ordered_at: ShanghaiTime
    due_at: ShanghaiTime
    evidence: str | None
    rectified_at: ShanghaiTime | None


class CaseStep(Outgoing):
    """One step in a case's life."""

    at: ShanghaiTime
    actor: str
    action: str
    from_state: str | None
    to_state: str
    note: str | None


class InspectionDetail(InspectionSummary):
    """A case with everything its officers need."""

    grid_cell: str | None
    zone: str | None
    industry: str | None
    headcount: int | None
    workers: int | None
    amount_cny: Decimal | None
    note: str
    filed_at: ShanghaiTime | None
    extension: Literal["requested", "approved", "refused"] | None
    officers: list[OfficerOut]
    finding: FindingOut | None
    order: OrderOut | None
    close_reason: str | None
    clocks: list[ClockOut]
    history: list[CaseStep]
    version: int


class InspectorOut(Outgoing):
    """An inspector whom one can assign."""

    id: UUID
    username: str
    division: str


class InspectorPage(Outgoing):
    """A page of inspectors."""

    items: list[InspectorOut]
    next_cursor: str | None
