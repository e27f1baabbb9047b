"""Training: features at several cut-offs from what was known then, outcomes from the window after each.

The last cut-off is the hold-out: its figures come from a model that learnt from windows closed, and outcomes
known, by then. The model that is kept learns from every cut-off, the last one included.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from services.warning.ml.arrays import Flags, Floats
from services.warning.ml.artifact import ModelFacts, digest, dumps
from services.warning.ml.calibration import folds_by_enterprise, sigmoid
from services.warning.ml.catalogue import HEADCOUNT, INDUSTRY, Catalogue
from services.warning.ml.features import feature_rows
from services.warning.ml.history import Sample, TrainingHistory, draw_sample, outcomes_after, window_end
from services.warning.ml.inputs import ModelInputs, compile_inputs
from services.warning.ml.metrics import measure
from services.warning.ml.model import Scorer
from services.warning.ml.on_demand import LEAST_POSITIVES
from services.warning.ml.threads import one_thread_to_train

_EPOCH = np.datetime64("1970-01-01")


class NotEnoughOutcomes(ValueError):
    """Too few enterprises had an outcome for a model to learn from; the rules stand alone."""

    def __init__(self, found: int, needed: int) -> None:
        self.found = found
        self.needed = needed
        super().__init__(f"{found} enterprises with an outcome in the training windows, {needed} are needed")


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How much to learn from, and how finely. The defaults are tried on districts of 20,000 enterprises."""

    min_positives: int = LEAST_POSITIVES
    max_rows: int = 16_000
    folds: int = 3
    trees: int = 80
    learning_rate: float = 0.06
    leaves: int = 6
    min_leaf: int = 60
    l2: float = 10.0


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What training gives: the artifact to store and what is known of it."""

    artifact: bytes
    sha256: str
    version: str
    metrics: Mapping[str, Any]
    feature_names: tuple[str, ...]
    trained_from: date
    trained_until: date


def train(
    history: TrainingHistory,
    cutoffs: Sequence[date],
    horizon_days: int = 90,
    seed: int = 0,
    settings: TrainingSettings | None = None,
) -> TrainedModel:
    """Return a calibrated model of these cut-offs; raises NotEnoughOutcomes where there is too little."""
    settings = settings or TrainingSettings()
    ordered = sorted(set(cutoffs))
    with one_thread_to_train():
        sample = draw_sample(history, ordered, horizon_days, None, max_rows=settings.max_rows, seed=seed)
        scorer = _fit(sample, history.facts.catalogue, settings, seed)
        metrics = _hold_out_metrics(history, ordered, horizon_days, settings, seed)
    effective_on = history.facts.effective_on
    trained_from = min(ordered[0], (_EPOCH + effective_on.min()).item()) if len(effective_on) else ordered[0]
    trained_until = window_end(ordered[-1], horizon_days)
    facts = ModelFacts(
        version=_version(scorer, sample, trained_until),
        trained_from=trained_from,
        trained_until=trained_until,
        horizon_days=horizon_days,
        seed=seed,
        training_rows=len(sample.outcome),
        metrics=metrics,
    )
    artifact = dumps(scorer, facts)
    return TrainedModel(
        artifact=artifact,
        sha256=digest(artifact),
        version=facts.version,
        metrics=metrics,
        feature_names=scorer.inputs.names,
        trained_from=trained_from,
        trained_until=trained_until,
    )


def _fit(sample: Sample, catalogue: Catalogue, settings: TrainingSettings, seed: int) -> Scorer:
    positives = len(np.unique(sample.enterprise_id[sample.outcome]))
    if positives < settings.min_positives or sample.outcome.all():
        raise NotEnoughOutcomes(positives, settings.min_positives)
    inputs = compile_inputs(_varying(sample, catalogue), catalogue)
    matrix = inputs.matrix(sample.features)
    margin = np.zeros(len(matrix))
    fold = folds_by_enterprise(sample.enterprise_id, sample.outcome, settings.folds, seed)
    for one in range(settings.folds):
        aside = fold == one
        part = _boost(inputs, matrix[~aside], sample.outcome[~aside], sample.weight[~aside], settings, seed)
        margin[aside] = part.decision_function(matrix[aside])
    slope, intercept = sigmoid(margin, sample.outcome, sample.weight)
    return Scorer(
        inputs=inputs,
        classifier=_boost(inputs, matrix, sample.outcome, sample.weight, settings, seed),
        slope=slope,
        intercept=intercept,
        baseline=_baseline(inputs, sample),
    )


def _varying(sample: Sample, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the features with more than one value: the others teach nothing, and an empty model must not be."""
    varies = np.flatnonzero(sample.features.min(axis=0) != sample.features.max(axis=0)).tolist() or [0]
    return tuple(catalogue.feature_names[at] for at in varies)


def _boost(
    inputs: ModelInputs,
    matrix: Floats,
    outcome: Flags,
    weight: Floats,
    settings: TrainingSettings,
    seed: int,
) -> HistGradientBoostingClassifier:
    classifier = HistGradientBoostingClassifier(
        learning_rate=settings.learning_rate,
        max_iter=settings.trees,
        max_leaf_nodes=settings.leaves,
        min_samples_leaf=min(settings.min_leaf, 1 + len(outcome) // 50),
        l2_regularization=settings.l2,
        monotonic_cst=list(inputs.monotone),
        early_stopping=False,
        random_state=seed,
    )
    return classifier.fit(matrix, outcome, sample_weight=weight)


def _baseline(inputs: ModelInputs, sample: Sample) -> Floats:
    """Return the features of a quiet company of the middle size in the commonest industry."""
    baseline = np.zeros(len(inputs.names))
    for at, name in enumerate(inputs.names):
        if name == HEADCOUNT:
            baseline[at] = np.median(sample.features[:, inputs.columns[at]])
        elif name == INDUSTRY:
            baseline[at] = np.bincount(sample.features[:, inputs.columns[at]].astype(np.int64)).argmax()
    return baseline


def _version(scorer: Scorer, sample: Sample, trained_until: date) -> str:
    """Name the model after what it says of its own training rows: the same model has the same name."""
    said = scorer.log_odds(scorer.inputs.matrix(sample.features))
    name = hashlib.sha256("\n".join(scorer.inputs.names).encode() + said.tobytes()).hexdigest()
    return f"gb-{trained_until:%Y%m%d}-{name[:8]}"


def _hold_out_metrics(
    history: TrainingHistory,
    cutoffs: Sequence[date],
    horizon_days: int,
    settings: TrainingSettings,
    seed: int,
) -> dict[str, Any]:
    hold_out = cutoffs[-1]
    closed = [cutoff for cutoff in cutoffs if window_end(cutoff, horizon_days) <= hold_out]
    report: dict[str, Any] = {
        "hold_out": hold_out.isoformat(),
        "learnt_from": [day.isoformat() for day in closed],
    }
    if not closed:
        return report
    sample = draw_sample(history, closed, horizon_days, hold_out, max_rows=settings.max_rows, seed=seed)
    try:
        scorer = _fit(sample, history.facts.catalogue, settings, seed)
    except NotEnoughOutcomes:
        return report
    features = feature_rows(history.facts, hold_out).features
    scored = measure(
        outcomes_after(history, hold_out, horizon_days, None),
        scorer.probability(features),
        history.facts.enterprise_id,
        {
            "count_90d": _signal_count(features, history.facts.catalogue),
            "logreg": _logistic(scorer, sample, features),
        },
    )
    return report | scored


def _signal_count(features: Floats, catalogue: Catalogue) -> Floats:
    counts = [at for at, name in enumerate(catalogue.feature_names) if name.endswith(".count_90d")]
    count: Floats = features[:, counts].sum(axis=1)
    return count


def _logistic(scorer: Scorer, sample: Sample, features: Floats) -> Floats:
    baseline = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1_000))
    baseline.fit(
        scorer.inputs.matrix(sample.features), sample.outcome, logisticregression__sample_weight=sample.weight
    )
    return np.asarray(baseline.decision_function(scorer.inputs.matrix(features)), dtype=np.float64)
