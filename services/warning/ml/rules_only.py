"""Measures without a score: what stands where there is no model, or none that can be trusted.

Apart from the model, so that a process without one need not import scikit-learn.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from services.warning.domain.ports import EnterpriseScore, FactChunk, ScoreReason
from services.warning.ml.catalogue import Catalogue
from services.warning.ml.facts import decode
from services.warning.ml.features import FeatureRows, feature_rows

RULES_ONLY = "rules-only"


class RulesOnly:
    """A `RiskModel` that gives no score."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    @property
    def version(self) -> str:
        return RULES_ONLY

    def score(self, chunk: FactChunk, as_of: date, corroboration_days: int) -> Sequence[EnterpriseScore]:
        rows = feature_rows(decode(chunk, self._catalogue), as_of)
        return enterprise_scores(rows, [None] * len(rows.enterprise_id), corroboration_days)

    def explain(
        self,
        chunk: FactChunk,  # noqa: ARG002 - no score, so the facts explain nothing
        as_of: date,  # noqa: ARG002 - as above
        enterprise_ids: Sequence[int],
    ) -> Mapping[int, Sequence[ScoreReason]]:
        return dict.fromkeys(enterprise_ids, ())


def enterprise_scores(
    rows: FeatureRows, scores: Sequence[float | None], corroboration_days: int
) -> Sequence[EnterpriseScore]:
    """Return what the rows say of each enterprise, with its score where there is one."""
    return list(
        map(
            EnterpriseScore,
            rows.enterprise_id.tolist(),
            rows.measures(),
            scores,
            (rows.grave_age_days <= corroboration_days).tolist(),
            rows.sole_trader.tolist(),
            rows.evidence(),
        )
    )
