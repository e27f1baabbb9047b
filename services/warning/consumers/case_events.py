"""What the warning service does with the events of mediation and inspection: it follows them, and moves on."""

from collections.abc import Mapping, Sequence
from typing import Final

from services.warning.domain.lifecycle import Action
from services.warning.usecases.follow_cases import follow_cases
from services.warning.usecases.reference_data import ReferenceData
from services.warning.usecases.take_case_results import CaseResult, take_case_results
from shared.db.tx import WriteTx
from shared.events import EVENT_TYPES
from shared.events.inspection import InspectionCaseClosed, InspectionEvent
from shared.events.mediation import MediationCaseClosed, MediationEvent
from shared.outbox.inbox import EventHandler, Handlers

_AFTER_MEDIATION: Final[Mapping[str, Action]] = {
    "agreement": Action.RESOLVE,
    "failed": Action.RETURN,
    "withdrawn": Action.RETURN,
}
_AFTER_INSPECTION: Final[Mapping[str, Action]] = {
    "rectified": Action.RESOLVE,
    "no_violation": Action.DISMISS,
    "not_rectified": Action.RETURN,
}


def handlers(reference_data: ReferenceData) -> Handlers:
    """Return the handlers by event."""

    async def followed(tx: WriteTx, events: Sequence[MediationEvent | InspectionEvent]) -> None:
        await follow_cases(tx, events)

    async def mediated(tx: WriteTx, events: Sequence[MediationCaseClosed]) -> None:
        await follow_cases(tx, events)
        await take_case_results(tx, [_of_mediation(one) for one in events], reference_data)

    async def inspected(tx: WriteTx, events: Sequence[InspectionCaseClosed]) -> None:
        await follow_cases(tx, events)
        await take_case_results(tx, [_of_inspection(one) for one in events], reference_data)

    followable = [one for one in EVENT_TYPES.values() if issubclass(one, MediationEvent | InspectionEvent)]
    found: dict[type, EventHandler] = dict.fromkeys(followable, followed)
    return found | {MediationCaseClosed: mediated, InspectionCaseClosed: inspected}


def _of_mediation(closed: MediationCaseClosed) -> CaseResult:
    return CaseResult(
        warning_id=closed.warning_id,
        by="mediation",
        action=_AFTER_MEDIATION[closed.outcome],
        cause=closed.outcome,
        note=_agreed(closed) if closed.outcome == "agreement" else closed.reason,
        handler_ids=(closed.mediator_id,) if closed.mediator_id else (),
    )


def _agreed(closed: MediationCaseClosed) -> str:
    return (
        f"调解达成协议：{closed.amount_cny}元，{closed.due_on}前履行。{closed.reason}"
        f" / Agreed: CNY {closed.amount_cny}, to be performed by {closed.due_on}."
    )


def _of_inspection(closed: InspectionCaseClosed) -> CaseResult:
    return CaseResult(
        warning_id=closed.warning_id,
        by="inspection",
        action=_AFTER_INSPECTION[closed.outcome],
        cause=closed.outcome,
        note=closed.reason,
    )
