"""Events of the inspection service: one for each step of a case."""

from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime
from typing_extensions import override

from shared.events.base import Event, Recipient


class InspectionEvent(Event):
    """What every event about a case says: which, out of which warning, of whom, and where it now stands."""

    TOPIC: ClassVar[str] = "inspection.case"

    case_id: UUID
    warning_id: UUID
    uscc: str
    division: str
    state: str
    version: int
    at: AwareDatetime

    @property
    @override
    def key(self) -> str:
        return self.uscc


class InspectionCaseOpened(InspectionEvent):
    """A referral became a case; `told` are the inspectors who may take it."""

    TYPE: ClassVar[str] = "inspection.case.opened.v1"

    told: tuple[Recipient, ...]


class InspectionOfficersAssigned(InspectionEvent):
    """Two officers have it (劳动保障监察条例 art. 16)."""

    TYPE: ClassVar[str] = "inspection.case.officers_assigned.v1"

    officer_ids: tuple[UUID, ...]


class InspectionFindingRecorded(InspectionEvent):
    """What the officers found on site."""

    TYPE: ClassVar[str] = "inspection.case.finding_recorded.v1"

    finding: Literal["violation", "no_violation"]


class InspectionOrderIssued(InspectionEvent):
    """The employer is ordered to put it right (限期改正); CNY to be paid to the workers, as far as known."""

    TYPE: ClassVar[str] = "inspection.case.order_issued.v1"

    article: str
    amount_cny: Decimal | None
    due_at: AwareDatetime


class InspectionClockBreached(InspectionEvent):
    """A period ended and what it asks for had not happened."""

    TYPE: ClassVar[str] = "inspection.case.clock_breached.v1"

    rule_id: str
    due_at: AwareDatetime
    told: tuple[Recipient, ...]


class InspectionReplacementNeeded(InspectionEvent):
    """An officer left (account disabled); until somebody stands in, nothing more is done on the case."""

    TYPE: ClassVar[str] = "inspection.case.replacement_needed.v1"

    left_officer_ids: tuple[UUID, ...]
    told: tuple[Recipient, ...]


class InspectionExtensionRequested(InspectionEvent):
    """An officer asks for 30 more working days; `told` are those who may decide (劳动保障监察条例 art. 17)."""

    TYPE: ClassVar[str] = "inspection.case.extension_requested.v1"

    reason: str
    told: tuple[Recipient, ...]


class InspectionExtensionDecided(InspectionEvent):
    """A second person decided on the extension; `due_at` is the end of the investigation as it now stands."""

    TYPE: ClassVar[str] = "inspection.case.extension_decided.v1"

    approved: bool
    due_at: AwareDatetime
    told: tuple[Recipient, ...]


class InspectionRectified(InspectionEvent):
    """The order was met; `in_time` tells whether by its date."""

    TYPE: ClassVar[str] = "inspection.case.rectified.v1"

    in_time: bool


class InspectionCaseClosed(InspectionEvent):
    """It ended: put right, nothing found, or not put right and left to the next authority."""

    TYPE: ClassVar[str] = "inspection.case.closed.v1"

    outcome: Literal["rectified", "no_violation", "not_rectified"]
    amount_cny: Decimal | None
    reason: str
