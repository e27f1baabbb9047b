"""What every action of a person on a case shares: seen once, done once, written in one go."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import UUID

from services.inspection.domain.clocks import Clock, is_breached, next_due
from services.inspection.domain.inspection_case import InspectionCase
from services.inspection.domain.lifecycle import Action, next_state
from services.inspection.domain.officers import check_acting
from services.inspection.domain.periods import ClockKind
from services.inspection.repository import cases, clocks
from services.inspection.repository.clocks import CaseClock, new_clock
from services.inspection.usecases.effects import Effects, breached, facts_of, step_between, touched
from services.inspection.usecases.timing import Timing
from shared.auth.actor import Actor
from shared.auth.principal import Principal
from shared.contracts.base import Action as PersonsAction
from shared.contracts.base import CaseDone
from shared.db.tx import WriteTx
from shared.events.inspection import InspectionEvent
from shared.kernel.errors import found

E = TypeVar("E", bound=InspectionEvent)


@dataclass(slots=True)
class Situation:
    """A locked case with its clocks, and the effects of what is done to it."""

    tx: WriteTx
    who: Principal
    case: InspectionCase
    clocks: dict[ClockKind, CaseClock]
    timing: Timing
    effects: Effects = field(default_factory=Effects)

    def check_officer(self, action: Action) -> None:
        """Let only the case's officers go on, and only when the step is due.

        Raises ActionNotAllowed, NotAnOfficer, OfficerMissing.
        """
        next_state(self.case.state, action)
        check_acting(
            self.case.officer_ids,
            self.case.left_officer_ids,
            self.who.account_id,
            self.timing.periods.least_officers,
            self.case.state,
        )

    def move(self, action: Action, note: str | None = None, **changes: object) -> None:
        """Take a step of the transition table, with its entry in the history. Raises ActionNotAllowed."""
        after = touched(self.case, self.tx, state=next_state(self.case.state, action), **changes)
        self.effects.steps.append(step_between(self.case, after, action.value, Actor.of(self.who), note))
        self.case = after

    def start(self, clock: Clock) -> None:
        """Let a clock run."""
        self.clocks[clock.kind] = new_clock(self.case.id, clock)
        self.effects.started.append(self.clocks[clock.kind])

    def meet(self, kind: ClockKind) -> None:
        """Record that what was due has happened."""
        one = self.clocks[kind]
        self.change_clock(replace(one, clock=replace(one.clock, met_at=self.tx.now)))

    def note_breaches(self) -> None:
        """Tell of what ran out before this action and nobody noticed yet."""
        for kind, one in self.clocks.items():
            if one.clock.breached_at is None and is_breached(one.clock, self.tx.now):
                self.case = breached(self.effects, self.case, one, self.tx)
                self.clocks[kind] = self.effects.moved[one.id]

    def change_clock(self, one: CaseClock) -> None:
        """Put a changed clock in the place of the former one."""
        self.clocks[one.clock.kind] = one
        self.effects.moved[one.id] = one

    def tell(self, event: type[E], **facts: object) -> None:
        """Let an event about the case, as it now stands, leave with the commit."""
        self.effects.events.append(event.model_validate(facts_of(self.case) | facts))

    def settle(self) -> None:
        """Note the case with the date that is due next."""
        running = next_due(one.clock for one in self.clocks.values())
        due_at = None if self.case.closed_at is not None else running
        self.case = replace(self.case, due_at=due_at)
        self.effects.changed[self.case.id] = self.case


Work = Callable[[Situation], Awaitable[None]]


async def perform(
    tx: WriteTx, who: Principal, case_id: UUID, action: PersonsAction, timing: Timing, work: Work
) -> CaseDone:
    """Do `work` on a case that the caller may see, once per action id, and write what came of it.

    Raises NotFound, ActionIdTaken, and whatever `work` refuses.
    """

    async def lock() -> InspectionCase:
        return found(await cases.lock(tx, case_id, who))

    async def act(case: InspectionCase) -> CaseDone:
        known = (await clocks.of_cases(tx, [case.id]))[case.id]
        situation = Situation(tx, who, case, {one.clock.kind: one for one in known}, timing)
        situation.note_breaches()
        await work(situation)
        situation.settle()
        await situation.effects.write(tx)
        return answer(situation.case)

    async def repeated() -> CaseDone:
        return answer(found(await cases.find_any(tx, case_id)), repeated=True)

    return await cases.DONE.once(tx, who.account_id, case_id, action, lock=lock, work=act, repeated=repeated)


def answer(case: InspectionCase, *, repeated: bool = False) -> CaseDone:
    """Return where the case stands."""
    return CaseDone(
        id=case.id, state=case.state.value, version=case.version, due_at=case.due_at, repeated=repeated
    )
