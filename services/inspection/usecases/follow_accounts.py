"""Keeps the inspectors in step with the gateway's accounts; who leaves must be replaced on every open case."""

from collections.abc import Collection, Sequence
from uuid import UUID

from services.inspection.domain.inspection_case import InspectionCase
from services.inspection.repository import cases, inspectors
from services.inspection.repository.inspectors import Inspector
from services.inspection.usecases.effects import (
    Effects,
    district_office,
    facts_of,
    step_between,
    touched,
)
from shared.auth.actor import SYSTEM
from shared.auth.permissions import Role
from shared.db.tx import WriteTx
from shared.events.gateway import AccountChanged
from shared.events.inspection import InspectionReplacementNeeded


async def follow_accounts(tx: WriteTx, changes: Sequence[AccountChanged]) -> None:
    """Take over what the events say; the last word on an account counts."""
    latest = {change.account_id: change for change in changes}
    known = await inspectors.known(tx, list(latest))
    concerning = {
        one.account_id: _inspector(one)
        for one in latest.values()
        if one.role == Role.INSPECTOR or one.account_id in known
    }
    await inspectors.save(tx, list(concerning.values()))
    effects = Effects()
    for case in await cases.lock_open_of_officers(tx, list(concerning)):
        working = {one for one in case.officer_ids if one not in case.left_officer_ids}
        back = {account_id for account_id, one in concerning.items() if one.enabled}
        gone = {account_id for account_id, one in concerning.items() if not one.enabled}
        left = tuple(one for one in case.officer_ids if one not in (working | back) - gone)
        if left != case.left_officer_ids:
            note_left(effects, tx, case, left, working & gone)
    await effects.write(tx)


def note_left(
    effects: Effects, tx: WriteTx, case: InspectionCase, left: tuple[UUID, ...], gone: Collection[UUID]
) -> None:
    """Note who left of a case's officers; where somebody did just now, their office is told, those who stay with it."""
    after = touched(case, tx, left_officer_ids=left)
    effects.changed[after.id] = after
    effects.steps.append(step_between(case, after, "officer_left" if gone else "officer_back", SYSTEM))
    if gone:
        told = (district_office(after, Role.INSPECTOR),)
        facts = facts_of(after) | {"left_officer_ids": left, "told": told}
        effects.events.append(InspectionReplacementNeeded.model_validate(facts))


def _inspector(change: AccountChanged) -> Inspector:
    enabled = change.enabled and change.role == Role.INSPECTOR
    return Inspector(change.account_id, change.username, change.division, enabled)
