"""Takes over what came of a case at mediation or the inspectorate: settled, or back to its coordinator."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import structlog

from services.warning.domain.assignment import Assignment, AssignmentReason
from services.warning.domain.clocks import ClockKind, start_clock
from services.warning.domain.lifecycle import Action, State
from services.warning.domain.warning_case import WarningCase
from services.warning.repository import clocks, coordinators, warnings
from services.warning.usecases.assign_warnings import Roster, assign_on
from services.warning.usecases.effects import Effects, facts_of
from services.warning.usecases.handle_warning import (
    lower_after_outcome,
    meet,
    restart_accept_clock,
    with_handler,
)
from services.warning.usecases.reference_data import ReferenceData
from services.warning.usecases.warning_action import Situation, Timing
from shared.auth.actor import Actor
from shared.db.tx import WriteTx
from shared.events.warning import WarningOutcomeRecorded, WarningReturned

Body = Literal["mediation", "inspection"]
_WHERE: dict[Body, State] = {"mediation": State.HANDED_OVER, "inspection": State.REFERRED}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How a case ended: the step that its warning takes, why, and who had a hand in it."""

    warning_id: UUID
    by: Body
    action: Action
    cause: str
    note: str
    handler_ids: tuple[UUID, ...] = ()


async def take_case_results(
    tx: WriteTx, results: Sequence[CaseResult], reference_data: ReferenceData
) -> None:
    """Move the warnings on; a result for one that no longer waits for it changes nothing."""
    cases = await warnings.lock_all(tx, [one.warning_id for one in results])
    waiting = [one for one in results if _waits(cases.get(one.warning_id), one)]
    if not waiting:
        return
    timing = Timing(*await reference_data.timing(tx))
    running = await clocks.of_warnings(tx, [one.warning_id for one in waiting])
    working = await coordinators.working(
        tx, [case.assignee_id for case in cases.values() if case.assignee_id]
    )
    roster = await Roster.read(
        tx, [cases[one.warning_id].division for one in waiting], timing.policy.cap_open_per_coordinator
    )
    effects = Effects()
    for one in waiting:
        case = cases[one.warning_id]
        situation = Situation(tx, Actor(None, one.by), case, running[case.id], timing, effects)
        if one.action is Action.RETURN:
            take_back(situation, one.by, one.cause, one.note)
            have_it_accepted(situation, roster, working)
        else:
            _settle(situation, one)
        situation.settle()
    await effects.write(tx)


def _waits(case: WarningCase | None, result: CaseResult) -> bool:
    if case is not None and case.state is _WHERE[result.by]:
        return True
    log.warning("a result that nobody waits for", warning_id=str(result.warning_id), by=result.by)
    return False


def _settle(situation: Situation, result: CaseResult) -> None:
    handlers = situation.case.handler_ids
    for account_id in result.handler_ids:
        handlers = with_handler(handlers, account_id)
    situation.move(
        result.action,
        result.note,
        outcome_at=situation.tx.now,
        outcome_evidence=result.note,
        handler_ids=handlers,
    )
    for kind in (ClockKind.VISIT, ClockKind.PLAN):
        meet(situation, kind, situation.tx.now)
    outcome = "resolved" if result.action is Action.RESOLVE else "false_alarm"
    facts = facts_of(situation.case) | {"outcome": outcome, "by": result.by}
    situation.effects.events.append(WarningOutcomeRecorded.model_validate(facts))
    lower_after_outcome(situation)


def take_back(situation: Situation, by: str, cause: str, note: str) -> None:
    """Return a warning to its handler, who gets a new clock for a plan, and for the visit that never was."""
    situation.move(Action.RETURN, note, outcome_at=None, outcome_evidence=None)
    kinds = [ClockKind.PLAN] if situation.case.state is State.VISITED else [ClockKind.VISIT, ClockKind.PLAN]
    timing, level = situation.timing, situation.case.level
    rules = [timing.policy.clock_rule(level, kind) for kind in kinds]
    situation.start_clocks([start_clock(rule, situation.tx.now, timing.calendar) for rule in rules])
    facts = facts_of(situation.case) | {
        "by": by,
        "cause": cause,
        "assignee_id": situation.case.assignee_id,
        "queue_division": situation.case.queue_division,
    }
    situation.effects.events.append(WarningReturned.model_validate(facts))


def have_it_accepted(situation: Situation, roster: Roster, working: Collection[UUID]) -> None:
    """Let a returned warning be accepted anew, unless its coordinator knows it and still works.

    Where that one left meanwhile, or there never was one, the usual order decides who is next; who got it with
    an enterprise that moved keeps it.
    """
    owner = situation.case.assignee_id
    if owner is None or owner not in working:
        assign_on(situation, roster.choose(situation.case), Action.REASSIGN, "handler_left")
    elif owner not in situation.case.handler_ids:
        reason = AssignmentReason(situation.case.assignment_reason or AssignmentReason.BY_OFFICER)
        assign_on(situation, Assignment(owner, None, reason), Action.REASSIGN, "new_owner")
    else:
        return
    restart_accept_clock(situation)
