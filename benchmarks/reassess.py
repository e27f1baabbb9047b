"""The whole district assessed again, as every night; beside bare predict_proba on the same matrix."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.results import Result
from benchmarks.stage import Stage, median, surroundings
from services.commands.database import open_databases
from services.warning.ml.facts import decode
from services.warning.ml.features import feature_rows
from services.warning.ml.model import ScoredModel, Scorer
from services.warning.ml.on_demand import Factory
from services.warning.repository import facts, outcomes
from services.warning.repository.assessments import WAKE_CHANNEL
from services.warning.service import read_policies
from services.warning.usecases.reference_data import ReferenceData

_ENQUEUE = (
    "INSERT INTO warning.assessment_queue (enterprise_id, requested_at)"
    " SELECT id, now() FROM warning.enterprises ORDER BY id"
)


async def measure(stage: Stage) -> list[Result]:
    """Measure the scenario."""
    around = surroundings()
    rounds = await stage.assess_rounds()
    cpu = stage.cpu.started()
    began = time.perf_counter()
    await stage.database.execute(_ENQUEUE)
    await stage.database.execute(f"NOTIFY {WAKE_CHANNEL}")
    seconds = await stage.until_assessed() - began
    spent = cpu.per(stage.sizes.enterprises) | await stage.rounds_since(rounds)
    classifier, matrix = await _same_matrix(stage)
    predicted = _predict_seconds(classifier, matrix, stage.sizes.repeats)
    return [
        Result(
            name="全区重评 / whole district again",
            value=len(matrix) / seconds,
            unit="enterprises/s",
            aim=None,
            floor="bare predict_proba on the same matrix",
            floor_value=len(matrix) / predicted,
            parameters={
                "enterprises": len(matrix),
                "columns": matrix.shape[1],
                "signals": await stage.database.fetchval("SELECT count(*) FROM warning.signals"),
                "seconds": round(seconds, 2),
                "predict_seconds": round(predicted, 3),
            }
            | spent
            | around,
        )
    ]


async def _same_matrix(stage: Stage) -> tuple[Any, NDArray[np.float64]]:
    """Return the live model's classifier and what it reads for every enterprise."""
    async with open_databases(stage.url) as databases, databases["warning"].read() as tx:
        reference = await ReferenceData(read_policies(None), Factory()).current(tx)
        chunk = await facts.read_chunk(tx, await outcomes.enterprise_ids(tx), reference.series)
    model = reference.model
    assert isinstance(model, ScoredModel), "no trained model is in use"
    scorer: Scorer = model._scorer  # noqa: SLF001  the floor is the very classifier that is in use
    rows = feature_rows(decode(chunk, scorer.inputs.catalogue), reference.today)
    return scorer.classifier, scorer.inputs.matrix(rows.features)


def _predict_seconds(classifier: Any, matrix: NDArray[np.float64], repeats: int) -> float:
    classifier.predict_proba(matrix)
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        classifier.predict_proba(matrix)
        taken.append(time.perf_counter() - began)
    return median(taken)
