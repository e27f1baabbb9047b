"""What an officer does with a warning: assign, close, return, pause, resume."""

from dataclasses import replace
from uuid import UUID

from services.warning.domain.assignment import Assignment, AssignmentReason
from services.warning.domain.clocks import ClockKind, pause, resume
from services.warning.domain.lifecycle import Action, ActionNotAllowed, ReasonCode, State, check_closure
from services.warning.repository import assessments, coordinators, labels
from services.warning.usecases.assign_warnings import Roster
from services.warning.usecases.effects import facts_of, town_of
from services.warning.usecases.handle_warning import hand_to, meet
from services.warning.usecases.take_case_results import have_it_accepted, take_back
from services.warning.usecases.warning_action import Situation, Timing, perform
from shared.auth.principal import Principal
from shared.contracts import warning_actions as actions
from shared.contracts.warning import ActionDone
from shared.db.tx import WriteTx
from shared.events.warning import WarningClosed, WarningPaused, WarningResumed
from shared.kernel.errors import DomainError, FieldProblem, Kind


class AssigneeUnknown(DomainError):
    """The account is no working grid coordinator of the warning's town."""

    code = "warning.assignee_unknown"

    def __init__(self) -> None:
        """Name the field and what to do."""
        super().__init__(
            fields=[
                FieldProblem(
                    "assignee_id",
                    self.code,
                    "该账号不是本街镇在岗的网格协调员：请从协调员名单中选择。",
                    "This account is no working grid coordinator of the town: choose one from the list.",
                )
            ]
        )


class AlreadyTheirs(DomainError):
    """Who should get it has it: given once more it would run anew, and a breach would be gone."""

    kind = Kind.CONFLICT
    code = "warning.already_theirs"
    message_zh = "该预警已由此人承办：请另选协调员。"
    message_en = "The warning is theirs already: choose another coordinator."


class AlreadyQueued(DomainError):
    """It lies in the queue where the usual order would put it: put there once more its clock would run anew."""

    kind = Kind.CONFLICT
    code = "warning.already_queued"
    message_zh = "该预警已在待派队列中，目前没有可承办的协调员：请指定协调员，或待人员到岗后再派。"
    message_en = (
        "The warning lies in this queue already, and no coordinator is free: name one, or assign it later."
    )


class AlreadyPaused(DomainError):
    """Its clocks stand still already."""

    kind = Kind.CONFLICT
    code = "warning.already_paused"
    message_zh = "该预警的时限已暂停。"
    message_en = "The clocks of this warning stand still already."


class NotPaused(DomainError):
    """Its clocks run."""

    kind = Kind.CONFLICT
    code = "warning.not_paused"
    message_zh = "该预警的时限未暂停。"
    message_en = "The clocks of this warning are running."


class WarningClosedAlready(DomainError):
    """It has neither an owner nor clocks any more."""

    kind = Kind.CONFLICT
    code = "warning.closed"
    message_zh = "该预警已关闭，不再派单或计时。"
    message_en = "The warning is closed: it is assigned to nobody any more, and has no clocks."


async def assign_warning(
    tx: WriteTx, who: Principal, warning_id: UUID, action: actions.Assign, timing: Timing
) -> ActionDone:
    """Give a warning to a coordinator of its town, or let the usual order decide.

    Raises WarningClosedAlready, AssigneeUnknown, AlreadyTheirs and AlreadyQueued.
    """

    async def work(situation: Situation) -> None:
        _refuse_closed(situation)
        chosen, case = await _chosen(tx, situation, action.assignee_id, timing), situation.case
        if (chosen.assignee_id, chosen.queue_division) == (case.assignee_id, case.queue_division):
            raise AlreadyTheirs if chosen.assignee_id is not None else AlreadyQueued
        hand_to(situation, chosen, action.reason)

    return await perform(tx, who, warning_id, action, timing, work)


async def _chosen(tx: WriteTx, situation: Situation, assignee_id: UUID | None, timing: Timing) -> Assignment:
    division = situation.case.division
    if assignee_id is None:
        roster = await Roster.read(tx, [division], timing.policy.cap_open_per_coordinator)
        return roster.choose(situation.case)
    if not await coordinators.is_in(tx, assignee_id, town_of(division)):
        raise AssigneeUnknown
    return Assignment(assignee_id, None, AssignmentReason.BY_OFFICER)


async def close_warning(
    tx: WriteTx, who: Principal, warning_id: UUID, action: actions.Close, timing: Timing
) -> ActionDone:
    """Close a warning with reason and evidence. Raises what `lifecycle.check_closure` raises."""

    async def work(situation: Situation) -> None:
        case, reason = situation.case, ReasonCode(action.reason_code)
        check_closure(
            state=case.state,
            level=case.level,
            peak_level=case.peak_level,
            closer_id=who.account_id,
            handler_ids=case.handler_ids,
            reason=reason,
            evidence=action.evidence,
        )
        situation.move(
            Action.CLOSE,
            action.evidence,
            reason_code=reason.value,
            closed_at=tx.now,
            closed_by=who.account_id,
            paused_at=None,
            pause_reason=None,
        )
        for kind in ClockKind:
            meet(situation, kind, tx.now)
        await labels.record(tx, situation.case)
        event = WarningClosed.model_validate(facts_of(situation.case) | {"reason_code": reason.value})
        situation.effects.events.append(event)

    return await perform(tx, who, warning_id, action, timing, work)


async def return_warning(
    tx: WriteTx, who: Principal, warning_id: UUID, action: actions.Return, timing: Timing
) -> ActionDone:
    """Give a warning with a wanting outcome back to its handler. Raises ActionNotAllowed when it has none.

    The outcome had lowered a red: the assessment that is asked for says how grave it is without it.
    """

    async def work(situation: Situation) -> None:
        case = situation.case
        if not case.state.is_settled:
            raise ActionNotAllowed(case.state, Action.RETURN)
        take_back(situation, "officer", "outcome_wanting", action.reason)
        working = await coordinators.working(tx, [case.assignee_id] if case.assignee_id else [])
        roster = await Roster.read(tx, [case.division], timing.policy.cap_open_per_coordinator)
        have_it_accepted(situation, roster, working)
        await assessments.enqueue(tx, [case.enterprise_id])

    return await perform(tx, who, warning_id, action, timing, work)


async def pause_warning(
    tx: WriteTx, who: Principal, warning_id: UUID, action: actions.Pause, timing: Timing
) -> ActionDone:
    """Stop the clocks with a reason. Raises WarningClosedAlready, AlreadyPaused."""

    async def work(situation: Situation) -> None:
        _refuse_closed(situation)
        if situation.case.paused_at is not None:
            raise AlreadyPaused(facts={"state": situation.case.state.value})
        situation.change("pause", action.reason, paused_at=tx.now, pause_reason=action.reason)
        rule = timing.policy.clock_rule_by_id
        stopped = [(one, pause(one.clock, rule(one.clock.rule_id), tx.now)) for one in situation.running]
        changed = [replace(one, clock=clock) for one, clock in stopped if clock is not one.clock]
        situation.replace_clocks(changed)
        event = WarningPaused.model_validate(facts_of(situation.case) | {"reason": action.reason})
        situation.effects.events.append(event)

    return await perform(tx, who, warning_id, action, timing, work)


async def resume_warning(
    tx: WriteTx, who: Principal, warning_id: UUID, action: actions.Resume, timing: Timing
) -> ActionDone:
    """Let the clocks run again; their dates move by the time that they stood still.

    Raises WarningClosedAlready, NotPaused.
    """

    async def work(situation: Situation) -> None:
        _refuse_closed(situation)
        if situation.case.paused_at is None:
            raise NotPaused(facts={"state": situation.case.state.value})
        situation.change("resume", None, paused_at=None, pause_reason=None)
        paused = [one for one in situation.running if one.clock.paused_at is not None]
        rule = timing.policy.clock_rule_by_id
        started = [
            (one, resume(one.clock, rule(one.clock.rule_id), tx.now, timing.calendar)) for one in paused
        ]
        situation.replace_clocks([replace(one, clock=c, next_escalation_at=c.due_at) for one, c in started])
        situation.effects.events.append(WarningResumed.model_validate(facts_of(situation.case)))

    return await perform(tx, who, warning_id, action, timing, work)


def _refuse_closed(situation: Situation) -> None:
    if situation.case.state is State.CLOSED:
        raise WarningClosedAlready(facts={"state": situation.case.state.value})
