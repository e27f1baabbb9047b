"""A locked case with its clocks, and what is done to it in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from services.mediation.domain import clocks as rules
from services.mediation.domain.clocks import Clock, ClockKind, Start, start_clock
from services.mediation.domain.lifecycle import Action, Outcome, State, Terms, next_state
from services.mediation.domain.mediation_case import MediationCase
from services.mediation.repository.clocks import RunningClock
from services.mediation.usecases.effects import Effects, facts_of, step_between, touched
from services.mediation.usecases.timing import Timing
from shared.auth.actor import Actor
from shared.db.tx import WriteTx
from shared.events.mediation import MediationCaseClosed, MediationEvent

E = TypeVar("E", bound=MediationEvent)
NO_OFFER = {"offered_to": None, "offer_reason": None, "offered_at": None}
_STEP_OF = {
    Outcome.AGREEMENT: Action.AGREE,
    Outcome.FAILED: Action.FAIL,
    Outcome.WITHDRAWN: Action.WITHDRAW,
}


@dataclass(slots=True)
class Situation:
    """One case while it is worked on; the caller holds its lock, and writes the effects."""

    tx: WriteTx
    actor: Actor
    case: MediationCase
    running: Sequence[RunningClock]
    timing: Timing
    effects: Effects

    def move(self, action: Action, note: str | None = None, **changes: object) -> None:
        """Take a step of the transition table. Raises CaseActionNotAllowed."""
        after = touched(self.case, self.tx, state=next_state(self.case.state, action), **changes)
        self.effects.steps.append(step_between(self.case, after, action.value, self.actor, note))
        self.case = after

    def tell(self, event: type[E], **facts: object) -> None:
        """Let an event leave that says how the case stands now."""
        self.effects.events.append(event.model_validate(facts_of(self.case) | facts))

    def clock(self, kind: ClockKind) -> RunningClock | None:
        """Return the clock of this kind that counts."""
        return next((one for one in self.running if one.clock.kind is kind), None)

    def change_clock(self, running: RunningClock, clock: Clock) -> None:
        """Put a changed clock in the place of the former one."""
        fresh = replace(running, clock=clock)
        self.running = [fresh if one.id == fresh.id else one for one in self.running]
        self.effects.moved[fresh.id] = fresh

    def start_clocks(self, started: Sequence[Clock]) -> None:
        """Start clocks; those of the same kind that counted so far do no longer."""
        kinds = {clock.kind for clock in started}
        self.effects.replaced += [one.id for one in self.running if one.clock.kind in kinds]
        self.effects.started += [(self.case.id, clock) for clock in started]
        self.running = [one for one in self.running if one.clock.kind not in kinds]

    def start_from(self, start: Start, *kinds: ClockKind) -> None:
        """Start the clocks that run from an event, now; only those of `kinds` where any are named."""
        wanted = [
            rule for rule in self.timing.policy.clock_rules_from(start) if not kinds or rule.kind in kinds
        ]
        self.start_clocks([start_clock(rule, self.tx.now, self.timing.calendar) for rule in wanted])

    def meet(self, kind: ClockKind) -> None:
        """Mark a clock as met, when it runs."""
        running = self.clock(kind)
        if running is not None and running.clock.met_at is None:
            self.change_clock(running, rules.meet(running.clock, self.tx.now))

    def close(self, outcome: Outcome, reason: str, terms: Terms, *, deemed: bool = False) -> None:
        """End the case; whatever still ran has what it waited for, unless its time had run out before."""
        mediator_id = self.case.mediator_id or self.actor.id
        self.move(
            _STEP_OF[outcome],
            reason,
            outcome=outcome,
            deemed=deemed,
            reason=reason,
            agreed_cny=terms.amount_cny,
            agreed_due_on=terms.due_on,
            closed_at=self.tx.now,
            **NO_OFFER,
        )
        for kind in ClockKind:
            self.meet(kind)
        self.tell(
            MediationCaseClosed,
            outcome=outcome.value,
            deemed=deemed,
            mediator_id=mediator_id,
            amount_cny=terms.amount_cny,
            due_on=terms.due_on,
            reason=reason,
        )

    def settle(self) -> None:
        """Note the case with the date that is due next."""
        started = [clock for case_id, clock in self.effects.started if case_id == self.case.id]
        counting = [one.clock for one in self.running] + started
        due_at = None if self.case.state is State.CLOSED else rules.next_due(counting)
        self.case = replace(self.case, due_at=due_at)
        self.effects.changed[self.case.id] = self.case
