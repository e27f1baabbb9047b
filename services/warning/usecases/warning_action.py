"""What every action of a person on a warning shares: seen once, done once, written in one go."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.warning.domain.clocks import Clock, ClockKind, next_due, pause
from services.warning.domain.lifecycle import Action, next_state
from services.warning.domain.policy import Policy
from services.warning.domain.warning_case import WarningCase
from services.warning.repository import clocks, warnings
from services.warning.repository.clocks import RunningClock
from services.warning.usecases.effects import Effects, step_between, touched
from shared.auth.actor import Actor
from shared.auth.principal import Principal
from shared.contracts.base import Action as PersonsAction
from shared.contracts.warning import ActionDone
from shared.db.tx import WriteTx
from shared.kernel.calendar import WorkingCalendar
from shared.kernel.errors import found


@dataclass(frozen=True, slots=True)
class Timing:
    """What clocks are made from."""

    policy: Policy
    calendar: WorkingCalendar


@dataclass(slots=True)
class Situation:
    """A locked warning with its clocks, and the effects of what is done to it."""

    tx: WriteTx
    actor: Actor
    case: WarningCase
    running: Sequence[RunningClock]
    timing: Timing
    effects: Effects = field(default_factory=Effects)

    def move(self, action: Action, note: str | None = None, **changes: object) -> None:
        """Take a step of the transition table. Raises ActionNotAllowed."""
        self.change(action.value, note, state=next_state(self.case.state, action), **changes)

    def change(self, what: str, note: str | None = None, **changes: object) -> None:
        """Change the warning, with an entry in its history."""
        after = touched(self.case, self.tx, **changes)
        self.effects.steps.append(step_between(self.case, after, what, self.actor, note))
        self.case = after

    def clock(self, kind: ClockKind) -> RunningClock | None:
        """Return the clock of this kind that counts."""
        return next((one for one in self.running if one.clock.kind is kind), None)

    def replace_clocks(self, changed: Sequence[RunningClock]) -> None:
        """Put changed clocks in the place of the former ones."""
        fresh = {one.id: one for one in changed}
        self.running = [fresh.get(one.id, one) for one in self.running]
        self.effects.moved += changed

    def start_clocks(self, started: Sequence[Clock]) -> None:
        """Start clocks; those of the same kind that counted so far do no longer.

        Where the warning's clocks stand still, a new one does too.
        """
        if self.case.paused_at is not None:
            rule = self.timing.policy.clock_rule_by_id
            started = [pause(clock, rule(clock.rule_id), self.tx.now) for clock in started]
        kinds = {clock.kind for clock in started}
        self.effects.replaced += [one.id for one in self.running if one.clock.kind in kinds]
        self.effects.started += [(self.case.id, clock) for clock in started]
        self.running = [one for one in self.running if one.clock.kind not in kinds]

    def settle(self) -> None:
        """Note the warning with the date that is due next."""
        started = [clock for warning_id, clock in self.effects.started if warning_id == self.case.id]
        counting = [one.clock for one in self.running] + started
        self.case = touched_due(self.case, counting)
        self.effects.keep(self.case)


Work = Callable[[Situation], Awaitable[None]]


def touched_due(case: WarningCase, counting: Sequence[Clock]) -> WarningCase:
    """Return the warning with the date of the clock that ends first."""
    first = next_due(counting)
    return replace(case, due_at=first.due_at if first is not None else None)


async def perform(
    tx: WriteTx, who: Principal, warning_id: UUID, action: PersonsAction, timing: Timing, work: Work
) -> ActionDone:
    """Do `work` on a warning that the caller may see, once per action id, and write what came of it.

    An identical repeat gets the answer of the first time, even when the warning has left the caller's hands since.
    Raises NotFound, ActionIdTaken, and whatever `work` refuses.
    """

    async def lock() -> WarningCase:
        return found(await warnings.lock(tx, warning_id, who))

    async def act(case: WarningCase) -> ActionDone:
        running = (await clocks.of_warnings(tx, [case.id]))[case.id]
        situation = Situation(tx, Actor.of(who), case, running, timing)
        await work(situation)
        situation.settle()
        await situation.effects.write(tx)
        return answer(situation.case)

    async def repeated() -> ActionDone:
        return answer(found(await warnings.find_any(tx, warning_id)), repeated=True)

    return await warnings.DONE.once(
        tx, who.account_id, warning_id, action, lock=lock, work=act, repeated=repeated
    )


def answer(case: WarningCase, *, repeated: bool = False) -> ActionDone:
    """Return where the warning stands."""
    return ActionDone(
        id=case.id,
        state=case.state.value,
        level=case.colour,
        version=case.version,
        due_at=case.due_at,
        repeated=repeated,
    )
