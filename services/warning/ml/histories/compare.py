"""Two stored models on one window that neither has seen, enterprise by enterprise."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score

from services.warning.ml.calibration import probability
from services.warning.ml.days import day_number
from services.warning.ml.histories.evaluate import INTERVAL, by_name, resamples
from services.warning.ml.histories.files import read_history
from services.warning.ml.histories.rows import outcomes, rows_at
from services.warning.ml.histories.stored import load
from services.warning.ml.metrics import measure


def compare_files(first: Path, second: Path, path: Path, cutoff: date, seed: int = 0) -> dict[str, Any]:
    """Return the figures of both, and by how much the second ranks better: of average precision, paired.

    The first model says what is foretold. Raises HistoryUnusable, and ModelUnusable where the second foretells
    something else or either learnt from later days.
    """
    models, day = (load(first), load(second)), day_number(cutoff)
    question = models[0].question
    for model in models:
        model.check(question, day)
    history = read_history(path)
    rows = [rows_at(history, question, model.learnt.layout, day) for model in models]
    # Who is judged does not depend on the model.
    outcome = outcomes(history, question, day)[rows[0].enterprise]
    scores = [model.learnt.log_odds(one) for model, one in zip(models, rows, strict=True)]
    names = by_name(history, rows[0])
    figures = [measure(outcome, probability(score), names, {}) for score in scores]
    return {
        "ignored_columns": list(history.ignored),
        "first": figures[0],
        "second": figures[1],
        **_gain(outcome, scores[0], scores[1], seed),
    }


def _gain(outcome: Any, first: Any, second: Any, seed: int) -> dict[str, Any]:
    """Return the relative gain of the second, with its 95 % interval over enterprises; None without an outcome."""
    if not outcome.any():
        return {"relative_gain": None, "relative_gain_ci95": None}

    def gain(weight: Any = None) -> float:
        before, after = (
            average_precision_score(outcome, one, sample_weight=weight) for one in (first, second)
        )
        return float(after / before - 1)

    low, high = np.quantile([gain(weight) for weight in resamples(outcome, seed)], INTERVAL)
    return {"relative_gain": gain(), "relative_gain_ci95": [float(low), float(high)]}
