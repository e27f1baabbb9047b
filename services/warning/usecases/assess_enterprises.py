"""Assesses the enterprises that are due: read, judge, write.

Three steps, because judging takes a processor's time and must not hold a transaction: `collect` reads, `examine`
judges in a thread, `apply` writes everything in one transaction and takes the requests off the queue with it.
A crash in between leaves the requests where they were. One process at a time does this (advisory lock).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.warning.domain.ports import FactChunk, ScoreReason
from services.warning.repository import assessments, facts
from services.warning.repository.assessments import Due, RiskRow, Standing, StoredAssessment
from services.warning.usecases.conduct_run import Referred
from services.warning.usecases.conduct_warnings import conduct
from services.warning.usecases.judge_enterprises import Judgement, fired_documents, judge, reason_documents
from services.warning.usecases.reference_data import Reference, ReferenceData
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.ids import new_id

# A signal that comes while everybody is assessed waits for one chunk at most.
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Work:
    """What is due, with everything that judging it needs."""

    due: Due
    chunk: FactChunk
    standings: Mapping[int, Standing]
    reference: Reference


@dataclass(frozen=True, slots=True)
class Examined:
    """Judgements of a chunk, with the score's reasons for those that matter."""

    work: Work
    judgements: Sequence[Judgement]
    reasons: Mapping[int, Sequence[ScoreReason]]


async def collect(tx: ReadTx, reference_data: ReferenceData, limit: int = CHUNK) -> Work | None:
    """Read what is due; None when nothing is."""
    due = await assessments.peek(tx, limit)
    if not due.queue_seqs:
        return None
    reference = await reference_data.current(tx)
    standings = await assessments.standings(tx, due.enterprise_ids)
    chunk = await facts.read_chunk(tx, due.enterprise_ids, reference.series)
    return Work(due, chunk, standings, reference)


def examine(work: Work) -> Examined:
    """Judge the chunk, and explain the score of those whose level changed or is a warning."""
    judgements = judge(work.chunk, work.standings, work.reference)
    telling = [one.standing.enterprise_id for one in judgements if one.changed or one.level.is_warning]
    reasons = work.reference.model.explain(work.chunk, work.reference.today, telling) if telling else {}
    return Examined(work, judgements, reasons)


async def apply(tx: WriteTx, examined: Examined) -> int:
    """Write risks, evidence and what follows for warnings; return how many enterprises were assessed."""
    work = examined.work
    tx.causes = {work.standings[i].uscc: asked for i, asked in work.due.causes.items()}
    told = await conduct(tx, examined.judgements, work.reference, work.due.since)
    changed = {
        one.standing.enterprise_id: Referred(new_id(), one) for one in examined.judgements if one.changed
    }
    stored = [_evidence(tx, one, examined) for one in {**changed, **told}.values()]
    await assessments.store(tx, stored)
    risks = [
        RiskRow(o.standing.enterprise_id, o.level, o.score.score, o.last_seq) for o in examined.judgements
    ]
    latest = {row.enterprise_id: row.id for row in stored}
    await assessments.save_risks(tx, risks, latest, work.reference.model.version)
    await assessments.take(tx, work.due.queue_seqs)
    return len(risks)


def _evidence(tx: WriteTx, referred: Referred, examined: Examined) -> StoredAssessment:
    judgement = referred.judgement
    reference, standing, score = examined.work.reference, judgement.standing, judgement.score
    return StoredAssessment(
        id=referred.assessment_id,
        enterprise_id=standing.enterprise_id,
        assessed_at=tx.now,
        as_of=reference.today,
        level=judgement.level,
        previous_level=standing.level,
        rule_level=judgement.verdict.level,
        score=score.score,
        corroborated=score.corroborated,
        protected=judgement.verdict.protected,
        pack_version=reference.pack.version,
        registry_version=reference.registry_version,
        model_version=reference.model.version,
        band_id=reference.band_id,
        fired=fired_documents(judgement),
        reasons=reason_documents(judgement, reference, examined.reasons.get(standing.enterprise_id, ())),
        signal_seqs=score.signal_seqs,
        enterprise_facts={
            "headcount": standing.headcount,
            "industry": standing.industry,
            "sole_trader": standing.sole_trader,
        },
    )
