"""Everything that one transaction does to cases, gathered first and written in a few statements."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from services.inspection.domain.clocks import Clock
from services.inspection.domain.inspection_case import InspectionCase
from services.inspection.repository import cases, clocks
from services.inspection.repository.cases import Step
from services.inspection.repository.clocks import CaseClock
from shared.auth.actor import SYSTEM, Actor
from shared.auth.permissions import Role
from shared.db.tx import WriteTx
from shared.events.base import Event, Recipient
from shared.events.inspection import InspectionClockBreached
from shared.kernel.divisions import DivisionLevel


@dataclass(slots=True)
class Effects:
    """What is to be written; `write` does it, in the order that the foreign keys ask for."""

    changed: dict[UUID, InspectionCase] = field(default_factory=dict)
    started: list[CaseClock] = field(default_factory=list)
    moved: dict[UUID, CaseClock] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    async def write(self, tx: WriteTx) -> None:
        """Write everything and let the events leave with the commit."""
        await cases.save(tx, list(self.changed.values()))
        await clocks.save(tx, list(self.moved.values()))
        await clocks.start(tx, self.started)
        await cases.record(tx, self.steps)
        for event in self.events:
            tx.emit(event)


def touched(case: InspectionCase, tx: WriteTx, **changes: object) -> InspectionCase:
    """Return the case with changes, one version on."""
    return replace(case, version=case.version + 1, updated_at=tx.now, **changes)  # type: ignore[arg-type]  # names are checked by replace


def step_between(
    before: InspectionCase | None, after: InspectionCase, action: str, actor: Actor, note: str | None = None
) -> Step:
    """Return the history entry for a change."""
    from_state = before.state if before else None
    return Step(after.id, after.updated_at, actor.id, actor.name, action, from_state, after.state, note)


def facts_of(case: InspectionCase) -> dict[str, object]:
    """Return what every event about a case says."""
    return {
        "case_id": case.id,
        "warning_id": case.warning_id,
        "uscc": case.uscc,
        "division": case.division,
        "state": case.state.value,
        "version": case.version,
        "at": case.updated_at,
    }


def district_office(case: InspectionCase, role: Role) -> Recipient:
    """Return the holders of a role in the case's district."""
    return Recipient(role=role.value, division=case.division[: DivisionLevel.DISTRICT])


def officers_told(case: InspectionCase) -> tuple[Recipient, ...]:
    """Return the case's working officers; the district's inspectors while it has none."""
    office = district_office(case, Role.INSPECTOR)
    staying = [one for one in case.officer_ids if one not in case.left_officer_ids]
    named = tuple(office.model_copy(update={"account_id": one}) for one in staying)
    return named or (office,)


def breached(effects: Effects, case: InspectionCase, one: CaseClock, tx: WriteTx) -> InspectionCase:
    """Note that a clock ran out, once: on the clock, in the history, and to those who are told."""
    clock: Clock = replace(one.clock, breached_at=one.clock.due_at)
    after = touched(case, tx)
    effects.moved[one.id] = replace(one, clock=clock)
    effects.changed[after.id] = after
    effects.steps.append(step_between(case, after, "breach", SYSTEM, clock.kind.value))
    told = (*officers_told(after), district_office(after, Role.DISTRICT_OFFICER))
    facts = facts_of(after) | {"rule_id": clock.kind.value, "due_at": clock.due_at, "told": told}
    effects.events.append(InspectionClockBreached.model_validate(facts))
    return after
