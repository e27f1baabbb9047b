"""Trains a model from the stored history and puts it in force with the score bands that go with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.warning.domain.levels import bands_for_capacity
from services.warning.domain.policy import Policy
from services.warning.domain.ports import (
    FactChunk,
    NotEnoughOutcomes,
    RiskModelFactory,
    RiskModelTrainer,
    TrainedModel,
)
from services.warning.repository import assessments, coordinators, facts, outcomes, rule_packs
from services.warning.usecases.reference_data import Reference
from shared.db.tx import ReadTx, WriteTx

HORIZON_DAYS = 90
LONGEST_HISTORY_DAYS = 730
_FIRST_CUTOFF_AFTER_DAYS = 90
_STEP_DAYS = 30


@dataclass(frozen=True, slots=True)
class TrainingMaterial:
    """Everything that training needs, read in one go."""

    chunk: FactChunk
    outcomes: Sequence[tuple[int, date, date]]
    cutoffs: Sequence[date]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A trained model with its scores of today."""

    trained: TrainedModel
    scores: Sequence[float]


async def collect_material(tx: ReadTx, reference: Reference) -> TrainingMaterial:
    """Read all enterprises, signals and outcomes. Raises NotEnoughOutcomes where history is too short."""
    first_on = await outcomes.first_signal_on(tx)
    cutoffs = cutoffs_between(first_on, reference.today) if first_on is not None else []
    if not cutoffs:
        raise NotEnoughOutcomes
    chunk = await facts.read_chunk(tx, await outcomes.enterprise_ids(tx), reference.series)
    return TrainingMaterial(chunk, await outcomes.all_known(tx), cutoffs)


def cutoffs_between(first_on: date, today: date) -> list[date]:
    """Return monthly cut-offs, oldest first, whose windows are closed and which have some history before them."""
    newest = today - timedelta(days=HORIZON_DAYS + 1)
    oldest = max(
        first_on + timedelta(days=_FIRST_CUTOFF_AFTER_DAYS), today - timedelta(days=LONGEST_HISTORY_DAYS)
    )
    count = max((newest - oldest).days // _STEP_DAYS + 1, 0)
    return [newest - timedelta(days=_STEP_DAYS * step) for step in reversed(range(count))]


def train(
    material: TrainingMaterial, reference: Reference, trainer: RiskModelTrainer, factory: RiskModelFactory
) -> Candidate:
    """Train and score everybody once; takes seconds of a processor, so it belongs in a thread."""
    trained = trainer.train(material.chunk, reference.indicators, material.outcomes, material.cutoffs)
    model = factory.load(trained.artifact, trained.sha256, reference.indicators)
    rows = model.score(material.chunk, reference.today, reference.policy.corroboration_days)
    return Candidate(trained, [row.score for row in rows if row.score is not None])


async def install_model(tx: WriteTx, candidate: Candidate, reference: Reference) -> None:
    """Put the model in force with its first bands, and ask for everybody's assessment."""
    trained = candidate.trained
    await rule_packs.add_live_model(
        tx,
        {
            "version": trained.version,
            "artifact": trained.artifact,
            "sha256": trained.sha256,
            "metrics": dict(trained.metrics),
            "card": trained.card,
        },
    )
    await set_bands(tx, trained.version, candidate.scores, reference.policy, reference.today)
    await assessments.enqueue_all(tx)


async def set_bands(
    tx: WriteTx, model_version: str, scores: Sequence[float], policy: Policy, today: date
) -> bool:
    """Set this month's bands so that as many enterprises are warned by score as the coordinators can handle."""
    working = await coordinators.enabled_count(tx)
    capacity = policy.monthly_capacity(working)
    bands = bands_for_capacity(scores, capacity, policy.red_share, policy.watch_multiple, policy.score_floor)
    return await rule_packs.set_bands(
        tx,
        {
            "effective_from": today.replace(day=1),
            "model_version": model_version,
            "watch": bands.watch,
            "orange": bands.orange,
            "red": bands.red,
            "capacity": capacity,
            "coordinators": working,
        },
    )
