"""What a case's officers do: record the finding, issue the order, confirm the rectification, close."""

from datetime import date
from uuid import UUID

from services.inspection.domain.clocks import order_clock
from services.inspection.domain.lifecycle import (
    Action,
    ActionNotAllowed,
    Finding,
    Outcome,
    check_closure,
    check_order,
)
from services.inspection.domain.periods import ClockKind
from services.inspection.usecases.case_action import Situation, perform
from services.inspection.usecases.timing import Timing
from shared.auth.principal import Principal
from shared.contracts import inspection as contract
from shared.contracts.base import CaseDone
from shared.db.tx import WriteTx
from shared.events.inspection import (
    InspectionCaseClosed,
    InspectionFindingRecorded,
    InspectionOrderIssued,
    InspectionRectified,
)
from shared.kernel.clock import shanghai_day
from shared.kernel.errors import DomainError, FieldProblem


class VisitDayImpossible(DomainError):
    """The visit is said to have taken place before the case was filed, or in the future."""

    code = "inspection.visit_day_impossible"

    def __init__(self) -> None:
        """Name the field and what to do."""
        zh = "到场日期须在立案当日或之后、不晚于今天：请核对后重填。"
        en = "The visit must lie on or after the day of filing and not in the future: check the day."
        super().__init__(zh, en, fields=(FieldProblem("visited_on", self.code, zh, en),))


async def record_finding(
    tx: WriteTx, who: Principal, case_id: UUID, action: contract.RecordFinding, timing: Timing
) -> CaseDone:
    """Record what the officers found on site; the investigation is done. Raises VisitDayImpossible."""

    async def work(situation: Situation) -> None:
        situation.check_officer(Action.FIND)
        filed_at = situation.case.filed_at
        if filed_at is None or not shanghai_day(filed_at) <= action.visited_on <= _today(tx):
            raise VisitDayImpossible
        situation.move(
            Action.FIND,
            action.findings,
            finding=Finding(action.finding),
            findings=action.findings,
            visited_on=action.visited_on,
            found_at=tx.now,
        )
        situation.meet(ClockKind.INVESTIGATE)
        situation.start(timing.start(ClockKind.DECIDE, tx))
        situation.tell(InspectionFindingRecorded, finding=action.finding)

    return await perform(tx, who, case_id, action, timing, work)


async def issue_order(
    tx: WriteTx, who: Principal, case_id: UUID, action: contract.IssueOrder, timing: Timing
) -> CaseDone:
    """Order the employer to put it right by a day (限期改正). Raises NothingToOrder."""

    async def work(situation: Situation) -> None:
        check_order(situation.case.state, situation.case.finding)
        situation.check_officer(Action.ORDER)
        days = timing.periods.order_days_at_most
        clock = order_clock(action.article, action.due_on, tx.now, timing.calendar, days)
        situation.move(
            Action.ORDER,
            action.requirement,
            order_article=action.article,
            order_requirement=action.requirement,
            order_amount_cny=action.amount_cny,
            order_due_at=clock.due_at,
            ordered_at=tx.now,
        )
        situation.meet(ClockKind.DECIDE)
        situation.start(clock)
        situation.tell(
            InspectionOrderIssued, article=action.article, amount_cny=action.amount_cny, due_at=clock.due_at
        )

    return await perform(tx, who, case_id, action, timing, work)


async def confirm_rectification(
    tx: WriteTx, who: Principal, case_id: UUID, action: contract.RecordRectification, timing: Timing
) -> CaseDone:
    """Record that the order was met, and how that is known; late is possible as long as the case is open."""

    async def work(situation: Situation) -> None:
        if situation.case.rectified_at is not None:
            raise ActionNotAllowed(situation.case.state, Action.RECTIFY)
        situation.check_officer(Action.RECTIFY)
        situation.move(
            Action.RECTIFY,
            action.evidence,
            rectification_evidence=action.evidence,
            rectified_at=tx.now,
        )
        situation.meet(ClockKind.ORDER)
        in_time = situation.clocks[ClockKind.ORDER].clock.breached_at is None
        situation.tell(InspectionRectified, in_time=in_time)

    return await perform(tx, who, case_id, action, timing, work)


async def close_case(
    tx: WriteTx, who: Principal, case_id: UUID, action: contract.CloseCase, timing: Timing
) -> CaseDone:
    """End a case; the warning service hears of it. Raises OutcomeDoesNotFit."""

    async def work(situation: Situation) -> None:
        case, outcome = situation.case, Outcome(action.outcome)
        check_closure(
            state=case.state,
            outcome=outcome,
            finding=case.finding,
            rectified_at=case.rectified_at,
            order_due_at=case.order_due_at,
            now=tx.now,
        )
        situation.check_officer(Action.CLOSE)
        if outcome is Outcome.NO_VIOLATION:
            situation.meet(ClockKind.DECIDE)
        situation.move(
            Action.CLOSE, action.reason, outcome=outcome, close_reason=action.reason, closed_at=tx.now
        )
        situation.tell(
            InspectionCaseClosed,
            outcome=outcome.value,
            amount_cny=situation.case.order_amount_cny,
            reason=action.reason,
        )

    return await perform(tx, who, case_id, action, timing, work)


def _today(tx: WriteTx) -> date:
    return shanghai_day(tx.now)
