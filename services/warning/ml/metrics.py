"""How good a score was on a closed window. What is undefined is None."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from services.warning.ml.arrays import Flags, Floats, Integers

_TOP_SHARES = (0.01, 0.05, 0.10)
_CALIBRATION_BINS = 10


def measure(
    outcome: Flags, probability: Floats, enterprise_id: Integers, baselines: Mapping[str, Floats | None]
) -> dict[str, Any]:
    """Return discrimination, precision at the top, calibration, and the baselines' average precision."""
    base_rate = float(outcome.mean())
    tops = {f"{share:.2f}": _top(outcome, probability, enterprise_id, share) for share in _TOP_SHARES}
    caught = outcome.sum()
    return {
        "n": len(outcome),
        "base_rate": base_rate,
        "roc_auc": float(roc_auc_score(outcome, probability)) if 0 < caught < len(outcome) else None,
        "average_precision": _average_precision(outcome, probability),
        "precision_at": {share: float(outcome[top].mean()) for share, top in tops.items()},
        "lift_at": {
            share: float(outcome[top].mean() / base_rate) if caught else None for share, top in tops.items()
        },
        "recall_at": {
            share: float(outcome[top].sum() / caught) if caught else None for share, top in tops.items()
        },
        "brier": float(brier_score_loss(outcome, probability, labels=[False, True])),
        "ece": calibration_error(outcome, probability),
        "mean_predicted": float(probability.mean()),
        "baselines": {name: _average_precision(outcome, score) for name, score in baselines.items()},
    }


def calibration_error(outcome: Flags, probability: Floats) -> float:
    """Return the expected calibration error over equal-count bins."""
    order = np.argsort(probability, kind="stable")
    gaps = [
        abs(outcome[part].mean() - probability[part].mean()) * len(part)
        for part in np.array_split(order, _CALIBRATION_BINS)
        if len(part)
    ]
    return float(sum(gaps) / len(outcome))


def _average_precision(outcome: Flags, score: Floats | None) -> float | None:
    if score is None or not outcome.any():
        return None
    return float(average_precision_score(outcome, score))


def _top(outcome: Flags, probability: Floats, enterprise_id: Integers, share: float) -> Integers:
    """Return the positions of the highest scores; ties go by enterprise id, so that nobody chooses."""
    size = max(1, int(len(outcome) * share))
    return np.lexsort((enterprise_id, -probability))[:size]
