"""Recomputes a stored assessment from its evidence.

The same signals, read by the same indicators, pack, model and bands, must say the same.
"""

import asyncio
from dataclasses import replace
from uuid import UUID

from services.warning.domain.ports import RiskModelFactory
from services.warning.domain.rule_pack import parse_rule_pack
from services.warning.repository import assessments, facts, rule_packs
from services.warning.repository.assessments import StoredAssessment
from services.warning.usecases.judge_enterprises import Judgement, fired_documents, judge
from services.warning.usecases.reference_data import NO_BANDS, Reference, ReferenceData
from shared.auth.principal import Principal
from shared.contracts.base import JsonObject
from shared.contracts.warning import Recheck
from shared.db.tx import ReadTx
from shared.kernel.errors import NotFound, found


async def recheck_assessment(
    tx: ReadTx, who: Principal, assessment_id: UUID, reference_data: ReferenceData, factory: RiskModelFactory
) -> Recheck:
    """Return what was stored and what comes out today. Raises NotFound outside the caller's jurisdiction."""
    stored = found(await assessments.find(tx, assessment_id))
    standing = (await assessments.standings(tx, [stored.enterprise_id]))[stored.enterprise_id]
    if not standing.division.startswith(who.division):
        raise NotFound
    then = await _reference_then(tx, stored, reference_data, factory)
    chunk = await facts.read_evidence(
        tx, stored.enterprise_id, stored.enterprise_facts, stored.signal_seqs, then.series
    )
    judged = (await asyncio.to_thread(judge, chunk, {stored.enterprise_id: standing}, then))[0]
    before, now = _told(stored), _found(judged)
    return Recheck(assessment_id=stored.id, stored=before, recomputed=now, same=before == now)


async def _reference_then(
    tx: ReadTx, stored: StoredAssessment, reference_data: ReferenceData, factory: RiskModelFactory
) -> Reference:
    then = await reference_data.as_it_was(tx, stored.as_of, stored.registry_version)
    pack = found(await rule_packs.find_pack(tx, stored.pack_version))
    model = await rule_packs.find_model(tx, stored.model_version)
    bands = await rule_packs.find_bands(tx, stored.band_id) if stored.band_id is not None else None
    return replace(
        then,
        pack=parse_rule_pack(pack.document),
        model=factory.load(model.artifact, model.sha256, then.indicators)
        if model is not None
        else factory.rules_only(then.indicators),
        bands=bands or NO_BANDS,
        band_id=stored.band_id,
    )


def _told(stored: StoredAssessment) -> JsonObject:
    return {"level": stored.level.value, "score": _shown(stored.score), "rules": list(stored.fired)}


def _found(judged: Judgement) -> JsonObject:
    return {
        "level": judged.level.value,
        "score": _shown(judged.score.score),
        "rules": fired_documents(judged),
    }


def _shown(score: float | None) -> float | None:
    """Round away what the order of additions in another library build may change."""
    return None if score is None else round(score, 9)
