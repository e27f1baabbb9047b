"""Escalates breached clocks: town, district, leading group; the one below and the one above are both told.

Any number of engines may run: each claims warnings with SKIP LOCKED.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.warning.domain.escalation import ASSIGNEE, EscalationStep, next_step
from services.warning.domain.policy import Authority, Policy
from services.warning.domain.warning_case import WarningCase
from services.warning.repository import clocks
from services.warning.repository.clocks import Overdue
from services.warning.usecases.effects import (
    DISTRICT_OFFICE,
    Effects,
    assignee_of,
    facts_of,
    notices,
    office_of,
    step_between,
    touched,
)
from shared.auth.actor import SYSTEM
from shared.db.tx import WriteTx
from shared.events.base import Recipient
from shared.events.warning import WarningEscalated
from shared.kernel.divisions import MINHANG

BATCH = 200


_OFFICES = {
    Authority.DISTRICT.value: DISTRICT_OFFICE,
    Authority.LEADING_GROUP.value: Recipient(role="leading_group", division=MINHANG),
}


async def escalate_clocks(tx: WriteTx, policy: Policy, limit: int = BATCH) -> int:
    """Take the next step of every clock whose escalation is due; return how many were taken."""
    overdue = await clocks.claim_overdue(tx, limit)
    effects = Effects()
    for one in overdue:
        _escalate(effects, one, policy, tx)
    await effects.write(tx)
    return len(overdue)


def _escalate(effects: Effects, overdue: Overdue, policy: Policy, tx: WriteTx) -> None:
    running = overdue.running
    breached_at = running.clock.breached_at or running.clock.due_at
    step = next_step(running.escalation_step, overdue.case.level, breached_at, policy)
    clock = replace(running.clock, breached_at=breached_at)
    effects.moved.append(
        replace(
            running,
            clock=clock,
            escalation_step=step.step if step else running.escalation_step,
            next_escalation_at=step.next_at if step else None,
        )
    )
    if step is not None:
        # Two clocks of one warning may be overdue in the same round: go on from what the first did.
        case = effects.changed.get(overdue.case.id, overdue.case)
        escalated(effects, case, step, running.clock.kind.value, tx)


def escalated(effects: Effects, case: WarningCase, step: EscalationStep, cause: str, tx: WriteTx) -> None:
    """Note on the warning, in its history and to all who are told that it went one step up."""
    after = touched(case, tx, escalated_to=_higher(case.escalated_to, step.to))
    told = tuple(dict.fromkeys(_recipient(name, case) for name in step.tells))
    effects.keep(after)
    effects.steps.append(step_between(case, after, "escalate", SYSTEM, f"{cause} → {step.to.value}"))
    effects.told += notices(after, told, f"escalated:{cause}")
    facts = facts_of(after) | {"cause": cause, "to": step.to.value, "told": told}
    effects.events.append(WarningEscalated.model_validate(facts))


def _higher(known: str | None, to: Authority) -> str:
    order: Sequence[str] = [authority.value for authority in Authority]
    return to.value if known is None or order.index(to.value) > order.index(known) else known


def _recipient(name: str, case: WarningCase) -> Recipient:
    if name == ASSIGNEE and (owner := assignee_of(case)):
        return owner
    return _OFFICES.get(name) or office_of(case)
