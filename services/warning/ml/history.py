"""Labelled history, and the samples that a model learns from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from services.warning.domain.indicators import Indicator
from services.warning.domain.ports import FactChunk
from services.warning.ml.arrays import Days, Flags, Floats, Integers
from services.warning.ml.catalogue import ATTRIBUTES, compile_catalogue
from services.warning.ml.days import day_number
from services.warning.ml.facts import Facts, decode
from services.warning.ml.features import feature_rows


@dataclass(frozen=True, slots=True, eq=False)
class TrainingHistory:
    """All enterprises with their signals, and the disputes that came of it; days since 1970-01-01."""

    facts: Facts
    outcome_enterprise_id: Integers
    outcome_occurred_on: Days
    outcome_known_on: Days


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Rows to learn from; `weight` says how many rows of the whole each one stands for."""

    features: Floats
    outcome: Flags
    weight: Floats
    enterprise_id: Integers


def days_of(days: Sequence[date]) -> Days:
    """Return the dates as days since 1970-01-01."""
    return np.array(days, dtype="datetime64[D]").astype(np.int32)


def history_from_chunk(
    chunk: FactChunk, indicators: Mapping[str, Indicator], outcomes: Sequence[tuple[int, date, date]]
) -> TrainingHistory:
    """Return the history of one chunk; outcomes are (enterprise_id, occurred_on, known_on)."""
    ids, occurred_on, known_on = zip(*outcomes, strict=True) if outcomes else ((), (), ())
    return TrainingHistory(
        facts=decode(chunk, compile_catalogue(indicators)),
        outcome_enterprise_id=np.array(ids, dtype=np.int64),
        outcome_occurred_on=days_of(occurred_on),
        outcome_known_on=days_of(known_on),
    )


def outcomes_after(history: TrainingHistory, cutoff: date, horizon_days: int, known_by: date | None) -> Flags:
    """Say for each enterprise whether a dispute followed in (cut-off, cut-off + horizon].

    With `known_by`, only disputes that had come to light by then.
    """
    begin = day_number(cutoff)
    within = (history.outcome_occurred_on > begin) & (history.outcome_occurred_on <= begin + horizon_days)
    if known_by is not None:
        within &= history.outcome_known_on <= day_number(known_by)
    return np.isin(history.facts.enterprise_id, history.outcome_enterprise_id[within])


def draw_sample(
    history: TrainingHistory,
    cutoffs: Sequence[date],
    horizon_days: int,
    known_by: date | None,
    *,
    max_rows: int,
    seed: int,
) -> Sample:
    """Return the cut-offs' rows, thinned to about `max_rows`.

    Every positive is kept. Of enterprises without an outcome most are alike, above all the quiet ones, of
    which no signal counts: more of them teach nothing and cost memory and time. So half of the room goes to
    those with signals and half to the quiet ones, and weights restore the true numbers.
    """
    parts = []
    for cutoff in cutoffs:
        outcome = outcomes_after(history, cutoff, horizon_days, known_by)
        features = feature_rows(history.facts, cutoff).features
        drawn, weight = _thin(outcome, features, max_rows // len(cutoffs), _generator(seed, cutoff))
        parts.append(Sample(features[drawn], outcome[drawn], weight, history.facts.enterprise_id[drawn]))
    return Sample(
        features=np.concatenate([part.features for part in parts]),
        outcome=np.concatenate([part.outcome for part in parts]),
        weight=np.concatenate([part.weight for part in parts]),
        enterprise_id=np.concatenate([part.enterprise_id for part in parts]),
    )


def window_end(cutoff: date, horizon_days: int) -> date:
    """Return the last day on which an outcome counts for this cut-off."""
    return cutoff + timedelta(days=horizon_days)


def _generator(seed: int, cutoff: date) -> np.random.Generator:
    return np.random.default_rng((seed, cutoff.toordinal()))


def _thin(
    outcome: Flags, features: Floats, room: int, generator: np.random.Generator
) -> tuple[Integers, Floats]:
    quiet = ~np.any(features[:, len(ATTRIBUTES) :] != 0, axis=1)
    positives = np.flatnonzero(outcome)
    strata = [positives]
    weights = [np.ones(len(positives))]
    for stratum in (np.flatnonzero(~outcome & ~quiet), np.flatnonzero(~outcome & quiet)):
        size = min(len(stratum), max(1, (room - len(positives)) // 2))
        if size:
            strata.append(np.sort(generator.choice(stratum, size, replace=False)))
            weights.append(np.full(size, len(stratum) / size))
    return np.concatenate(strata), np.concatenate(weights)
