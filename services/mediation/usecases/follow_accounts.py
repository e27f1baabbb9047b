"""Keeps the mediators in step with the gateway's accounts; the cases of one who left go back to the organisation."""

from collections.abc import Collection, Sequence
from uuid import UUID

from services.mediation.domain.lifecycle import Action
from services.mediation.repository import cases, clocks, organisations
from services.mediation.repository.organisations import MediatorRow
from services.mediation.usecases.effects import Effects, mediators_of, officers_of
from services.mediation.usecases.reassign_cases import reassign_cases
from services.mediation.usecases.situation import Situation
from services.mediation.usecases.timing import Timing
from shared.auth.actor import SYSTEM
from shared.auth.permissions import Role
from shared.db.tx import WriteTx
from shared.events.gateway import AccountChanged
from shared.events.mediation import MediationCaseReleased


async def follow_accounts(tx: WriteTx, changes: Sequence[AccountChanged], timing: Timing) -> None:
    """Take over what the events say; the last word on an account counts."""
    latest = {change.account_id: change for change in changes}
    await organisations.lock_all(tx)
    known = await organisations.known_mediators(tx, list(latest))
    rows = [
        _row(change)
        for change in latest.values()
        if change.role == Role.MEDIATOR or change.account_id in known
    ]
    await organisations.save_mediators(tx, rows)
    gone = [row.account_id for row in rows if not row.enabled]
    await release_cases(tx, gone, "account_disabled", timing)
    await reassign_cases(tx, await organisations.attached_to(tx, gone), timing)


def _row(change: AccountChanged) -> MediatorRow:
    works = change.enabled and change.role == Role.MEDIATOR
    return MediatorRow(change.account_id, change.username, change.division, works)


async def release_cases(
    tx: WriteTx,
    account_ids: Sequence[UUID],
    cause: str,
    timing: Timing,
    only_of: Collection[UUID] | None = None,
) -> None:
    """Give what these mediators had accepted back to the organisation, for a colleague to take over.

    The clocks run on: the parties are not concerned by who goes. `only_of` narrows it to some organisations.
    """
    if not account_ids:
        return
    held = await cases.lock_open_of_mediators(tx, account_ids)
    held = [case for case in held if only_of is None or case.organisation_id in only_of]
    running = await clocks.of_cases(tx, [case.id for case in held])
    whose = await organisations.by_id(tx, {case.organisation_id for case in held})
    effects = Effects()
    for case in held:
        situation = Situation(tx, SYSTEM, case, running[case.id], timing, effects)
        situation.move(Action.RELEASE, cause, mediator_id=None)
        told = mediators_of(whose[case.organisation_id]) or officers_of(case, [Role.DISTRICT_OFFICER])
        situation.tell(MediationCaseReleased, cause=cause, told=told)
        situation.settle()
    await effects.write(tx)
