"""The trained risk model behind the port: features, a calibrated score, reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from services.warning.domain.ports import EnterpriseScore, FactChunk, ScoreReason
from services.warning.ml.arrays import Floats
from services.warning.ml.calibration import probability
from services.warning.ml.facts import decode
from services.warning.ml.features import feature_rows
from services.warning.ml.inputs import ModelInputs
from services.warning.ml.reasons import top_reasons
from services.warning.ml.rules_only import enterprise_scores
from services.warning.ml.threads import one_thread_to_score


@dataclass(frozen=True, slots=True, eq=False)
class Scorer:
    """Gradient boosting with a sigmoid over its margin: log odds = slope * margin + intercept.

    The slope is never negative, so the trees' monotone constraints hold for the probability too.
    baseline: the features of a quiet, typical enterprise, against which reasons are told.
    """

    inputs: ModelInputs
    classifier: HistGradientBoostingClassifier
    slope: float
    intercept: float
    baseline: Floats

    def log_odds(self, matrix: Floats) -> Floats:
        """Return the calibrated log odds per row of `inputs.matrix`."""
        if not len(matrix):
            return np.zeros(0)
        with one_thread_to_score():
            margin: Any = self.classifier.decision_function(matrix)
        return np.asarray(margin, dtype=np.float64) * self.slope + self.intercept

    def probability(self, features: Floats) -> Floats:
        """Return the calibrated probability per row of the catalogue's features."""
        return probability(self.log_odds(self.inputs.matrix(features)))


class ScoredModel:
    """Measures and a score from a trained model."""

    def __init__(self, version: str, scorer: Scorer) -> None:
        self._version = version
        self._scorer = scorer

    @property
    def version(self) -> str:
        return self._version

    def score(self, chunk: FactChunk, as_of: date, corroboration_days: int) -> Sequence[EnterpriseScore]:
        rows = feature_rows(decode(chunk, self._scorer.inputs.catalogue), as_of)
        scores: list[float | None] = [*self._scorer.probability(rows.features).tolist()]
        return enterprise_scores(rows, scores, corroboration_days)

    def explain(
        self, chunk: FactChunk, as_of: date, enterprise_ids: Sequence[int]
    ) -> Mapping[int, Sequence[ScoreReason]]:
        rows = feature_rows(decode(chunk, self._scorer.inputs.catalogue), as_of)
        return top_reasons(self._scorer, rows, enterprise_ids)
