"""Events of the mediation service: one for each step of a case."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime
from typing_extensions import override

from shared.events.base import Event, Recipient


class MediationEvent(Event):
    """What every event about a case says: which, out of which warning, of whom, and where it now stands."""

    TOPIC: ClassVar[str] = "mediation.case"

    case_id: UUID
    warning_id: UUID
    uscc: str
    division: str
    organisation_id: UUID
    state: str
    version: int
    at: AwareDatetime

    @property
    @override
    def key(self) -> str:
        return self.uscc


class MediationCaseOpened(MediationEvent):
    """A case lies with an organisation of the lowest tier that fits; `rule_id` tells why that one.

    floor_ids: what kept it from lower tiers, such as the number of workers.
    """

    TYPE: ClassVar[str] = "mediation.case.opened.v1"

    tier: str
    organisation_name: str
    rule_id: str
    told: tuple[Recipient, ...]
    floor_ids: tuple[str, ...] = ()


class MediationCaseAccepted(MediationEvent):
    """A mediator took it on (受理)."""

    TYPE: ClassVar[str] = "mediation.case.accepted.v1"

    mediator_id: UUID


class MediationCaseReleased(MediationEvent):
    """Its mediator left: the case lies with its organisation, for a colleague to take over; its clocks run on."""

    TYPE: ClassVar[str] = "mediation.case.released.v1"

    cause: str
    told: tuple[Recipient, ...]


class MediationSessionRecorded(MediationEvent):
    """A session took place."""

    TYPE: ClassVar[str] = "mediation.case.session_recorded.v1"

    mediator_id: UUID
    session: int


class MediationCaseExtended(MediationEvent):
    """Both parties agreed to go on beyond the period (企业劳动争议协商调解规定 art. 29)."""

    TYPE: ClassVar[str] = "mediation.case.extended.v1"

    due_at: AwareDatetime


class MediationTransferOffered(MediationEvent):
    """Another organisation is asked to take the case; until it answers nothing changes hands."""

    TYPE: ClassVar[str] = "mediation.case.transfer_offered.v1"

    to_organisation_id: UUID
    to_tier: str
    reason: str
    told: tuple[Recipient, ...]


class MediationTransferAccepted(MediationEvent):
    """The case lies with another organisation now; `mediator_id` goes on with it where it was accepted before.

    told: those whose case it was; where nobody works there any more, those whose case it is now.
    """

    TYPE: ClassVar[str] = "mediation.case.transfer_accepted.v1"

    from_organisation_id: UUID
    tier: str
    organisation_name: str
    mediator_id: UUID | None = None
    told: tuple[Recipient, ...] = ()


class MediationTransferReturned(MediationEvent):
    """The other organisation did not take it; it stays where it was."""

    TYPE: ClassVar[str] = "mediation.case.transfer_returned.v1"

    by_organisation_id: UUID
    reason: str
    told: tuple[Recipient, ...]


class MediationCaseLevelChanged(MediationEvent):
    """Its warning became more or less grave; `lowest_tier` is what the level and the number of workers now ask for.

    told: where that lies above the case's tier, those who decide on a transfer; else nobody.
    """

    TYPE: ClassVar[str] = "mediation.case.level_changed.v1"

    from_level: Literal["orange", "red"]
    level: Literal["orange", "red"]
    tier: str
    lowest_tier: str
    told: tuple[Recipient, ...]


class MediationClockBreached(MediationEvent):
    """A period ended and what it asks for had not happened."""

    TYPE: ClassVar[str] = "mediation.case.clock_breached.v1"

    rule_id: str
    due_at: AwareDatetime
    told: tuple[Recipient, ...]


class MediationCaseClosed(MediationEvent):
    """It ended. An agreement names CNY and the day until which they are to be paid.

    deemed: the law counts it as failed because its period ended (视为调解不成).
    """

    TYPE: ClassVar[str] = "mediation.case.closed.v1"

    outcome: Literal["agreement", "failed", "withdrawn"]
    deemed: bool
    mediator_id: UUID | None
    amount_cny: Decimal | None
    due_on: date | None
    reason: str
