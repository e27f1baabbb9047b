"""Files a case with its officers, and replaces officers later."""

from uuid import UUID

from services.inspection.domain.lifecycle import Action, State
from services.inspection.domain.officers import check_officers, check_replacement
from services.inspection.domain.periods import ClockKind
from services.inspection.repository import inspectors
from services.inspection.usecases.case_action import Situation, perform
from services.inspection.usecases.timing import Timing
from shared.auth.principal import Principal
from shared.contracts.base import CaseDone
from shared.contracts.inspection import AssignOfficers
from shared.db.tx import WriteTx
from shared.events.inspection import InspectionOfficersAssigned


async def assign_officers(
    tx: WriteTx, who: Principal, case_id: UUID, action: AssignOfficers, timing: Timing
) -> CaseDone:
    """Give a case to its officers: the first time files it (立案), from which the investigation's period runs.

    Raises OfficersInvalid, NotAnOfficer.
    """
    officer_ids = tuple(action.officer_ids)

    async def work(situation: Situation) -> None:
        case = situation.case
        if case.state is State.RECEIVED:
            await _check(situation, officer_ids)
            situation.move(Action.FILE, action.reason, officer_ids=officer_ids, filed_at=tx.now)
            situation.meet(ClockKind.ACCEPT)
            situation.start(timing.start(ClockKind.INVESTIGATE, tx))
        else:
            situation.move(Action.REPLACE, action.reason, officer_ids=officer_ids, left_officer_ids=())
            check_replacement(officer_ids, case.officer_ids, case.left_officer_ids, who.account_id)
            await _check(situation, officer_ids)
        situation.tell(InspectionOfficersAssigned, officer_ids=officer_ids)

    return await perform(tx, who, case_id, action, timing, work)


async def _check(situation: Situation, officer_ids: tuple[UUID, ...]) -> None:
    found = await inspectors.assignable(situation.tx, officer_ids, situation.case.division)
    check_officers(officer_ids, found, situation.timing.periods.least_officers)
