"""What a mediator does with a case: accept, take over, record a session, extend, close."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from services.mediation.domain.clocks import Clock, ClockKind, Start, extended, start_clock
from services.mediation.domain.lifecycle import (
    Action,
    CaseActionNotAllowed,
    Outcome,
    State,
    Terms,
    check_terms,
)
from services.mediation.domain.policy import Limit
from services.mediation.repository import cases
from services.mediation.repository.cases import Session
from services.mediation.usecases.case_action import Standpoint, perform
from services.mediation.usecases.situation import Situation
from services.mediation.usecases.timing import Timing
from shared.auth.principal import Principal
from shared.contracts import mediation as contract
from shared.contracts.base import CaseDone
from shared.db.tx import WriteTx
from shared.events.mediation import MediationCaseAccepted, MediationCaseExtended, MediationSessionRecorded
from shared.kernel.clock import shanghai_day
from shared.kernel.errors import DomainError, FieldProblem, Kind


class SessionTimeImpossible(DomainError):
    """The session is said to have been before the case was accepted, or in the future."""

    code = "mediation.session_time_impossible"
    message_zh = "调解时间须在受理之后、现在之前：请核对后重填。"
    message_en = "The session must lie after the acceptance and not in the future: check the time."

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(fields=[FieldProblem("held_at", self.code, self.message_zh, self.message_en)])


class ExtensionDayImpossible(DomainError):
    """The day named is the one that holds, or lies before what the law gives, in the past, or too far ahead."""

    code = "mediation.extension_day_impossible"

    def __init__(self, first: date, last: date, held: date) -> None:
        """Point at the field, with what is possible."""
        zh = f"延长后的日期须在{first}至{last}之间，且不同于当前期限{held}。"
        en = f"The date must lie from {first} to {last} and differ from the one that holds, {held}."
        super().__init__(zh, en, fields=[FieldProblem("due_on", self.code, zh, en)])


class PeriodEnded(DomainError):
    """The period has run out: the law counts the mediation as failed."""

    kind = Kind.CONFLICT
    code = "mediation.period_ended"
    message_zh = "调解期限已届满，视为调解不成，不能再延长（企业劳动争议协商调解规定第二十九条）。"
    message_en = (
        "The period has ended and mediation counts as failed; it cannot be extended any more (art. 29)."
    )


class AlreadyYours(DomainError):
    """There is nothing to take over."""

    kind = Kind.CONFLICT
    code = "mediation.already_yours"
    message_zh = "该案件已由您办理，无需接办。"
    message_en = "You have this case already; there is nothing to take over."


async def accept_case(
    tx: WriteTx, who: Principal, case_id: UUID, action: contract.MediationAccept, timing: Timing
) -> CaseDone:
    """Take a case on (受理): its accept clock is met, the period for closing runs from here."""

    async def work(situation: Situation, standpoint: Standpoint) -> None:
        standpoint.as_holder(situation.case)
        situation.move(Action.ACCEPT, mediator_id=who.account_id, accepted_at=tx.now)
        situation.meet(ClockKind.ACCEPT)
        situation.start_from(Start.ACCEPTANCE)
        situation.tell(MediationCaseAccepted, mediator_id=who.account_id)

    return await perform(tx, who, case_id, action, timing, work)


async def take_over_case(
    tx: WriteTx, who: Principal, case_id: UUID, action: contract.MediationTakeOver, timing: Timing
) -> CaseDone:
    """Go on with what a colleague of the same organisation had accepted. Raises AlreadyYours."""

    async def work(situation: Situation, standpoint: Standpoint) -> None:
        standpoint.as_holder(situation.case)
        if situation.case.mediator_id == who.account_id:
            raise AlreadyYours
        situation.move(Action.TAKE_OVER, action.reason, mediator_id=who.account_id)
        situation.tell(MediationCaseAccepted, mediator_id=who.account_id)

    return await perform(tx, who, case_id, action, timing, work)


async def record_session(
    tx: WriteTx, who: Principal, case_id: UUID, action: contract.MediationSession, timing: Timing
) -> CaseDone:
    """Record a session with the parties. Raises SessionTimeImpossible."""

    async def work(situation: Situation, standpoint: Standpoint) -> None:
        standpoint.as_mediator(situation.case, Action.RECORD_SESSION)
        held_at = action.held_at or tx.now
        if not (situation.case.accepted_at or tx.now) <= held_at <= tx.now:
            raise SessionTimeImpossible
        number = 1 + await cases.session_count(tx, case_id)
        session = Session(
            id=action.action_id,
            case_id=case_id,
            number=number,
            held_at=held_at,
            mediator_id=who.account_id,
            mediator=who.username,
            record=action.record,
            recorded_at=tx.now,
        )
        situation.effects.sessions.append(session)
        situation.move(Action.RECORD_SESSION)
        situation.tell(MediationSessionRecorded, mediator_id=who.account_id, session=number)

    return await perform(tx, who, case_id, action, timing, work)


async def extend_case(
    tx: WriteTx, who: Principal, case_id: UUID, action: contract.MediationExtend, timing: Timing
) -> CaseDone:
    """Go on until a later day, as both parties agreed (art. 29). Raises PeriodEnded, ExtensionDayImpossible."""

    async def work(situation: Situation, standpoint: Standpoint) -> None:
        standpoint.as_mediator(situation.case, Action.EXTEND)
        running = situation.clock(ClockKind.CLOSE)
        if running is None:
            raise CaseActionNotAllowed(situation.case.state, Action.EXTEND)
        fresh = _agreed(running.clock, action.due_on, tx, timing)
        situation.start_clocks([fresh])
        situation.move(Action.EXTEND, f"{action.due_on}：{action.evidence}")
        situation.tell(MediationCaseExtended, due_at=fresh.due_at)

    return await perform(tx, who, case_id, action, timing, work)


def _agreed(clock: Clock, due_on: date, tx: WriteTx, timing: Timing) -> Clock:
    """Return the clock until an agreed day: later than it holds by one more period at most, or put right to an earlier.

    It is never shorter than what the law itself gives, and what is over is not brought back.
    """
    if tx.now > clock.due_at and not clock.provisional:
        raise PeriodEnded
    by_law = start_clock(timing.rule_of(clock), clock.started_at, timing.calendar)
    today, held = shanghai_day(tx.now), shanghai_day(clock.due_at)
    first = max(today, shanghai_day(by_law.due_at))
    last = max(today, held) + timedelta(days=timing.policy.limits[Limit.EXTENSION_DAYS])
    if due_on == held or not first <= due_on <= last:
        raise ExtensionDayImpossible(first, last, held)
    return extended(by_law, due_on, timing.calendar)


async def close_case(
    tx: WriteTx, who: Principal, case_id: UUID, action: contract.MediationClose, timing: Timing
) -> CaseDone:
    """End a case with its outcome. Raises AgreementIncomplete, AgreementImpossible."""
    outcome = Outcome(action.outcome)
    terms = Terms(None if action.amount_cny is None else Decimal(action.amount_cny), action.due_on)

    async def work(situation: Situation, standpoint: Standpoint) -> None:
        standpoint.as_holder(situation.case)
        if situation.case.state is State.ACCEPTED:
            standpoint.as_mediator(situation.case, Action.FAIL)
        check_terms(outcome, terms, shanghai_day(tx.now), timing.policy.limits[Limit.AGREEMENT_DUE_YEARS])
        situation.close(outcome, action.evidence, terms)

    return await perform(tx, who, case_id, action, timing, work)
