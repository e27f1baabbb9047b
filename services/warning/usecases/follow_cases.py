"""Keeps what mediation and inspection tell of their cases, for time lines and the funnel: nobody is asked later."""

from collections.abc import Sequence

from services.warning.repository import case_steps
from services.warning.repository.case_steps import CaseStep
from shared.db.tx import WriteTx
from shared.events.inspection import InspectionEvent
from shared.events.mediation import MediationEvent

_KNOWN_OTHERWISE = {"case_id", "warning_id", "uscc", "at", "state", "told"}


async def follow_cases(tx: WriteTx, events: Sequence[MediationEvent | InspectionEvent]) -> None:
    """Keep the steps, each once: the inbox has seen to that."""
    await case_steps.add(tx, [_step(one) for one in events])


def _step(event: MediationEvent | InspectionEvent) -> CaseStep:
    service, _, what = event.TYPE.partition(".case.")
    return CaseStep(
        uscc=event.uscc,
        warning_id=event.warning_id,
        case_id=event.case_id,
        service=service,
        step=what.rpartition(".v")[0],
        state=event.state,
        at=event.at,
        facts=event.model_dump(mode="json", exclude=_KNOWN_OTHERWISE, exclude_none=True),
    )
