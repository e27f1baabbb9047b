"""What lies with an organisation where nobody works any more goes to the one that would get it now."""

from collections.abc import Collection
from uuid import UUID

from services.mediation.domain.choice import Choice, choose
from services.mediation.domain.clocks import ClockKind, Start
from services.mediation.domain.lifecycle import Action, State
from services.mediation.domain.organisations import Organisation
from services.mediation.repository import cases, clocks, organisations
from services.mediation.usecases.effects import Effects, mediators_of, told_of_choice
from services.mediation.usecases.situation import NO_OFFER, Situation
from services.mediation.usecases.timing import Timing
from shared.auth.actor import SYSTEM
from shared.db.tx import WriteTx
from shared.events.base import Recipient
from shared.events.mediation import MediationTransferAccepted, MediationTransferReturned

_REASON = "该组织已停用或没有调解员 / the organisation is disabled or has no mediators"


async def reassign_cases(tx: WriteTx, organisation_ids: Collection[UUID], timing: Timing) -> None:
    """Move the open cases of those organisations that cannot work, and return what was offered to them.

    Where no other works either, a case stays with the district's centre, which has to find somebody.
    """
    asked = await organisations.by_id(tx, organisation_ids)
    idle = {one.id: one for one in asked.values() if not one.works}
    if not idle:
        return
    concerned = await cases.lock_open_of_organisations(tx, list(idle))
    around = await organisations.near(
        tx, {case.division for case in concerned}, {case.uscc for case in concerned}
    )
    whose = await organisations.by_id(tx, {case.organisation_id for case in concerned})
    running = await clocks.of_cases(tx, [case.id for case in concerned])
    effects = Effects()
    for case in concerned:
        situation = Situation(tx, SYSTEM, case, running[case.id], timing, effects)
        if case.offered_to in idle:
            told = mediators_of(whose[case.organisation_id])
            return_offer(situation, idle[case.offered_to], _REASON, told)
        if case.organisation_id in idle:
            reassign(situation, choose(case.dispute, around, timing.policy), _REASON)
        situation.settle()
    await effects.write(tx)


def return_offer(situation: Situation, asked: Organisation, reason: str, told: tuple[Recipient, ...]) -> None:
    """Take a pending offer back: the organisation that was asked can take nothing."""
    situation.move(Action.RETURN_OFFER, f"{asked.code}：{reason}", **NO_OFFER)
    situation.tell(MediationTransferReturned, by_organisation_id=asked.id, reason=reason, told=told)


def reassign(situation: Situation, choice: Choice, reason: str, former: tuple[Recipient, ...] = ()) -> None:
    """Give the case to the organisation chosen; `former` are those whose it was and who hear of it too.

    An accepted one goes on in the time that is left; one that waits has three working days of its own there.
    """
    before, to = situation.case, choice.organisation
    if to.id == before.organisation_id:
        return
    # An offer to the organisation that now has it has been answered by that.
    answered = NO_OFFER if before.offered_to == to.id else {}
    situation.move(
        Action.REASSIGN,
        reason,
        organisation_id=to.id,
        tier=to.tier,
        rule_id=choice.rule_id,
        floor_ids=choice.floor_ids,
        mediator_id=None,
        **answered,
    )
    if before.state is State.RECEIVED:
        situation.start_from(Start.RECEIPT, ClockKind.ACCEPT)
    situation.tell(
        MediationTransferAccepted,
        from_organisation_id=before.organisation_id,
        tier=to.tier.value,
        organisation_name=to.name,
        told=(*former, *told_of_choice(situation.case, choice, situation.timing.policy)),
    )
