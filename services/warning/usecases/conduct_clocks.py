"""The clocks of a warning that an assessment changes: those of a graver level, those of a new assignee."""

from collections.abc import Sequence
from dataclasses import replace

from services.warning.domain.clocks import (
    ClockKind,
    accept_clock_for_reassignment,
    clocks_after_upgrade,
    outstanding_after_contradiction,
    pause,
)
from services.warning.domain.escalation import next_step_at
from services.warning.domain.levels import WarningLevel
from services.warning.domain.policy import Policy
from services.warning.domain.warning_case import WarningCase
from services.warning.repository.clocks import RunningClock
from services.warning.usecases.effects import Effects
from services.warning.usecases.warning_action import Timing, touched_due


def clocks_of_level(
    case: WarningCase, running: Sequence[RunningClock], effects: Effects, timing: Timing, *, anew: bool
) -> WarningCase:
    """Let the clocks of the warning's level run, the running ones never later; what is overdue climbs as it does.

    anew: an outcome had met the visit and the plan, and is contradicted; both start again.
    """
    counting = [one.clock for one in running]
    if anew:
        counting = list(outstanding_after_contradiction(counting))
    rules = timing.policy.clock_rules(case.level)
    after = clocks_after_upgrade(counting, rules, case.updated_at, timing.calendar)
    kept, known = {id(clock) for clock in after}, {id(one.clock) for one in running}
    effects.replaced += [one.id for one in running if id(one.clock) not in kept]
    effects.started += [(case.id, clock) for clock in after if id(clock) not in known]
    staying = [one for one in running if id(one.clock) in kept]
    effects.moved += [
        sooner for one in staying if (sooner := _climbing(one, case.level, timing.policy)) is not one
    ]
    return touched_due(case, after)


def _climbing(running: RunningClock, level: WarningLevel, policy: Policy) -> RunningClock:
    """Return an overdue clock with its next step on the ladder of a graver level."""
    clock = running.clock
    if clock.met_at is not None or clock.breached_at is None:
        return running
    due = next_step_at(running.escalation_step, level, clock.breached_at, policy)
    if due is None or (running.next_escalation_at is not None and running.next_escalation_at <= due):
        return running
    return replace(running, next_escalation_at=due)


def clock_of_new_assignee(
    case: WarningCase, running: Sequence[RunningClock], effects: Effects, timing: Timing
) -> WarningCase:
    """Give whoever has the warning now an accept clock of their own, beside the others as this run leaves them."""
    gone = {*effects.replaced}
    counting = [one for one in running if one.id not in gone]
    fresh = [clock for warning_id, clock in effects.started if warning_id == case.id]
    others = [
        clock for clock in (*fresh, *(one.clock for one in counting)) if clock.kind is not ClockKind.ACCEPT
    ]
    visit = next((clock for clock in others if clock.kind is ClockKind.VISIT), None)
    rule = timing.policy.clock_rule(case.level, ClockKind.ACCEPT)
    accept = accept_clock_for_reassignment(rule, case.updated_at, timing.calendar, visit)
    if case.paused_at is not None:
        accept = pause(accept, rule, case.updated_at)
    effects.replaced += [one.id for one in counting if one.clock.kind is ClockKind.ACCEPT]
    effects.started = [
        (warning_id, clock)
        for warning_id, clock in effects.started
        if warning_id != case.id or clock.kind is not ClockKind.ACCEPT
    ]
    effects.started.append((case.id, accept))
    return touched_due(case, [*others, accept])
