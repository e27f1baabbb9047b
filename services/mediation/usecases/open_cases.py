"""A warning that was handed over becomes a case at the lowest tier that fits."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.mediation.domain.choice import Choice, Dispute, choose
from services.mediation.domain.clocks import Start, next_due, start_clock
from services.mediation.domain.lifecycle import State
from services.mediation.domain.mediation_case import MediationCase
from services.mediation.domain.policy import Policy
from services.mediation.repository import cases, clocks, organisations
from services.mediation.usecases.effects import facts_of, step_between, told_of_choice
from services.mediation.usecases.timing import Timing
from shared.auth.actor import SYSTEM
from shared.db.tx import WriteTx
from shared.events.mediation import MediationCaseOpened
from shared.events.warning import WarningHandedOver
from shared.kernel.ids import new_id


async def open_cases(tx: WriteTx, handed_over: Sequence[WarningHandedOver], timing: Timing) -> None:
    """Open one case for each hand-over; one that has its case already opens no other. Raises NoCentre."""
    await organisations.hold_still(tx)
    around = await organisations.near(
        tx, {one.division for one in handed_over}, {one.uscc for one in handed_over}
    )
    rules = timing.policy.clock_rules_from(Start.RECEIPT)
    started = [start_clock(rule, tx.now, timing.calendar) for rule in rules]
    chosen = {new_id(): (one, choose(_dispute(one), around, timing.policy)) for one in handed_over}
    made = [_case(case_id, one, choice, tx, next_due(started)) for case_id, (one, choice) in chosen.items()]
    fresh = await cases.add(tx, made)
    kept = [(case, chosen[case.id][1]) for case in made if case.id in fresh]
    await clocks.start(tx, [(case.id, clock) for case, _ in kept for clock in started])
    await cases.record(
        tx, [step_between(None, case, "open", SYSTEM, choice.rule_id) for case, choice in kept]
    )
    for case, choice in kept:
        tx.emit(_opened(case, choice, timing.policy))


def _dispute(one: WarningHandedOver) -> Dispute:
    return Dispute(
        uscc=one.uscc,
        division=one.division,
        grid_cell=one.grid_cell,
        zone=one.zone,
        industry=one.industry,
        workers=one.workers,
        level=one.level,
    )


def _case(
    case_id: UUID, one: WarningHandedOver, choice: Choice, tx: WriteTx, due_at: datetime | None
) -> MediationCase:
    return MediationCase(
        id=case_id,
        warning_id=one.warning_id,
        hand_over=one.version,
        uscc=one.uscc,
        division=one.division,
        enterprise_name=one.enterprise_name,
        sole_trader=one.sole_trader,
        level=one.level,
        grid_cell=one.grid_cell,
        zone=one.zone,
        industry=one.industry,
        headcount=one.headcount,
        workers=one.workers,
        amount_cny=one.amount_cny,
        note=one.note,
        organisation_id=choice.organisation.id,
        tier=choice.organisation.tier,
        rule_id=choice.rule_id,
        floor_ids=choice.floor_ids,
        state=State.RECEIVED,
        mediator_id=None,
        offered_to=None,
        offer_reason=None,
        offered_at=None,
        received_at=tx.now,
        accepted_at=None,
        due_at=due_at,
        closed_at=None,
        outcome=None,
        deemed=False,
        reason=None,
        agreed_cny=None,
        agreed_due_on=None,
        version=1,
        updated_at=tx.now,
    )


def _opened(case: MediationCase, choice: Choice, policy: Policy) -> MediationCaseOpened:
    facts = facts_of(case) | {
        "tier": case.tier.value,
        "organisation_name": choice.organisation.name,
        "rule_id": choice.rule_id,
        "floor_ids": choice.floor_ids,
        "told": told_of_choice(case, choice, policy),
    }
    return MediationCaseOpened.model_validate(facts)
