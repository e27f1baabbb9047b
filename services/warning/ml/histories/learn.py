"""Learns from rolling cut-offs of one history, and says how likely an outcome is.

Two members are blended on the log-odds scale: a strongly shrunk logistic regression, which is the better one on
small histories, and boosted trees, which are on large ones. How much of each, and the sigmoid over the blend, are
learnt from out-of-fold margins (folds by enterprise) on the last closed window: newer than anything that a fixed
constant could know.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from services.warning.ml.arrays import Flags, Floats, Integers
from services.warning.ml.calibration import folds_by_enterprise, sigmoid
from services.warning.ml.histories.events import EventHistory, HistoryUnusable
from services.warning.ml.histories.rows import Layout, Question, Rows, layout_at, outcomes, rows_at
from services.warning.ml.on_demand import LEAST_POSITIVES
from services.warning.ml.threads import one_thread_to_train

# Cut-offs lie half a horizon apart; an older one weighs less, because the world moves on.
_MOST_CUTOFFS: Final = 8
_WEIGHT_OF_THE_NEXT: Final = 0.9
# Trees follow the newest cut-offs more closely than a line can, and lose by older ones.
_CUTOFFS_OF_TREES: Final = 4
_FOLDS: Final = 3
# Thinning moves the trees, which take no weights: only what does not fit is thinned.
_MOST_ROWS: Final = 240_000
_SHARES_OF_TREES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_RESAMPLES: Final = 100


class TooFewOutcomes(HistoryUnusable):
    """A model cannot be learnt; the rules stand alone."""

    code = "too_few_outcomes"


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Rows of several cut-offs. age: 0 for the last closed window, 1 for the one before. weight: falls with it.

    rising: the features that grow with an event's amount or workers; the score must never fall with them.
    """

    features: Floats
    rising: Flags
    outcome: Flags
    weight: Floats
    enterprise: Integers
    age: Integers

    def __getitem__(self, chosen: Flags) -> "Sample":
        """Return some of the rows."""
        return Sample(
            self.features[chosen],
            self.rising,
            self.outcome[chosen],
            self.weight[chosen],
            self.enterprise[chosen],
            self.age[chosen],
        )

    @property
    def positives(self) -> int:
        """Return how many enterprises had an outcome."""
        return len(np.unique(self.enterprise[self.outcome]))


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Both members, fitted to the same rows."""

    line: Pipeline
    trees: HistGradientBoostingClassifier

    def margins(self, features: Floats) -> Floats:
        """Return the log odds of each member, one column for each."""
        return np.column_stack(
            [self.line.decision_function(features), self.trees.decision_function(features)]
        )


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """A blend with a sigmoid over it: log odds = slope * margin + intercept, the slope never negative.

    base_rate: that of the last closed window, on which the sigmoid was learnt.
    """

    members: Members
    share_of_trees: float
    slope: float
    intercept: float
    base_rate: float
    layout: Layout
    names: tuple[str, ...]
    training_rows: int

    def log_odds(self, rows: Rows) -> Floats:
        """Return the calibrated log odds of each row."""
        if rows.names != self.names:
            raise ValueError("the rows have other features than those that were learnt from")
        return (
            self.slope * _blended(self.members.margins(rows.features), self.share_of_trees) + self.intercept
        )


def training_cutoffs(history: EventHistory, question: Question, cutoff: int) -> list[int]:
    """Return the cut-offs whose windows are closed by `cutoff`, the newest first; at least one."""
    step = max(1, question.horizon_days // 2)
    newest = cutoff - question.horizon_days
    earliest = int(history.occurred_on.min())
    return [newest, *(at for n in range(1, _MOST_CUTOFFS) if (at := newest - n * step) > earliest)]


def learn(history: EventHistory, question: Question, cutoff: int, seed: int = 0) -> Learnt:
    """Learn from what was known at the cut-off. Raises TooFewOutcomes."""
    layout = layout_at(history, cutoff)
    sample, names = _sample(history, question, layout, cutoff, seed)
    found = sample.positives
    if found < LEAST_POSITIVES or sample.outcome.all():
        raise TooFewOutcomes(
            f"截至该日只有 {found} 家企业出现过结果，至少需要 {LEAST_POSITIVES} 家：仅用规则。",
            f"Only {found} enterprises had an outcome by then, {LEAST_POSITIVES} are needed: rules only.",
            facts={"found": found, "needed": LEAST_POSITIVES},
        )
    with one_thread_to_train():
        margins = _out_of_fold(sample, seed)
        newest = sample[sample.age == 0]
        share = _share_of_trees(margins, newest, seed)
        slope, intercept = sigmoid(_blended(margins, share), newest.outcome, newest.weight)
        return Learnt(
            members=_fit(sample, seed),
            share_of_trees=share,
            slope=slope,
            intercept=intercept,
            base_rate=float(np.average(newest.outcome, weights=newest.weight)),
            layout=layout,
            names=names,
            training_rows=len(sample.outcome),
        )


def _sample(
    history: EventHistory, question: Question, layout: Layout, known_by: int, seed: int
) -> tuple[Sample, tuple[str, ...]]:
    """Return the rows of all cut-offs, the newest whole, the older thinned to what still teaches something."""
    cutoffs = training_cutoffs(history, question, known_by)
    parts: list[Sample] = []
    room, names = _MOST_ROWS, tuple[str, ...]()
    for place, cutoff in enumerate(cutoffs):
        rows = rows_at(history, question, layout, cutoff)
        names = rows.names
        outcome = outcomes(history, question, cutoff, known_by)[rows.enterprise]
        kept, weight = _thinned(outcome, room if place == 0 else room // (len(cutoffs) - place), seed + place)
        room = max(0, room - len(kept))
        age_weight = np.full(len(kept), _WEIGHT_OF_THE_NEXT**place)
        age = np.full(len(kept), place, dtype=np.int64)
        parts.append(
            Sample(
                rows.features[kept],
                rows.rising,
                outcome[kept],
                weight * age_weight,
                rows.enterprise[kept],
                age,
            )
        )
    whole = Sample(
        np.concatenate([part.features for part in parts]),
        parts[0].rising,
        np.concatenate([part.outcome for part in parts]),
        np.concatenate([part.weight for part in parts]),
        np.concatenate([part.enterprise for part in parts]),
        np.concatenate([part.age for part in parts]),
    )
    return whole, names


def _thinned(outcome: Flags, room: int, seed: int) -> tuple[Integers, Floats]:
    """Keep every positive; of the others as many as there is room for, each standing for several."""
    others = np.flatnonzero(~outcome)
    positives = np.flatnonzero(outcome)
    size = min(len(others), max(room - len(positives), 1_000))
    drawn = np.sort(np.random.default_rng(seed).choice(others, size, replace=False))
    weight = np.concatenate([np.ones(len(positives)), np.full(size, len(others) / max(size, 1))])
    return np.concatenate([positives, drawn]), weight


def _fit(sample: Sample, seed: int) -> Members:
    trees = HistGradientBoostingClassifier(
        learning_rate=0.04,
        max_iter=200,
        max_leaf_nodes=6,
        min_samples_leaf=80,
        l2_regularization=30.0,
        max_features=0.3,
        early_stopping=False,
        monotonic_cst=sample.rising.astype(np.int64),
        random_state=seed,
    )
    # Without weights: with them scikit-learn 1.9 bins by a weighted percentile for every distinct value, which takes
    # ten times as long as the trees. They would move the mean alone, which the sigmoid sets anyway.
    recent = sample.age < _CUTOFFS_OF_TREES
    return Members(_line(sample), trees.fit(sample.features[recent], sample.outcome[recent]))


def _line(sample: Sample) -> Pipeline:
    """Fit a line that falls with no feature that must not make it fall: those with which it would are left out."""
    kept = np.arange(sample.features.shape[1])
    while True:
        columns = ColumnTransformer([("kept", StandardScaler(), kept.tolist())])
        line = make_pipeline(columns, LogisticRegression(C=0.01, max_iter=1_000))
        line.fit(sample.features, sample.outcome, logisticregression__sample_weight=sample.weight)
        falling = (line[-1].coef_[0] < 0) & sample.rising[kept]
        if not falling.any():
            return line
        kept = kept[~falling]


def _out_of_fold(sample: Sample, seed: int) -> Floats:
    """Return the members' margins on the newest rows, each from members that never saw the enterprise."""
    fold = folds_by_enterprise(sample.enterprise, sample.outcome, _FOLDS, seed)
    margins: Floats = np.zeros((len(sample.outcome), 2))
    for one in range(_FOLDS):
        aside = (fold == one) & (sample.age == 0)
        if aside.any():
            margins[aside] = _fit(sample[fold != one], seed).margins(sample.features[aside])
    chosen: Floats = margins[sample.age == 0]
    return chosen


def _share_of_trees(margins: Floats, newest: Sample, seed: int) -> float:
    """Return the smallest share that ranks as well as the best one, but for one standard error of their difference.

    What few outcomes say of the trees is mostly chance, and a line is the steadier one.
    """
    if not newest.outcome.any():
        return _SHARES_OF_TREES[0]
    blends = [_blended(margins, share) for share in _SHARES_OF_TREES]
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(_RESAMPLES):
        weight = newest.weight * generator.poisson(1.0, len(newest.weight))
        if weight[newest.outcome].any():
            found.append(
                [average_precision_score(newest.outcome, one, sample_weight=weight) for one in blends]
            )
    scored = np.array(found)
    lost = scored[:, [int(scored.mean(axis=0).argmax())]] - scored
    as_good = lost.mean(axis=0) <= lost.std(axis=0)
    return _SHARES_OF_TREES[int(np.argmax(as_good))]


def _blended(margins: Floats, share_of_trees: float) -> Floats:
    return (1 - share_of_trees) * margins[:, 0] + share_of_trees * margins[:, 1]
