"""What further signals tell of warnings that stay as they are: their handlers see it, and hear of what is worse."""

from collections.abc import Mapping

from services.warning.domain.course import AddEvidence, ClearLower, Decision, Stay
from services.warning.domain.rule_pack import FiredRule
from services.warning.domain.warning_case import WarningCase
from services.warning.repository import assessments
from services.warning.usecases.judge_enterprises import Judgement
from shared.db.tx import ReadTx


async def with_fresh_evidence(
    tx: ReadTx,
    decisions: Mapping[int, Decision],
    opened: Mapping[int, WarningCase],
    judgements: Mapping[int, Judgement],
) -> dict[int, Decision]:
    """Return the decisions by enterprise, with evidence to add where other signals count than at the last assessment.

    While an outcome is on record the evidence stays what the outcome is about; where what counts has become milder,
    it stays what the warning was raised for.
    """
    telling = {
        i: case
        for i, case in opened.items()
        if isinstance(decisions[i], Stay | ClearLower | AddEvidence)
        and not case.state.is_settled
        and judgements[i].tells_otherwise
        and judgements[i].grave >= case.level
    }
    told = await assessments.fired_of(tx, [at for case in telling.values() if (at := case.assessment_id)])
    return {**decisions} | {
        i: _evidence(
            decisions[i], judgements[i], told.get(case.assessment_id, {}) if case.assessment_id else {}
        )
        for i, case in telling.items()
    }


def _evidence(decision: Decision, judgement: Judgement, told: Mapping[str, FiredRule]) -> AddEvidence:
    further = decision.rule_ids if isinstance(decision, AddEvidence) else frozenset[str]()
    worse = {
        one.rule_id
        for one in judgement.verdict.fired
        if one.rule_id in judgement.rule_ids and (was := told.get(one.rule_id)) and one.is_worse_than(was)
    }
    return AddEvidence(further | worse, holds=True)
