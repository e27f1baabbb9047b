"""Notices periods that ended, once each, and ends the mediation that the law counts as failed.

Any number of jobs may run: each claims cases with SKIP LOCKED.
"""

from dataclasses import replace

from services.mediation.domain.clocks import Clock, ClockKind
from services.mediation.domain.lifecycle import Outcome, State, Terms
from services.mediation.domain.organisations import Organisation
from services.mediation.repository import clocks, organisations
from services.mediation.usecases.effects import Effects, mediators_of, officers_of
from services.mediation.usecases.situation import Situation
from services.mediation.usecases.timing import Timing
from shared.auth.actor import SYSTEM
from shared.auth.permissions import Role
from shared.db.tx import WriteTx
from shared.events.mediation import MediationClockBreached

BATCH = 200


async def notice_breaches(tx: WriteTx, timing: Timing, limit: int = BATCH) -> int:
    """Note breached clocks and tell the organisation and its officers; return how many cases were looked at."""
    claimed = await clocks.claim_overdue(tx, limit)
    running = await clocks.of_cases(tx, list(claimed))
    whose = await organisations.by_id(tx, {case.organisation_id for case in claimed.values()})
    effects = Effects()
    for case in claimed.values():
        situation = Situation(tx, SYSTEM, case, running[case.id], timing, effects)
        _notice(situation, whose[case.organisation_id])
        situation.settle()
    await effects.write(tx)
    return len(claimed)


def _notice(situation: Situation, organisation: Organisation) -> None:
    now = situation.tx.now
    breached = [one for one in situation.running if not one.clock.ended and one.clock.due_at < now]
    for one in breached:
        clock = replace(one.clock, breached_at=one.clock.due_at)
        situation.change_clock(one, clock)
        situation.tell(
            MediationClockBreached,
            rule_id=clock.rule_id,
            due_at=clock.due_at,
            told=(
                *mediators_of(organisation),
                *officers_of(situation.case, [Role.TOWN_OFFICER, Role.DISTRICT_OFFICER]),
            ),
        )
    deem_failed(situation)


def deem_failed(situation: Situation) -> None:
    """Close as failed a case whose period ended for certain (企业劳动争议协商调解规定 art. 29: 视为调解不成).

    While the date is provisional nobody can say that it has ended.
    """
    running = situation.clock(ClockKind.CLOSE)
    if running is None or situation.case.state is not State.ACCEPTED or not _has_ended(running.clock):
        return
    clock = running.clock
    reason = f"期限届满未达成协议，视为调解不成。{clock.article}"
    situation.close(Outcome.FAILED, reason, Terms(None, None), deemed=True)


def _has_ended(clock: Clock) -> bool:
    return clock.breached_at is not None and clock.met_at is None and not clock.provisional
