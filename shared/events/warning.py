"""Events of the warning service: one for each step of a warning's life."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict
from typing_extensions import override

from shared.events.base import Event, Recipient


class WarningEvent(Event):
    """What every event about a warning says: which, of whom, and where it now stands."""

    TOPIC: ClassVar[str] = "warning.warning"

    warning_id: UUID
    uscc: str
    division: str
    level: Literal["orange", "red"]
    state: str
    version: int
    at: AwareDatetime

    @property
    @override
    def key(self) -> str:
        return self.uscc


class WarningRaised(WarningEvent):
    """A new warning exists; `told` are the offices that hear of it at once."""

    TYPE: ClassVar[str] = "warning.warning.raised.v1"

    rule_ids: tuple[str, ...]
    double_red: bool
    told: tuple[Recipient, ...]


class WarningReopened(WarningEvent):
    """A rule that had fired fired again soon after closure."""

    TYPE: ClassVar[str] = "warning.warning.reopened.v1"

    rule_ids: tuple[str, ...]
    told: tuple[Recipient, ...]


class WarningAssigned(WarningEvent):
    """A coordinator, or a queue where nobody is free, now owns the warning; `former_assignee_id` had it before."""

    TYPE: ClassVar[str] = "warning.warning.assigned.v1"

    assignee_id: UUID | None
    queue_division: str | None
    reason: str
    former_assignee_id: UUID | None = None


class WarningAccepted(WarningEvent):
    """The assignee took it on."""

    TYPE: ClassVar[str] = "warning.warning.accepted.v1"

    assignee_id: UUID


class WarningRejected(WarningEvent):
    """The assignee gave it back with a reason; an assignment follows at once."""

    TYPE: ClassVar[str] = "warning.warning.rejected.v1"

    assignee_id: UUID
    reason: str


class WarningVisited(WarningEvent):
    """The first on-site check took place."""

    TYPE: ClassVar[str] = "warning.warning.visited.v1"

    assignee_id: UUID


class WarningPassedOn(WarningEvent):
    """The coordinator gave the matter to another body, which needs to know what it is about.

    amount_cny: CNY in dispute, as far as known. note: why, in the coordinator's words.
    """

    assignee_id: UUID
    enterprise_name: str
    sole_trader: bool
    grid_cell: str | None
    zone: str | None
    industry: str | None
    headcount: int | None
    workers: int | None
    amount_cny: Decimal | None
    note: str


class WarningHandedOver(WarningPassedOn):
    """Mediation is asked to settle it."""

    TYPE: ClassVar[str] = "warning.warning.handed_over.v1"


class WarningReferred(WarningPassedOn):
    """The labour inspectorate is asked to look into it."""

    TYPE: ClassVar[str] = "warning.warning.referred.v1"


class WarningReturned(WarningEvent):
    """It came back without a success; its handler goes on, with a new clock."""

    TYPE: ClassVar[str] = "warning.warning.returned.v1"

    by: Literal["mediation", "inspection", "officer", "assessment"]
    cause: str
    assignee_id: UUID | None
    queue_division: str | None


class WarningOutcomeRecorded(WarningEvent):
    """What came of it: resolved, or a false alarm; `by` tells who found that out."""

    TYPE: ClassVar[str] = "warning.warning.outcome_recorded.v1"

    outcome: Literal["resolved", "false_alarm"]
    by: Literal["coordinator", "mediation", "inspection"] = "coordinator"


class WarningUpgraded(WarningEvent):
    """Orange became red."""

    TYPE: ClassVar[str] = "warning.warning.upgraded.v1"
    REPLACES: ClassVar[str] = "level"

    rule_ids: tuple[str, ...]
    told: tuple[Recipient, ...]


class WarningDowngraded(WarningEvent):
    """Red became orange, by hysteresis or by an outcome."""

    TYPE: ClassVar[str] = "warning.warning.downgraded.v1"
    REPLACES: ClassVar[str] = "level"

    cause: Literal["assessment", "outcome"]


class WarningMoved(WarningEvent):
    """Its enterprise works elsewhere now: the warning, and whatever came of it, is the new division's."""

    TYPE: ClassVar[str] = "warning.warning.moved.v1"
    REPLACES: ClassVar[str] = "place"

    from_division: str
    grid_cell: str | None
    zone: str | None = None
    assignee_id: UUID | None
    queue_division: str | None


class WarningEvidenceAdded(WarningEvent):
    """Further rules fired for an open warning; its level stays."""

    TYPE: ClassVar[str] = "warning.warning.evidence_added.v1"

    rule_ids: tuple[str, ...]
    assignee_id: UUID | None


class WarningPaused(WarningEvent):
    """Its clocks stand still, with a reason."""

    TYPE: ClassVar[str] = "warning.warning.paused.v1"

    reason: str


class WarningResumed(WarningEvent):
    """Its clocks run again."""

    TYPE: ClassVar[str] = "warning.warning.resumed.v1"


class WarningEscalated(WarningEvent):
    """A clock was breached, or two reds came in a row: the next authority is told, and so is the owner."""

    TYPE: ClassVar[str] = "warning.warning.escalated.v1"

    cause: str
    to: Literal["town", "district", "leading_group"]
    told: tuple[Recipient, ...]


class WarningClosed(WarningEvent):
    """It ended, with a reason code."""

    TYPE: ClassVar[str] = "warning.warning.closed.v1"

    reason_code: str


class CalendarDay(BaseModel):
    """A day on which work is ordered or taken off against the rule."""

    model_config = ConfigDict(frozen=True)

    day: date
    working: bool


class CalendarNoticeTaken(Event):
    """A notice on working days was entered; `year` when it settles that year in full."""

    TYPE: ClassVar[str] = "warning.calendar.notice_taken.v1"
    TOPIC: ClassVar[str] = "warning.calendar"

    source: str
    year: int | None
    days: tuple[CalendarDay, ...]

    @property
    @override
    def key(self) -> str:
        return "calendar"
