"""Everything that one transaction does to warnings, gathered first and written in a few statements."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.warning.domain.clocks import Clock
from services.warning.domain.levels import WarningLevel
from services.warning.domain.lifecycle import State
from services.warning.domain.warning_case import WarningCase
from services.warning.repository import clocks, warnings
from services.warning.repository.clocks import RunningClock
from services.warning.repository.warnings import Notice, Step
from shared.auth.actor import Actor
from shared.auth.permissions import Role
from shared.db.tx import WriteTx
from shared.events.base import Event, Recipient
from shared.kernel.divisions import MINHANG

DISTRICT_OFFICE = Recipient(role=Role.DISTRICT_OFFICER, division=MINHANG)


@dataclass(slots=True)
class Effects:
    """What is to be written; `write` does it, in the order that the foreign keys ask for."""

    added: dict[UUID, WarningCase] = field(default_factory=dict)
    changed: dict[UUID, WarningCase] = field(default_factory=dict)
    started: list[tuple[UUID, Clock]] = field(default_factory=list)
    moved: list[RunningClock] = field(default_factory=list)
    replaced: list[UUID] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def keep(self, case: WarningCase) -> None:
        """Note the newest form of a warning."""
        (self.added if case.id in self.added else self.changed)[case.id] = case

    async def write(self, tx: WriteTx) -> None:
        """Write everything and let the events leave with the commit."""
        await warnings.add(tx, list(self.added.values()))
        await warnings.save(tx, list(self.changed.values()))
        await clocks.replace(tx, self.replaced)
        await clocks.save(tx, self.moved)
        await clocks.start(tx, self.started)
        await warnings.record(tx, self.steps)
        await warnings.tell(tx, self.told)
        for event in self.events:
            tx.emit(event)


def step_between(
    before: WarningCase | None, after: WarningCase, action: str, actor: Actor, note: str | None = None
) -> Step:
    """Return the history entry for a change."""
    return Step(
        warning_id=after.id,
        at=after.updated_at,
        actor_id=actor.id,
        actor=actor.name,
        action=action,
        from_state=before.state if before else None,
        to_state=after.state,
        from_level=before.level if before else None,
        to_level=after.level,
        note=note,
    )


def facts_of(case: WarningCase) -> dict[str, object]:
    """Return what every event about a warning says."""
    return {
        "warning_id": case.id,
        "uscc": case.uscc,
        "division": case.division,
        "level": case.level.value,
        "state": case.state.value,
        "version": case.version,
        "at": case.updated_at,
    }


def town_of(division: str) -> str:
    """Return the town (9 digits) of a division, the district where no town is known."""
    return division[:9] if len(division) >= 9 else MINHANG  # noqa: PLR2004  GB/T 2260 codes: 9 digits name a town


def notices(case: WarningCase, told: tuple[Recipient, ...], cause: str) -> list[Notice]:
    """Return the records of who is told."""
    return [Notice(case.id, case.updated_at, r.role, r.division, r.account_id, cause) for r in told]


def office_of(case: WarningCase) -> Recipient:
    """Return the office that looks after the workplace: its town's, where no town is known the district's."""
    town = town_of(case.division)
    return DISTRICT_OFFICE if town == MINHANG else Recipient(role=Role.TOWN_OFFICER, division=town)


def assignee_of(case: WarningCase) -> Recipient | None:
    """Return who has it; None where it lies in a queue."""
    if case.assignee_id is None:
        return None
    return Recipient(role=Role.GRID_COORDINATOR, division=town_of(case.division), account_id=case.assignee_id)


def told_of_upgrade(case: WarningCase, working: Collection[UUID]) -> tuple[Recipient, ...]:
    """Return who hears that a warning became graver: its assignee too, whose time is shorter from now on."""
    owner = assignee_of(case)
    return (*told_at_once(case), *((owner,) if owner and owner.account_id in working else ()))


def told_at_once(case: WarningCase) -> tuple[Recipient, ...]:
    """Return who hears of a new or graver warning at once: of a red, the district's duty officer too.

    Red is led by the district's duty officer, orange by the street or town.
    """
    office = office_of(case)
    if case.level is not WarningLevel.RED:
        return (office,)
    return tuple(dict.fromkeys((DISTRICT_OFFICE, office)))


def touched(case: WarningCase, tx: WriteTx, **changes: object) -> WarningCase:
    """Return the warning with changes, one version on."""
    return replace(case, version=case.version + 1, updated_at=tx.now, **changes)  # type: ignore[arg-type]  # names are checked by replace


def is_open(case: WarningCase) -> bool:
    """Tell whether a warning is open."""
    return case.state is not State.CLOSED
