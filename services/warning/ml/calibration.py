"""How a margin becomes a probability: a sigmoid, learnt from margins of models that had not seen the enterprise."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from services.warning.ml.arrays import Flags, Floats, Integers


def folds_by_enterprise(enterprise_id: Integers, outcome: Flags, folds: int, seed: int) -> Integers:
    """Return a fold per row: all rows of an enterprise in one, enterprises with an outcome spread evenly."""
    ids, row = np.unique(enterprise_id, return_inverse=True)
    positive = np.isin(ids, enterprise_id[outcome])
    shuffled = np.random.default_rng(seed).permutation(len(ids))
    fold = np.empty(len(ids), dtype=np.int64)
    fold[shuffled[np.argsort(positive[shuffled], kind="stable")]] = np.arange(len(ids)) % folds
    return fold[row]


def sigmoid(margin: Floats, outcome: Flags, weight: Floats) -> tuple[float, float]:
    """Return slope and intercept of log odds = slope * margin + intercept.

    A slope that is not positive would turn the ranking round: then the base rate is all that was learnt.
    """
    if 0 < outcome.sum() < len(outcome):
        curve = LogisticRegression(C=1e3).fit(margin[:, None], outcome, sample_weight=weight)
        slope, intercept = float(curve.coef_[0, 0]), float(curve.intercept_[0])
        if slope > 0:
            return slope, intercept
    rate = (weight[outcome].sum() + 0.5) / (weight.sum() + 1)
    return 0.0, float(np.log(rate / (1 - rate)))


def probability(log_odds: Floats) -> Floats:
    """Return the probability of log odds."""
    return 1 / (1 + np.exp(-log_odds))
