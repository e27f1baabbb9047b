"""More time for an investigation: an officer asks, a second person decides (劳动保障监察条例 art. 17)."""

from dataclasses import replace
from uuid import UUID

from services.inspection.domain.clocks import check_extendable, extend
from services.inspection.domain.inspection_case import Extension
from services.inspection.domain.lifecycle import Action
from services.inspection.domain.periods import ClockKind
from services.inspection.usecases.case_action import Situation, perform
from services.inspection.usecases.effects import district_office, officers_told
from services.inspection.usecases.timing import Timing
from shared.auth.permissions import Role
from shared.auth.principal import Principal
from shared.contracts import inspection as contract
from shared.contracts.base import CaseDone
from shared.db.tx import WriteTx
from shared.events.inspection import InspectionExtensionDecided, InspectionExtensionRequested
from shared.kernel.errors import DomainError, Kind


class ExtensionSpent(DomainError):
    """It was asked for already, or granted: there is one."""

    kind = Kind.CONFLICT
    code = "inspection.extension_spent"
    message_zh = "已申请或已批准延长，不能再次申请（《劳动保障监察条例》第十七条仅许延长一次）。"
    message_en = "An extension was asked for or granted already; there is only one (art. 17)."


class NoExtensionAsked(DomainError):
    """There is no request to decide on."""

    kind = Kind.CONFLICT
    code = "inspection.no_extension_asked"
    message_zh = "没有待批的延长申请。"
    message_en = "No request for an extension waits for a decision."


class DecidedByAsker(DomainError):
    """Two persons stand behind an extension."""

    kind = Kind.FORBIDDEN
    code = "inspection.decided_by_asker"
    message_zh = "申请人不能审批自己的延长申请。"
    message_en = "Whoever asked for the extension does not decide on it."


async def request_extension(
    tx: WriteTx, who: Principal, case_id: UUID, action: contract.RequestExtension, timing: Timing
) -> CaseDone:
    """Ask for the extension; the clock runs on meanwhile. Raises ExtensionSpent, ExtensionTooLate."""

    async def work(situation: Situation) -> None:
        situation.check_officer(Action.REQUEST_EXTENSION)
        if situation.case.extension in {Extension.REQUESTED, Extension.APPROVED}:
            raise ExtensionSpent(facts={"state": situation.case.state.value})
        check_extendable(situation.clocks[ClockKind.INVESTIGATE].clock, tx.now)
        situation.move(
            Action.REQUEST_EXTENSION,
            action.reason,
            extension=Extension.REQUESTED,
            extension_asked_by=who.account_id,
        )
        told = (district_office(situation.case, Role.DISTRICT_OFFICER),)
        situation.tell(InspectionExtensionRequested, reason=action.reason, told=told)

    return await perform(tx, who, case_id, action, timing, work)


async def decide_extension(
    tx: WriteTx, who: Principal, case_id: UUID, action: contract.DecideExtension, timing: Timing
) -> CaseDone:
    """Grant or refuse it; granted, the period counts as one of 90 working days from the filing.

    Raises NoExtensionAsked, DecidedByAsker, and ExtensionTooLate where the period ran out meanwhile.
    """

    async def work(situation: Situation) -> None:
        before = situation.case
        decided = Extension.APPROVED if action.approved else Extension.REFUSED
        situation.move(Action.DECIDE_EXTENSION, action.reason, extension=decided)
        if before.extension is not Extension.REQUESTED:
            raise NoExtensionAsked(facts={"state": before.state.value})
        if before.extension_asked_by == who.account_id:
            raise DecidedByAsker
        if action.approved:
            _lengthen(situation)
        due_at = situation.clocks[ClockKind.INVESTIGATE].clock.due_at
        told = officers_told(situation.case)
        situation.tell(InspectionExtensionDecided, approved=action.approved, due_at=due_at, told=told)

    return await perform(tx, who, case_id, action, timing, work)


def _lengthen(situation: Situation) -> None:
    one, timing = situation.clocks[ClockKind.INVESTIGATE], situation.timing
    check_extendable(one.clock, situation.tx.now)
    longer = extend(one.clock, timing.periods.rules[ClockKind.INVESTIGATE], timing.calendar)
    situation.change_clock(replace(one, clock=longer))
