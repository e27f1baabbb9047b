"""Open cases follow their warning: where its enterprise works, and how grave it is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from services.mediation.domain.choice import choose, fits, floors_of, lowest_tier
from services.mediation.domain.lifecycle import Action
from services.mediation.domain.organisations import Organisation
from services.mediation.domain.policy import Match
from services.mediation.repository import cases, clocks, organisations
from services.mediation.usecases.effects import Effects, mediators_of, officers_of
from services.mediation.usecases.reassign_cases import reassign, return_offer
from services.mediation.usecases.situation import Situation
from services.mediation.usecases.timing import Timing
from shared.auth.actor import SYSTEM
from shared.auth.permissions import Role
from shared.db.tx import WriteTx
from shared.events.mediation import MediationCaseLevelChanged
from shared.events.warning import WarningDowngraded, WarningMoved, WarningUpgraded
from shared.kernel.divisions import contains

_MOVED = "企业工作地已迁出该组织辖区 / the workplace has left the organisation's division"


async def follow_moves(tx: WriteTx, moves: Sequence[WarningMoved], timing: Timing) -> None:
    """Take the new place over; a case whose organisation does not cover it goes to the one that would get it now."""
    latest = {move.warning_id: move for move in moves}
    await organisations.hold_still(tx)
    concerned = await cases.lock_open_of_warnings(tx, list(latest))
    around = await organisations.near(
        tx, {move.division for move in latest.values()}, {case.uscc for case in concerned}
    )
    asked = {case.offered_to for case in concerned if case.offered_to is not None}
    known = await organisations.by_id(tx, asked | {case.organisation_id for case in concerned})
    running = await clocks.of_cases(tx, [case.id for case in concerned])
    effects = Effects()
    for case in concerned:
        situation = Situation(tx, SYSTEM, case, running[case.id], timing, effects)
        _move(situation, latest[case.warning_id], known, around)
        situation.settle()
    await effects.write(tx)


def _move(
    situation: Situation,
    move: WarningMoved,
    known: Mapping[UUID, Organisation],
    around: Sequence[Organisation],
) -> None:
    before = situation.case
    place = {"division": move.division, "grid_cell": move.grid_cell, "zone": move.zone}
    situation.move(Action.FOLLOW_WORKPLACE, f"{before.division} → {move.division}", **place)
    holder = known[before.organisation_id]
    stays = _covers(holder, situation)
    if before.offered_to is not None:
        offered = known[before.offered_to]
        if not (stays and _covers(offered, situation)):
            return_offer(situation, offered, _MOVED, mediators_of(holder) if stays else ())
    if not stays:
        choice = choose(situation.case.dispute, around, situation.timing.policy)
        reassign(situation, choice, _MOVED, mediators_of(holder))


def _covers(one: Organisation, situation: Situation) -> bool:
    """Say whether the place lies in its division; an enterprise's own committee goes with it in the district."""
    dispute = situation.case.dispute
    own_house = one.place.uscc is not None and fits(Match.USCC, one.place, dispute)
    return own_house or contains(one.place.division, dispute.division)


async def follow_levels(
    tx: WriteTx, changes: Sequence[WarningUpgraded | WarningDowngraded], timing: Timing
) -> None:
    """Take the new level over. Where it asks for a higher tier, people are told, and they decide on a transfer."""
    latest = {change.warning_id: change.level for change in changes}
    await organisations.hold_still(tx)
    concerned = [
        case
        for case in await cases.lock_open_of_warnings(tx, list(latest))
        if case.level != latest[case.warning_id]
    ]
    whose = await organisations.by_id(tx, {case.organisation_id for case in concerned})
    running = await clocks.of_cases(tx, [case.id for case in concerned])
    effects = Effects()
    for case in concerned:
        situation = Situation(tx, SYSTEM, case, running[case.id], timing, effects)
        _change_level(situation, latest[case.warning_id], whose[case.organisation_id])
        situation.settle()
    await effects.write(tx)


def _change_level(situation: Situation, level: str, holder: Organisation) -> None:
    before, floors = situation.case, situation.timing.policy.floors
    lowest = lowest_tier(floors_of(replace(before.dispute, level=level), floors))
    higher = lowest.rank > max(before.tier.rank, lowest_tier(floors_of(before.dispute, floors)).rank)
    situation.move(Action.FOLLOW_LEVEL, f"{before.level} → {level}", level=level)
    officers = officers_of(situation.case, [Role.TOWN_OFFICER, Role.DISTRICT_OFFICER])
    situation.tell(
        MediationCaseLevelChanged,
        from_level=before.level,
        level=level,
        tier=before.tier.value,
        lowest_tier=lowest.value,
        told=(*mediators_of(holder), *officers) if higher else (),
    )
