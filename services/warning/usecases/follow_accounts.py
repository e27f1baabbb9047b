"""Keeps the coordinators in step with the gateway's accounts; a disabled one's warnings go to others at once."""

from collections.abc import Sequence

from services.warning.repository import coordinators, warnings
from services.warning.repository.coordinators import CoordinatorRow
from services.warning.usecases.hand_on import hand_on
from services.warning.usecases.reference_data import ReferenceData
from services.warning.usecases.warning_action import Timing
from shared.auth.permissions import Role
from shared.db.tx import WriteTx
from shared.events.gateway import AccountChanged


async def follow_accounts(
    tx: WriteTx, changes: Sequence[AccountChanged], reference_data: ReferenceData
) -> None:
    """Take over what the events say; the last word on an account counts."""
    latest = {change.account_id: change for change in changes}
    known = await coordinators.known(tx, list(latest))
    concerning = [
        one for one in latest.values() if one.role == Role.GRID_COORDINATOR or one.account_id in known
    ]
    await coordinators.save(tx, [_row(change) for change in concerning])
    timing = Timing(*await reference_data.timing(tx))
    for change in concerning:
        if not _works(change):
            cases = await warnings.lock_open_of_assignee(tx, change.account_id)
            await hand_on(tx, cases, "account_disabled", timing)


def _works(change: AccountChanged) -> bool:
    return change.enabled and change.role == Role.GRID_COORDINATOR


def _row(change: AccountChanged) -> CoordinatorRow:
    return CoordinatorRow(
        account_id=change.account_id,
        username=change.username,
        division=change.division,
        grid_cells=change.grid_cells,
        deputy_cells=change.deputy_cells,
        enabled=_works(change),
    )
