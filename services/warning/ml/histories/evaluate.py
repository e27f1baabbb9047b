"""How good a model is on a window that it has not seen: figures that are honest, beside those of simple baselines."""

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from services.warning.ml.arrays import Flags, Floats, Integers
from services.warning.ml.calibration import probability
from services.warning.ml.days import day_number, day_of
from services.warning.ml.histories.events import EventHistory, HistoryUnusable
from services.warning.ml.histories.files import read_history
from services.warning.ml.histories.learn import Learnt, TooFewOutcomes, learn
from services.warning.ml.histories.rows import Layout, Question, Rows, asked, layout_at, outcomes, rows_at
from services.warning.ml.histories.stored import load
from services.warning.ml.metrics import calibration_error, measure
from services.warning.ml.threads import one_thread_to_train

_RESAMPLES: Final = 400
INTERVAL: Final = (0.025, 0.975)
# Larger sets are resampled less often: their intervals are narrow, and each resample costs more.
_RESAMPLED_ROWS: Final = 20_000_000
# From this change of the base rate on the figures are given before and after aligning the mean.
_MOVED: Final = 0.2


@dataclass(frozen=True, slots=True)
class Window:
    """The cut-off in days since 1970-01-01, and what is asked of the days after it."""

    question: Question
    cutoff: int


def evaluate_file(
    path: Path, outcome: str, horizon_days: int, cutoff: date, model: Path | None = None
) -> dict[str, Any]:
    """Evaluate on a file of events; `outcome` is "any" or kinds with commas between.

    Raises HistoryUnusable; and ModelUnusable for a stored model that learnt from later days, or something else.
    """
    history = read_history(path)
    window = Window(asked(outcome, horizon_days), day_number(cutoff))
    stored = None if model is None else load(model)
    if stored is not None:
        stored.check(window.question, window.cutoff)
    report = evaluate(history, window, None if stored is None else stored.learnt)
    return {"ignored_columns": list(history.ignored)} | report


def backtest_file(
    path: Path, outcome: str, horizon_days: int, cutoff: date, windows: int
) -> list[dict[str, Any]]:
    """Evaluate at `windows` cut-offs, one horizon apart; those before which nothing happened are left out."""
    history = read_history(path)
    newest = Window(asked(outcome, horizon_days), day_number(cutoff))
    found = []
    for back in range(windows):
        window = replace(newest, cutoff=newest.cutoff - back * horizon_days)
        if not history.known_by(window.cutoff - horizon_days).any():
            break
        day = day_of(window.cutoff)
        found.append({"cutoff": day.isoformat()} | evaluate(history, window))
    return found


def evaluate(
    history: EventHistory, window: Window, learnt: Learnt | None = None, seed: int = 0
) -> dict[str, Any]:
    """Score the window and return the figures; what is undefined is None. Without a model one learns earlier cut-offs.

    Raises HistoryUnusable where nobody had an event in the 730 days up to the cut-off.
    """
    began = time.monotonic()
    layout = layout_at(history, window.cutoff) if learnt is None else learnt.layout
    rows = rows_at(history, window.question, layout, window.cutoff)
    if not len(rows.enterprise):
        raise HistoryUnusable(
            "截至该日前的730天内没有任何企业出现过事件。",
            "No enterprise had an event in the 730 days up to the cut-off.",
        )
    came = outcomes(history, window.question, window.cutoff)
    outcome = came[rows.enterprise]
    if learnt is None:
        with suppress(TooFewOutcomes):
            learnt = learn(history, window.question, window.cutoff, seed)
    log_odds = _by_counting(rows) if learnt is None else learnt.log_odds(rows)
    baselines = dict(_baselines(history, window, layout, rows))
    report = measure(outcome, probability(log_odds), by_name(history, rows), baselines)
    report["average_precision_ci95"] = _interval(outcome, log_odds, seed)
    unseen = came.sum() - outcome.sum()
    report["unseen_outcome_share"] = float(unseen / came.sum()) if came.any() else None
    report["rules_only"] = learnt is None
    if learnt is not None:
        report |= _of_the_model(learnt, log_odds, outcome)
    report["train_rows"] = 0 if learnt is None else learnt.training_rows
    report["seconds"] = round(time.monotonic() - began, 2)
    report["peak_mb"] = round(_peak_mb())
    return report


def _of_the_model(learnt: Learnt, log_odds: Floats, outcome: Flags) -> dict[str, Any]:
    told: dict[str, Any] = {"share_of_trees": learnt.share_of_trees, "base_rate_before": learnt.base_rate}
    if outcome.any() and abs(outcome.mean() / max(learnt.base_rate, 1e-9) - 1) > _MOVED:
        told["ece_aligned"] = calibration_error(
            outcome, probability(_aligned(log_odds, float(outcome.mean())))
        )
    return told


def _aligned(log_odds: Floats, rate: float) -> Floats:
    """Shift the log odds so that their mean probability is `rate`: the ranking stays as it is."""
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if probability(log_odds + middle).mean() < rate else (low, middle)
    return log_odds + low


def _by_counting(rows: Rows) -> Floats:
    """Return a score where there is too little to learn from: who had most outcomes lately comes first."""
    return rows.features[:, rows.names.index("outcome.decayed_365")] - 4.0


def by_name(history: EventHistory, rows: Rows) -> Integers:
    """Return each row's place among the sorted ids, so that ties go by enterprise_id."""
    place = np.empty(len(history.ids), dtype=np.int64)
    place[np.argsort(np.array(history.ids), kind="stable")] = np.arange(len(history.ids))
    return place[rows.enterprise]


def _interval(outcome: Flags, score: Floats, seed: int) -> list[float] | None:
    """Return the 95 % bootstrap interval of the average precision, over enterprises."""
    if not outcome.any():
        return None
    found = [average_precision_score(outcome, score, sample_weight=one) for one in resamples(outcome, seed)]
    return [float(one) for one in np.quantile(found, INTERVAL)]


def resamples(outcome: Flags, seed: int) -> Iterator[Integers]:
    """Give how often each enterprise is drawn, for each resample in which any had an outcome."""
    generator = np.random.default_rng(seed)
    for _ in range(max(50, min(_RESAMPLES, _RESAMPLED_ROWS // len(outcome)))):
        weight = np.bincount(generator.integers(0, len(outcome), len(outcome)), minlength=len(outcome))
        if weight[outcome].any():
            yield weight


def _baselines(
    history: EventHistory, window: Window, layout: Layout, rows: Rows
) -> Iterator[tuple[str, Floats | None]]:
    """The scores of counting, and of what a good afternoon gives: one closed window, standard settings."""
    for name, feature in (("count_all", "outcome.count"), ("count_365", "outcome.count_365")):
        yield name, rows.features[:, rows.names.index(feature)]
    then = window.cutoff - window.question.horizon_days
    earlier = rows_at(history, window.question, layout, then)
    known = outcomes(history, window.question, then, known_by=window.cutoff)[earlier.enterprise]
    line = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
    for name, model in (("logreg", line), ("histgb", HistGradientBoostingClassifier(random_state=0))):
        if 0 < known.sum() < len(known):
            with one_thread_to_train():
                yield name, model.fit(earlier.features, known).decision_function(rows.features)
        else:
            yield name, None


def _peak_mb() -> float:
    """Return the process's largest resident memory so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1_048_576 if sys.platform == "darwin" else peak / 1_024
