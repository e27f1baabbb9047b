"""A case goes to another organisation by an offer that is accepted or returned."""

from uuid import UUID

from services.mediation.domain.choice import choose_above, floors_of, is_for, lowest_tier
from services.mediation.domain.clocks import ClockKind, Start
from services.mediation.domain.lifecycle import Action, State
from services.mediation.domain.mediation_case import MediationCase
from services.mediation.domain.organisations import Organisation
from services.mediation.domain.policy import Policy
from services.mediation.repository import organisations
from services.mediation.usecases.case_action import Standpoint, perform
from services.mediation.usecases.effects import mediators_of
from services.mediation.usecases.situation import NO_OFFER, Situation
from services.mediation.usecases.timing import Timing
from shared.auth.permissions import Role
from shared.auth.principal import Principal
from shared.contracts import mediation as contract
from shared.contracts.base import CaseDone
from shared.db.tx import WriteTx
from shared.events.base import Recipient
from shared.events.mediation import (
    MediationTransferAccepted,
    MediationTransferOffered,
    MediationTransferReturned,
)
from shared.kernel.errors import DomainError, FieldProblem, Kind


class OfferPending(DomainError):
    """One offer at a time."""

    kind = Kind.CONFLICT
    code = "mediation.offer_pending"
    message_zh = "该案件已有待答复的移送，请等待对方接收或退回。"
    message_en = "A transfer of this case waits for an answer already."


class NobodyAbove(DomainError):
    """No tier above has an organisation that could take it."""

    kind = Kind.CONFLICT
    code = "mediation.nobody_above"
    message_zh = "上级没有可接收的调解组织：请指定一个组织，或请区人社局配备调解员。"
    message_en = (
        "No organisation of a higher tier could take it: name one, or ask the district for mediators."
    )


class TargetDoesNotFit(DomainError):
    """The organisation named cannot take the case."""

    code = "mediation.target_does_not_fit"
    message_zh = (
        "指定的组织不能接收该案件：须为另一个在用、有调解员、管辖该案（地区、网格、片区、行业或企业）的组织。"
    )
    message_en = (
        "It cannot take the case: name another organisation, in use, staffed, and there for such a case "
        "by its division, grid cell, zone, industry or enterprise."
    )

    def __init__(self, message_zh: str | None = None, message_en: str | None = None) -> None:
        """Point at the field."""
        zh, en = message_zh or self.message_zh, message_en or self.message_en
        super().__init__(zh, en, fields=[FieldProblem("organisation_code", self.code, zh, en)])


class TierTooLow(TargetDoesNotFit):
    """A case goes up or sideways, never down, and not below what its level or number of workers asks for."""

    code = "mediation.tier_too_low"
    message_zh = "案件只能移送至同级或上级组织，且不低于该案人数、预警级别所要求的层级。"
    message_en = (
        "A case goes to the same tier or a higher one, and not below what its workers or level ask for."
    )


async def offer_transfer(
    tx: WriteTx, who: Principal, case_id: UUID, action: contract.MediationTransfer, timing: Timing
) -> CaseDone:
    """Ask another organisation to take the case. Raises OfferPending, NobodyAbove, TargetDoesNotFit."""

    async def work(situation: Situation, standpoint: Standpoint) -> None:
        standpoint.as_mediator(situation.case, Action.OFFER)
        if situation.case.offered_to is not None:
            raise OfferPending
        to = await _target(tx, situation, action.organisation_code)
        note = f"→ {to.code}：{action.reason}"
        situation.move(Action.OFFER, note, offered_to=to.id, offer_reason=action.reason, offered_at=tx.now)
        situation.tell(
            MediationTransferOffered,
            to_organisation_id=to.id,
            to_tier=to.tier.value,
            reason=action.reason,
            told=mediators_of(to),
        )

    return await perform(tx, who, case_id, action, timing, work)


async def accept_transfer(
    tx: WriteTx, who: Principal, case_id: UUID, action: contract.MediationTransferAccept, timing: Timing
) -> CaseDone:
    """Take a case that was offered.

    Received, it waits here for acceptance, with three working days of its own. Accepted, whoever takes it goes on
    with it in the time that is left: the parties are owed one period, not one for each organisation.
    """

    async def work(situation: Situation, standpoint: Standpoint) -> None:
        standpoint.as_receiver(situation.case)
        before = situation.case
        to, former = await _asked(tx, before), await holders(tx, before)
        owner = who.account_id if before.state is State.ACCEPTED else None
        changes = {"organisation_id": to.id, "tier": to.tier, "mediator_id": owner, **NO_OFFER}
        situation.move(Action.TAKE_OFFER, None, **changes)
        if before.state is State.RECEIVED:
            situation.start_from(Start.RECEIPT, ClockKind.ACCEPT)
        situation.tell(
            MediationTransferAccepted,
            from_organisation_id=before.organisation_id,
            tier=to.tier.value,
            organisation_name=to.name,
            mediator_id=owner,
            told=former,
        )

    return await perform(tx, who, case_id, action, timing, work)


async def return_transfer(
    tx: WriteTx, who: Principal, case_id: UUID, action: contract.MediationTransferReturn, timing: Timing
) -> CaseDone:
    """Leave the case where it is, with a reason."""

    async def work(situation: Situation, standpoint: Standpoint) -> None:
        standpoint.as_receiver(situation.case)
        asked = await _asked(tx, situation.case)
        situation.move(Action.RETURN_OFFER, f"{asked.code}：{action.reason}", **NO_OFFER)
        situation.tell(
            MediationTransferReturned,
            by_organisation_id=asked.id,
            reason=action.reason,
            told=await holders(tx, situation.case),
        )

    return await perform(tx, who, case_id, action, timing, work)


async def holders(tx: WriteTx, case: MediationCase) -> tuple[Recipient, ...]:
    """Return the mediator who has a case, else all of its organisation."""
    organisation = (await organisations.by_id(tx, [case.organisation_id]))[case.organisation_id]
    if case.mediator_id is None:
        return mediators_of(organisation)
    division = organisation.place.division
    return (Recipient(role=Role.MEDIATOR.value, division=division, account_id=case.mediator_id),)


async def _asked(tx: WriteTx, case: MediationCase) -> Organisation:
    assert case.offered_to is not None  # noqa: S101  as_receiver was asked before
    return (await organisations.by_id(tx, [case.offered_to]))[case.offered_to]


async def _target(tx: WriteTx, situation: Situation, code: str | None) -> Organisation:
    case, policy = situation.case, situation.timing.policy
    if code is None:
        around = await organisations.near(tx, [case.division], [case.uscc])
        above = choose_above(case.tier, case.dispute, around, policy)
        if above is None:
            raise NobodyAbove
        return above
    named = await organisations.by_code(tx, code)
    if named is None or not _could_take(named, case, policy):
        raise TargetDoesNotFit
    lowest = lowest_tier(floors_of(case.dispute, policy.floors))
    if named.tier.rank < max(case.tier.rank, lowest.rank):
        raise TierTooLow
    return named


def _could_take(named: Organisation, case: MediationCase, policy: Policy) -> bool:
    """Say whether an organisation is there for a case, as it would be for the choice at its opening."""
    return named.works and named.id != case.organisation_id and is_for(named.place, case.dispute, policy)
