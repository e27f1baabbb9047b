"""What each event of the other services tells, and to whom."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final
from uuid import UUID

from services.gateway.domain.notification_titles import title_of
from services.gateway.domain.notifications import (
    Notice,
    Subject,
    distinct,
    to_account,
    to_office,
    town_and_district_officers,
    town_officers,
)
from shared.events.base import Event, Recipient
from shared.events.inspection import (
    InspectionCaseClosed,
    InspectionCaseOpened,
    InspectionClockBreached,
    InspectionEvent,
    InspectionExtensionDecided,
    InspectionExtensionRequested,
    InspectionOfficersAssigned,
    InspectionReplacementNeeded,
)
from shared.events.mediation import (
    MediationCaseClosed,
    MediationCaseLevelChanged,
    MediationCaseOpened,
    MediationCaseReleased,
    MediationClockBreached,
    MediationEvent,
    MediationTransferAccepted,
    MediationTransferOffered,
    MediationTransferReturned,
)
from shared.events.warning import (
    WarningAssigned,
    WarningEscalated,
    WarningEvent,
    WarningEvidenceAdded,
    WarningMoved,
    WarningOutcomeRecorded,
    WarningRaised,
    WarningReopened,
    WarningReturned,
    WarningUpgraded,
)


def addressees_of(told: Iterable[Recipient]) -> tuple[str, ...]:
    """Return whom these recipients are: an account where one is named, else the office."""
    return distinct(
        to_account(one.account_id) if one.account_id else to_office(one.role, one.division) for one in told
    )


def _owner(assignee_id: UUID | None, queue_division: str | None, division: str) -> tuple[str, ...]:
    """Return who has a warning now: its assignee, else the officers in whose queue it lies."""
    return (to_account(assignee_id) if assignee_id else town_officers(queue_division or division),)


def _warning(
    event: WarningEvent, kind: str, addressees: tuple[str, ...], variant: str = "", to: str | None = None
) -> Notice:
    return Notice(
        kind=kind,
        level=event.level,
        subject=Subject.WARNING,
        subject_id=event.warning_id,
        uscc=event.uscc,
        division=event.division,
        title=title_of(kind, variant, level=event.level, to=to),
        addressees=addressees,
    )


def _case(
    event: MediationEvent | InspectionEvent, kind: str, addressees: tuple[str, ...], variant: str = ""
) -> Notice:
    subject = Subject.MEDIATION_CASE if isinstance(event, MediationEvent) else Subject.INSPECTION_CASE
    return Notice(
        kind=kind,
        level=None,
        subject=subject,
        subject_id=event.case_id,
        uscc=event.uscc,
        division=event.division,
        title=title_of(kind, variant),
        addressees=addressees,
    )


def _raised(event: WarningRaised) -> Notice:
    variant = "double_red" if event.double_red else ""
    return _warning(event, "warning_raised", addressees_of(event.told), variant)


def _reopened(event: WarningReopened) -> Notice:
    return _warning(event, "warning_reopened", addressees_of(event.told))


def _upgraded(event: WarningUpgraded) -> Notice:
    return _warning(event, "warning_upgraded", addressees_of(event.told))


def _escalated(event: WarningEscalated) -> Notice:
    return _warning(event, "warning_escalated", addressees_of(event.told), event.cause, event.to)


def _assigned(event: WarningAssigned) -> Notice:
    owner = _owner(event.assignee_id, event.queue_division, event.division)
    # Another body has it, or its outcome is on record: there is nothing to accept.
    variant = "" if event.state == "assigned" else "owned"
    return _warning(event, "warning_assigned", owner, variant if event.assignee_id else "queue")


def _lost(event: WarningAssigned, by: UUID) -> Notice:
    return _warning(event, "warning_lost", (to_account(by),))


def _moved_away(event: WarningMoved) -> Notice:
    """Tell the office of the town that it left; where it went is the new one's to know."""
    notice = _warning(event, "warning_lost", (town_officers(event.from_division),), "moved")
    return replace(notice, division=event.from_division)


def _moved(event: WarningMoved) -> Notice:
    return _warning(event, "warning_moved", (town_officers(event.division),))


def _evidence_added(event: WarningEvidenceAdded) -> Notice:
    return _warning(event, "warning_evidence_added", _owner(event.assignee_id, None, event.division))


def _returned(event: WarningReturned) -> Notice:
    owner = _owner(event.assignee_id, event.queue_division, event.division)
    return _warning(event, "warning_returned", owner, event.by)


def _outcome(event: WarningOutcomeRecorded) -> Notice:
    return _warning(event, "warning_outcome", (town_officers(event.division),), event.outcome)


def _told(kind: str, event: Any) -> Notice:
    return _case(event, kind, addressees_of(event.told))


def _mediation_closed(event: MediationCaseClosed) -> Notice:
    variant = "deemed" if event.deemed else event.outcome
    return _case(event, "mediation_closed", town_and_district_officers(event.division), variant)


def _inspection_closed(event: InspectionCaseClosed) -> Notice:
    return _case(event, "inspection_closed", town_and_district_officers(event.division), event.outcome)


def _extension_decided(event: InspectionExtensionDecided) -> Notice:
    variant = "approved" if event.approved else "refused"
    return _case(event, "inspection_extension_decided", addressees_of(event.told), variant)


def _officers_assigned(event: InspectionOfficersAssigned) -> Notice:
    return _case(event, "inspection_assigned", distinct(map(to_account, event.officer_ids)))


# A closed warning asks nothing of anybody, and whoever closed it knows.
NOTICES: Final[Mapping[type[Event], Callable[[Any], Notice]]] = {
    WarningRaised: _raised,
    WarningReopened: _reopened,
    WarningUpgraded: _upgraded,
    WarningMoved: _moved,
    WarningEscalated: _escalated,
    WarningAssigned: _assigned,
    WarningEvidenceAdded: _evidence_added,
    WarningReturned: _returned,
    WarningOutcomeRecorded: _outcome,
    MediationCaseOpened: partial(_told, "mediation_opened"),
    MediationCaseReleased: partial(_told, "mediation_released"),
    MediationTransferOffered: partial(_told, "mediation_transfer_offered"),
    MediationTransferAccepted: partial(_told, "mediation_transfer_accepted"),
    MediationTransferReturned: partial(_told, "mediation_transfer_returned"),
    MediationCaseLevelChanged: partial(_told, "mediation_level_changed"),
    MediationClockBreached: partial(_told, "mediation_overdue"),
    MediationCaseClosed: _mediation_closed,
    InspectionCaseOpened: partial(_told, "inspection_opened"),
    InspectionOfficersAssigned: _officers_assigned,
    InspectionReplacementNeeded: partial(_told, "inspection_replacement_needed"),
    InspectionExtensionRequested: partial(_told, "inspection_extension_requested"),
    InspectionExtensionDecided: _extension_decided,
    InspectionClockBreached: partial(_told, "inspection_overdue"),
    InspectionCaseClosed: _inspection_closed,
}


def notices_of(event: Event) -> Iterator[Notice]:
    """Give what an event tells: first those who have something now, then those who lost it.

    Raises KeyError for one that tells nobody anything.
    """
    yield NOTICES[type(event)](event)
    if isinstance(event, WarningAssigned) and event.former_assignee_id is not None:
        yield _lost(event, event.former_assignee_id)
    if isinstance(event, WarningMoved) and town_officers(event.from_division) != town_officers(
        event.division
    ):
        yield _moved_away(event)
