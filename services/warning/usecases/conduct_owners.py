"""Who has a warning that an assessment changes: jurisdiction follows the workplace, and whoever has it works."""

from dataclasses import replace

from services.warning.domain.lifecycle import Action, State, accepted_anew, next_state
from services.warning.domain.warning_case import WarningCase
from services.warning.usecases.assign_warnings import assigned_event, owned_by
from services.warning.usecases.conduct_clocks import clock_of_new_assignee
from services.warning.usecases.conduct_run import Conduct
from services.warning.usecases.effects import facts_of, step_between, touched
from services.warning.usecases.judge_enterprises import Judgement
from shared.auth.actor import SYSTEM
from shared.events.warning import WarningMoved


def follow_workplace(run: Conduct, case: WarningCase, judgement: Judgement) -> None:
    """Jurisdiction follows the workplace: a moved enterprise's warning goes to its new town, and to somebody there.

    Who has it next accepts it anew, unless another body has it or an outcome is on record: then they only own it. Who
    works in that town already, and was given it while none was known, keeps it.
    """
    moved = touched(
        case, run.tx, division=judgement.standing.division, grid_cell=judgement.standing.grid_cell
    )
    if not run.roster.works_in(moved.assignee_id, moved.division):
        moved = _given_on(run, moved)
    run.effects.keep(moved)
    run.effects.steps.append(step_between(case, moved, "follow_workplace", SYSTEM, moved.division))
    run.effects.events.append(assigned_event(moved, case))
    told = {
        "from_division": case.division,
        "grid_cell": moved.grid_cell,
        "zone": judgement.standing.zone,
        "assignee_id": moved.assignee_id,
        "queue_division": moved.queue_division,
    }
    run.effects.events.append(WarningMoved.model_validate(facts_of(moved) | told))


def give_to_who_works(run: Conduct, case: WarningCase) -> None:
    """Give a warning on whose owner left; who came to own it while its outcome was on record accepts it now."""
    if case.assignee_id is not None and case.assignee_id not in run.working:
        given, note = _given_on(run, touched(case, run.tx)), "handler_left"
    elif case.state is State.ACCEPTED and case.assignee_id not in (None, *case.handler_ids):
        given, note = _accepted_anew(run, touched(case, run.tx)), "new_owner"
    else:
        return
    run.effects.keep(given)
    run.effects.steps.append(step_between(case, given, "reassign", SYSTEM, note))
    run.effects.events.append(assigned_event(given, case))


def _given_on(run: Conduct, case: WarningCase) -> WarningCase:
    """Return the warning as the usual order gives it to somebody."""
    return _accepted_anew(run, replace(case, **owned_by(run.roster.choose(case))))


def _accepted_anew(run: Conduct, case: WarningCase) -> WarningCase:
    """Return the warning as its owner finds it: to be accepted, where that is to be done."""
    if not accepted_anew(case.state):
        return case
    case = replace(case, state=next_state(case.state, Action.REASSIGN))
    return clock_of_new_assignee(case, run.running[case.id], run.effects, run.timing)
