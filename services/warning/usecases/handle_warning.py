"""What a grid coordinator does with a warning: accept, reject, visit, report the outcome."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from services.warning.domain import clocks
from services.warning.domain.assignment import Assignment
from services.warning.domain.clocks import ClockKind
from services.warning.domain.levels import WarningLevel
from services.warning.domain.lifecycle import Action, accepted_anew, level_after_outcome
from services.warning.repository import warnings
from services.warning.usecases.assign_warnings import Roster, assign_on, assigned_event, owned_by
from services.warning.usecases.effects import facts_of
from services.warning.usecases.warning_action import Situation, Timing, perform
from shared.auth.principal import Principal
from shared.contracts import warning_actions as actions
from shared.contracts.warning import ActionDone
from shared.db.tx import WriteTx
from shared.events.warning import (
    WarningAccepted,
    WarningDowngraded,
    WarningOutcomeRecorded,
    WarningRejected,
    WarningVisited,
)
from shared.kernel.clock import SHANGHAI
from shared.kernel.errors import DomainError, FieldProblem

# How far the clock of a telephone may be ahead before a time that it tells is a mistake.
_TELEPHONE_AHEAD = timedelta(minutes=5)


class VisitTimeImpossible(DomainError):
    """The visit is said to have taken place before there was something to visit for, or in the future."""

    code = "warning.visit_time_impossible"

    def __init__(self, since: datetime) -> None:
        """Name the field, since when a visit counts, and what to do."""
        shown = f"{since.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        super().__init__(
            fields=[
                FieldProblem(
                    "visited_at",
                    self.code,
                    f"到场时间须在 {shown}（预警发出，或原结论被推翻）之后、现在之前：请核对后重填。",
                    f"The visit must lie after {shown} in Shanghai, when the warning was raised or its outcome"
                    " undone, and not in the future: check the time.",
                )
            ]
        )


async def accept_warning(
    tx: WriteTx, who: Principal, warning_id: UUID, action: actions.Accept, timing: Timing
) -> ActionDone:
    """Take a warning on; its accept clock is met."""

    async def work(situation: Situation) -> None:
        situation.move(Action.ACCEPT, handler_ids=with_handler(situation.case.handler_ids, who.account_id))
        meet(situation, ClockKind.ACCEPT, tx.now)
        event = WarningAccepted.model_validate(facts_of(situation.case) | {"assignee_id": who.account_id})
        situation.effects.events.append(event)

    return await perform(tx, who, warning_id, action, timing, work)


async def reject_warning(
    tx: WriteTx, who: Principal, warning_id: UUID, action: actions.Reject, timing: Timing
) -> ActionDone:
    """Give a warning back with a reason; the next in line has it in the same transaction."""

    async def work(situation: Situation) -> None:
        case = situation.case
        situation.move(
            Action.REJECT, action.reason, rejected_by=with_handler(case.rejected_by, who.account_id)
        )
        facts = facts_of(situation.case) | {"assignee_id": who.account_id, "reason": action.reason}
        situation.effects.events.append(WarningRejected.model_validate(facts))
        roster = await Roster.read(tx, [case.division], timing.policy.cap_open_per_coordinator)
        assign_on(situation, roster.choose(situation.case), Action.ASSIGN)
        restart_accept_clock(situation)

    return await perform(tx, who, warning_id, action, timing, work)


async def visit_warning(
    tx: WriteTx, who: Principal, warning_id: UUID, action: actions.Visit, timing: Timing
) -> ActionDone:
    """Record the first on-site check; a coordinator who was offline says when it took place.

    Raises VisitTimeImpossible.
    """

    async def work(situation: Situation) -> None:
        visited_at = _on_this_clock(action.visited_at or tx.now, tx.now)
        # Who was on site before an outcome was undone has seen nothing of what undid it.
        raised_at = situation.case.raised_at
        since = max(await warnings.outcome_undone_at(tx, warning_id) or raised_at, raised_at)
        if not since <= visited_at <= tx.now:
            raise VisitTimeImpossible(since)
        situation.move(
            Action.VISIT,
            action.findings,
            handler_ids=with_handler(situation.case.handler_ids, who.account_id),
        )
        meet(situation, ClockKind.VISIT, visited_at)
        event = WarningVisited.model_validate(facts_of(situation.case) | {"assignee_id": who.account_id})
        situation.effects.events.append(event)

    return await perform(tx, who, warning_id, action, timing, work)


async def report_outcome(
    tx: WriteTx, who: Principal, warning_id: UUID, action: actions.OutcomeReport, timing: Timing
) -> ActionDone:
    """Record what came of it; a red is lowered to orange on the record. An officer closes it."""

    async def work(situation: Situation) -> None:
        step = Action.RESOLVE if action.outcome == "resolved" else Action.DISMISS
        situation.move(
            step,
            action.evidence,
            outcome_at=tx.now,
            outcome_evidence=action.evidence,
            handler_ids=with_handler(situation.case.handler_ids, who.account_id),
        )
        for kind in (ClockKind.VISIT, ClockKind.PLAN):
            meet(situation, kind, tx.now)
        facts = facts_of(situation.case) | {"outcome": action.outcome}
        situation.effects.events.append(WarningOutcomeRecorded.model_validate(facts))
        lower_after_outcome(situation)

    return await perform(tx, who, warning_id, action, timing, work)


def lower_after_outcome(situation: Situation) -> None:
    """Let a red go to orange on its way out."""
    if situation.case.level is not WarningLevel.RED:
        return
    situation.change("downgrade", None, level=level_after_outcome(situation.case.level), lower_since=None)
    event = WarningDowngraded.model_validate(facts_of(situation.case) | {"cause": "outcome"})
    situation.effects.events.append(event)


def meet(situation: Situation, kind: ClockKind, at: datetime) -> None:
    """Mark a clock as met, when it runs."""
    running = situation.clock(kind)
    if running is not None and running.clock.met_at is None:
        met = clocks.meet(running.clock, at)
        situation.replace_clocks([replace(running, clock=met, next_escalation_at=None)])


def hand_to(situation: Situation, chosen: Assignment, note: str | None) -> None:
    """Give a warning to the chosen one, who accepts it anew.

    Where another body has it, or an outcome is on record, there is nothing to accept: the chosen one owns it, and has
    it when it comes back.
    """
    if situation.case.state.is_open and not accepted_anew(situation.case.state):
        former = situation.case
        situation.change(Action.REASSIGN.value, note, **owned_by(chosen))
        situation.effects.events.append(assigned_event(situation.case, former))
        return
    assign_on(situation, chosen, Action.REASSIGN, note)
    restart_accept_clock(situation)


def restart_accept_clock(situation: Situation) -> None:
    """Give the new assignee an accept clock of their own, never past the date of the visit."""
    policy, calendar = situation.timing.policy, situation.timing.calendar
    visit = situation.clock(ClockKind.VISIT)
    rule = policy.clock_rule(situation.case.level, ClockKind.ACCEPT)
    limit = visit.clock if visit is not None else None
    fresh = clocks.accept_clock_for_reassignment(rule, situation.tx.now, calendar, limit)
    situation.start_clocks([fresh])


def _on_this_clock(told: datetime, now: datetime) -> datetime:
    """Return a time that a telephone tells; one that is a little ahead of this clock means now."""
    return now if now < told <= now + _TELEPHONE_AHEAD else told


def with_handler(ids: tuple[UUID, ...], one: UUID) -> tuple[UUID, ...]:
    """Return the handlers of a warning with one more."""
    return ids if one in ids else (*ids, one)
