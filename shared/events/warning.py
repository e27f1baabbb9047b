"""Events of the warning service: one for each step of a warning's life."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict
from typing_extensions import override

from shared.events.base import Event


class Recipient(BaseModel):
    """An office that is told: a role in a division, or one account."""

    model_config = ConfigDict(frozen=True)

    role: str
    division: str
    account_id: UUID | None = None


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
    """A coordinator, or a queue where nobody is free, now owns the warning."""

    TYPE: ClassVar[str] = "warning.warning.assigned.v1"

    assignee_id: UUID | None
    queue_division: str | None
    reason: str


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


class WarningOutcomeRecorded(WarningEvent):
    """The handler reported what came of it: resolved, or a false alarm."""

    TYPE: ClassVar[str] = "warning.warning.outcome_recorded.v1"

    outcome: Literal["resolved", "false_alarm"]


class WarningUpgraded(WarningEvent):
    """Orange became red."""

    TYPE: ClassVar[str] = "warning.warning.upgraded.v1"

    rule_ids: tuple[str, ...]
    told: tuple[Recipient, ...]


class WarningDowngraded(WarningEvent):
    """Red became orange, by hysteresis or by an outcome."""

    TYPE: ClassVar[str] = "warning.warning.downgraded.v1"

    cause: Literal["assessment", "outcome"]


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
