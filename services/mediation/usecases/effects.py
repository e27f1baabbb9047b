"""Everything that one transaction does to cases, gathered first and written in a few statements."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.mediation.domain.choice import Choice
from services.mediation.domain.clocks import Clock
from services.mediation.domain.mediation_case import MediationCase
from services.mediation.domain.organisations import Organisation
from services.mediation.domain.policy import Policy
from services.mediation.repository import cases, clocks
from services.mediation.repository.cases import Session, Step
from services.mediation.repository.clocks import RunningClock
from shared.auth.actor import Actor
from shared.auth.permissions import Role
from shared.db.tx import WriteTx
from shared.events.base import Event, Recipient
from shared.kernel.divisions import Division


@dataclass(slots=True)
class Effects:
    """What is to be written; `write` does it, in the order that the foreign keys ask for."""

    changed: dict[UUID, MediationCase] = field(default_factory=dict)
    started: list[tuple[UUID, Clock]] = field(default_factory=list)
    moved: dict[UUID, RunningClock] = field(default_factory=dict)
    replaced: list[UUID] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    async def write(self, tx: WriteTx) -> None:
        """Write everything and let the events leave with the commit."""
        await cases.save(tx, list(self.changed.values()))
        await clocks.replace(tx, self.replaced)
        await clocks.save(tx, list(self.moved.values()))
        await clocks.start(tx, self.started)
        await cases.add_sessions(tx, self.sessions)
        await cases.record(tx, self.steps)
        for event in self.events:
            tx.emit(event)


def step_between(
    before: MediationCase | None, after: MediationCase, action: str, actor: Actor, note: str | None = None
) -> Step:
    """Return the history entry for a change."""
    return Step(
        case_id=after.id,
        at=after.updated_at,
        actor_id=actor.id,
        actor=actor.name,
        action=action,
        from_state=before.state if before else None,
        to_state=after.state,
        organisation_id=after.organisation_id,
        note=note,
    )


def facts_of(case: MediationCase) -> dict[str, object]:
    """Return what every event about a case says."""
    return {
        "case_id": case.id,
        "warning_id": case.warning_id,
        "uscc": case.uscc,
        "division": case.division,
        "organisation_id": case.organisation_id,
        "state": case.state.value,
        "version": case.version,
        "at": case.updated_at,
    }


def touched(case: MediationCase, tx: WriteTx, **changes: object) -> MediationCase:
    """Return the case with changes, one version on."""
    return replace(case, version=case.version + 1, updated_at=tx.now, **changes)  # type: ignore[arg-type]  # names are checked by replace


def mediators_of(organisation: Organisation) -> tuple[Recipient, ...]:
    """Return an organisation's working mediators, to be told."""
    return tuple(
        Recipient(role=Role.MEDIATOR.value, division=organisation.place.division, account_id=account_id)
        for account_id in organisation.mediators
    )


def officers_of(case: MediationCase, roles: Iterable[Role]) -> tuple[Recipient, ...]:
    """Return the officers of a case's town and district; a town that is not known has none."""
    where = Division(case.division)
    offices = {Role.TOWN_OFFICER: where.town, Role.DISTRICT_OFFICER: where.district}
    return tuple(
        Recipient(role=role.value, division=division)
        for role in roles
        if (division := offices[role]) is not None
    )


def told_of_choice(case: MediationCase, choice: Choice, policy: Policy) -> tuple[Recipient, ...]:
    """Return who hears that a case now lies with an organisation.

    Nobody works where it ends up as a last resort, so the district's officers have to see to it.
    """
    officers = officers_of(case, [Role.DISTRICT_OFFICER]) if choice.is_last_resort(policy) else ()
    return (*mediators_of(choice.organisation), *officers)
