"""Open cases follow their warning: where its enterprise works, and how grave it is."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.inspection.domain.inspection_case import InspectionCase
from services.inspection.repository import cases, inspectors
from services.inspection.repository.inspectors import Inspector
from services.inspection.usecases.effects import Effects, step_between, touched
from services.inspection.usecases.follow_accounts import note_left
from shared.auth.actor import SYSTEM
from shared.db.tx import WriteTx
from shared.events.warning import WarningDowngraded, WarningMoved, WarningUpgraded
from shared.kernel.divisions import contains


async def follow_moves(tx: WriteTx, moves: Sequence[WarningMoved]) -> None:
    """Take the new place over: it decides who is competent (劳动保障监察条例 art. 13).

    Officers whose jurisdiction does not hold it have to be replaced like those who left.
    """
    latest = {move.warning_id: move for move in moves}
    concerned = await cases.lock_open_of_warnings(tx, list(latest))
    known = await inspectors.known(tx, {one for case in concerned for one in case.officer_ids})
    effects = Effects()
    for case in concerned:
        move = latest[case.warning_id]
        # The zone is part of the former place; the new one is not known.
        after = touched(case, tx, division=move.division, grid_cell=move.grid_cell, zone=None)
        effects.changed[after.id] = after
        note = f"{case.division} → {move.division}"
        effects.steps.append(step_between(case, after, "follow_workplace", SYSTEM, note))
        left = tuple(one for one in after.officer_ids if not _competent(known, one, after))
        if left != after.left_officer_ids:
            note_left(effects, tx, after, left, set(left) - set(after.left_officer_ids))
    await effects.write(tx)


def _competent(known: Mapping[UUID, Inspector], account_id: UUID, case: InspectionCase) -> bool:
    one = known.get(account_id)
    return one is not None and one.enabled and contains(one.division, case.division)


async def follow_levels(tx: WriteTx, changes: Sequence[WarningUpgraded | WarningDowngraded]) -> None:
    """Take the new level over."""
    latest = {change.warning_id: change.level for change in changes}
    effects = Effects()
    for case in await cases.lock_open_of_warnings(tx, list(latest)):
        level = latest[case.warning_id]
        if level != case.level:
            after = touched(case, tx, level=level)
            effects.changed[after.id] = after
            note = f"{case.level} → {level}"
            effects.steps.append(step_between(case, after, "follow_level", SYSTEM, note))
    await effects.write(tx)
