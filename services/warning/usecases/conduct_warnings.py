"""What judgements mean for warnings: raise, reopen, upgrade, lower, move; each new one is assigned at once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.warning.domain import course
from services.warning.domain.clocks import start_clocks
from services.warning.domain.course import ClosedWarning, Decision, OpenWarning, decide
from services.warning.domain.escalation import straight_to_leading_group
from services.warning.domain.lifecycle import Action, State, next_state
from services.warning.domain.warning_case import WarningCase
from services.warning.repository import clocks, coordinators, warnings
from services.warning.usecases.assign_warnings import Roster, assigned_event, owned_by
from services.warning.usecases.conduct_clocks import clocks_of_level
from services.warning.usecases.conduct_owners import follow_workplace, give_to_who_works
from services.warning.usecases.conduct_run import Conduct, Referred
from services.warning.usecases.effects import (
    Effects,
    facts_of,
    notices,
    step_between,
    told_at_once,
    told_of_upgrade,
    touched,
    town_of,
)
from services.warning.usecases.escalate_clocks import escalated
from services.warning.usecases.fresh_evidence import with_fresh_evidence
from services.warning.usecases.judge_enterprises import Judgement
from services.warning.usecases.news_since_outcome import judged_until, news_since_outcome
from services.warning.usecases.reference_data import Reference
from services.warning.usecases.warning_action import touched_due
from shared.auth.actor import SYSTEM
from shared.db.tx import WriteTx
from shared.events.warning import (
    WarningDowngraded,
    WarningEvidenceAdded,
    WarningRaised,
    WarningReopened,
    WarningResumed,
    WarningReturned,
    WarningUpgraded,
)
from shared.kernel.ids import new_id


async def conduct(
    tx: WriteTx, judgements: Sequence[Judgement], reference: Reference, asked: Mapping[int, datetime]
) -> Mapping[int, Referred]:
    """Do what judgements `asked` for since then demand; return the assessments to which warnings now refer."""
    by_enterprise = {one.standing.enterprise_id: one for one in judgements}
    opened = await warnings.lock_open_of_enterprises(tx, list(by_enterprise))
    concerned = {i: one for i, one in by_enterprise.items() if i in opened or one.level.is_warning}
    if not concerned:
        return {}
    closed = await warnings.last_closed_of_enterprises(tx, list(concerned))
    judged = judged_until({**closed, **opened}, asked)
    news = await news_since_outcome(tx, concerned, judged, reference)
    concerned = {i: replace(one, news=news.get(i)) for i, one in concerned.items()}
    past = await warnings.past_of_enterprises(tx, list(concerned), tx.now - reference.policy.memory)
    decisions = {
        i: _decide(one, opened.get(i), past.get(i, ()), tx.now, reference) for i, one in concerned.items()
    }
    decisions = await with_fresh_evidence(tx, decisions, opened, concerned)
    reopening = [one.warning_id for one in decisions.values() if isinstance(one, course.Reopen)]
    reopened = {case.enterprise_id: case for case in (await warnings.lock_all(tx, reopening)).values()}
    acting = {i: decision for i, decision in decisions.items() if not isinstance(decision, course.Stay)}
    moved = {
        i: case
        for i, case in opened.items()
        if town_of(case.division) != town_of(by_enterprise[i].standing.division)
    }
    # Within its town a warning stays with whoever has it; who gets it next is chosen by the cell of today.
    shifted = {
        i: here
        for i, case in opened.items()
        if i not in moved and (here := case.located(*by_enterprise[i].standing.place)) is not case
    }
    if not acting and not moved and not shifted:
        return {}
    opened = {**opened, **shifted}
    divisions = {by_enterprise[i].standing.division for i in (*acting, *moved)}
    run = Conduct(
        tx=tx,
        reference=reference,
        roster=await Roster.read(tx, divisions, reference.policy.cap_open_per_coordinator),
        running=await clocks.of_warnings(
            tx, [one.id for i in {*acting, *moved} if (one := opened.get(i) or reopened.get(i))]
        ),
        working=await coordinators.working(
            tx, [one.assignee_id for i in acting if (one := opened.get(i)) and one.assignee_id]
        ),
        judged=judged,
        effects=Effects(changed={case.id: case for case in shifted.values()}),
        referred={},
    )
    for i, decision in acting.items():
        _act(run, decision, concerned[i], opened.get(i), reopened.get(i))
    for i, case in moved.items():
        follow_workplace(run, run.effects.changed.get(case.id, case), by_enterprise[i])
    await run.effects.write(tx)
    return run.referred


def _decide(
    judgement: Judgement,
    opened: WarningCase | None,
    past: Sequence[ClosedWarning],
    now: datetime,
    reference: Reference,
) -> Decision:
    return decide(
        OpenWarning(opened.level, opened.state, opened.lower_since, frozenset(opened.rule_ids))
        if opened
        else None,
        past,
        judgement.level,
        judgement.verdict.rule_ids,
        now,
        reference.policy,
        news=judgement.news,
    )


def _act(
    run: Conduct,
    decision: Decision,
    judgement: Judgement,
    opened: WarningCase | None,
    closed: WarningCase | None,
) -> None:
    match decision:
        case course.Raise():
            _raise(run, decision, judgement)
        case course.Reopen() if closed is not None:
            _reopen(run, decision, judgement, closed)
        case course.Upgrade() if opened is not None:
            _upgrade(run, decision, judgement, opened)
        case course.Contradict() if opened is not None:
            _contradict(run, judgement, opened)
        case course.AddEvidence() if opened is not None:
            _add_evidence(run, decision, judgement, opened)
        case course.Downgrade() if opened is not None:
            _downgrade(run, decision, opened)
        case course.NoteLower() if opened is not None:
            run.effects.keep(replace(opened, lower_since=decision.since))
        case course.ClearLower() if opened is not None:
            run.effects.keep(replace(opened, lower_since=None))
        case _:
            message = f"{decision} does not fit the warnings of enterprise {judgement.standing.enterprise_id}"
            raise ValueError(message)


def _raise(run: Conduct, decision: course.Raise, judgement: Judgement) -> None:
    case = _new_case(run, decision, judgement)
    run.effects.added[case.id] = case
    run.effects.steps.append(step_between(None, case, "raise", SYSTEM, judgement.why))
    told = told_at_once(case)
    facts = facts_of(case) | {"rule_ids": case.rule_ids, "double_red": case.double_red, "told": told}
    run.effects.events.append(WarningRaised.model_validate(facts))
    run.effects.told += notices(case, told, "raised")
    _begin(run, case)


def _reopen(run: Conduct, decision: course.Reopen, judgement: Judgement, closed: WarningCase) -> None:
    case = touched(
        closed,
        run.tx,
        state=next_state(closed.state, Action.REOPEN),
        level=decision.level,
        peak_level=max(closed.peak_level, decision.level),
        double_red=decision.double_red,
        rule_ids=tuple(sorted(judgement.rule_ids)),
        assessment_id=_assessment(run, judgement),
        division=judgement.standing.division,
        grid_cell=judgement.standing.grid_cell,
        raised_at=run.tx.now,
        rejected_by=(),
        lower_since=None,
        paused_at=None,
        pause_reason=None,
        escalated_to=None,
        judged_at=run.judged.get(closed.enterprise_id),
        outcome_at=None,
        outcome_evidence=None,
        reason_code=None,
        closed_at=None,
        closed_by=None,
    )
    run.effects.keep(case)
    run.effects.steps.append(step_between(closed, case, "reopen", SYSTEM, judgement.why))
    told = told_at_once(case)
    facts = facts_of(case) | {"rule_ids": case.rule_ids, "told": told}
    run.effects.events.append(WarningReopened.model_validate(facts))
    run.effects.told += notices(case, told, "reopened")
    _begin(run, case)


def _begin(run: Conduct, case: WarningCase) -> None:
    """Assign a warning and let its clocks run; two reds in a row go to the leading group at once."""
    chosen = run.roster.choose(case)
    assigned = touched(case, run.tx, state=next_state(case.state, Action.ASSIGN), **owned_by(chosen))
    run.effects.steps.append(step_between(case, assigned, "assign", SYSTEM, chosen.reason.value))
    run.effects.events.append(assigned_event(assigned))
    started = start_clocks(run.reference.policy.clock_rules(case.level), run.tx.now, run.reference.calendar)
    former = run.running.get(case.id, ())
    run.effects.replaced += [one.id for one in former]
    run.effects.started += [(case.id, clock) for clock in started]
    run.effects.keep(touched_due(assigned, started))
    if case.double_red:
        _tell_leading_group(run, case.id)


def _upgrade(run: Conduct, decision: course.Upgrade, judgement: Judgement, opened: WarningCase) -> None:
    """Let a warning become graver; one whose outcome is on record goes back to its handler with it."""
    case = touched(
        opened,
        run.tx,
        state=next_state(opened.state, Action.CONTRADICT) if opened.state.is_settled else opened.state,
        level=decision.level,
        peak_level=max(opened.peak_level, decision.level),
        double_red=opened.double_red or decision.double_red,
        rule_ids=_all_rules(opened, judgement),
        assessment_id=_assessment(run, judgement),
        lower_since=None,
        paused_at=None,
        pause_reason=None,
        judged_at=run.judged.get(opened.enterprise_id),
        outcome_at=None,
        outcome_evidence=None,
    )
    case = clocks_of_level(case, run.running[case.id], run.effects, run.timing, anew=opened.state.is_settled)
    run.effects.keep(case)
    run.effects.steps.append(step_between(opened, case, "upgrade", SYSTEM, judgement.why))
    _note_end_of_pause(run, opened, case)
    told = told_of_upgrade(case, run.working)
    facts = facts_of(case) | {"rule_ids": case.rule_ids, "told": told}
    run.effects.events.append(WarningUpgraded.model_validate(facts))
    run.effects.told += notices(case, told, "upgraded")
    give_to_who_works(run, case)
    if decision.double_red:
        _tell_leading_group(run, case.id)


def _contradict(run: Conduct, judgement: Judgement, opened: WarningCase) -> None:
    case = touched(
        opened,
        run.tx,
        state=next_state(opened.state, Action.CONTRADICT),
        rule_ids=_all_rules(opened, judgement),
        assessment_id=_assessment(run, judgement),
        lower_since=None,
        paused_at=None,
        pause_reason=None,
        judged_at=run.judged.get(opened.enterprise_id),
        outcome_at=None,
        outcome_evidence=None,
    )
    case = clocks_of_level(case, run.running[case.id], run.effects, run.timing, anew=opened.state.is_settled)
    run.effects.keep(case)
    run.effects.steps.append(step_between(opened, case, "contradict", SYSTEM, judgement.why))
    _note_end_of_pause(run, opened, case)
    facts = facts_of(case) | {"by": "assessment", "cause": "new_signals"}
    facts |= {"assignee_id": case.assignee_id, "queue_division": case.queue_division}
    run.effects.events.append(WarningReturned.model_validate(facts))
    give_to_who_works(run, case)


def _note_end_of_pause(run: Conduct, opened: WarningCase, case: WarningCase) -> None:
    """Record that the clocks run again, where they stood still for a reason that holds no more."""
    if opened.paused_at is not None:
        run.effects.steps.append(step_between(case, case, "resume", SYSTEM))
        run.effects.events.append(WarningResumed.model_validate(facts_of(case)))


def _add_evidence(
    run: Conduct, decision: course.AddEvidence, judgement: Judgement, opened: WarningCase
) -> None:
    case = touched(
        opened,
        run.tx,
        rule_ids=_all_rules(opened, judgement),
        assessment_id=_assessment(run, judgement),
        lower_since=None if decision.holds else opened.lower_since,
    )
    run.effects.keep(case)
    if told := tuple(sorted(decision.rule_ids)):
        run.effects.steps.append(step_between(opened, case, "add_evidence", SYSTEM, ", ".join(told)))
        facts = facts_of(case) | {"rule_ids": told, "assignee_id": case.assignee_id}
        run.effects.events.append(WarningEvidenceAdded.model_validate(facts))


def _all_rules(opened: WarningCase, judgement: Judgement) -> tuple[str, ...]:
    return tuple(sorted({*opened.rule_ids, *judgement.rule_ids}))


def _downgrade(run: Conduct, decision: course.Downgrade, opened: WarningCase) -> None:
    case = touched(opened, run.tx, level=decision.level, lower_since=None)
    run.effects.keep(case)
    run.effects.steps.append(step_between(opened, case, "downgrade", SYSTEM))
    run.effects.events.append(WarningDowngraded.model_validate(facts_of(case) | {"cause": "assessment"}))


def _tell_leading_group(run: Conduct, warning_id: UUID) -> None:
    case = run.effects.added.get(warning_id) or run.effects.changed[warning_id]
    step = straight_to_leading_group(case.level, run.tx.now, run.reference.policy)
    escalated(run.effects, case, step, "double_red", run.tx)


def _new_case(run: Conduct, decision: course.Raise, judgement: Judgement) -> WarningCase:
    standing = judgement.standing
    return WarningCase(
        id=new_id(),
        enterprise_id=standing.enterprise_id,
        uscc=standing.uscc,
        division=standing.division,
        grid_cell=standing.grid_cell,
        level=decision.level,
        peak_level=decision.level,
        state=State.RAISED,
        rule_ids=tuple(sorted(judgement.rule_ids)),
        assessment_id=_assessment(run, judgement),
        double_red=decision.double_red,
        judged_at=run.judged.get(standing.enterprise_id),
        raised_at=run.tx.now,
        updated_at=run.tx.now,
    )


def _assessment(run: Conduct, judgement: Judgement) -> UUID:
    referred = Referred(new_id(), judgement)
    return run.referred.setdefault(judgement.standing.enterprise_id, referred).assessment_id
