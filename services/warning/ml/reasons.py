"""Why a score is what it is: what the log odds would lose if one thing about the enterprise were quiet.

What the strongest leave of the log odds, those of a quiet enterprise among it, is told last, as the rest: so the
contributions add up to the score.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from services.warning.domain.ports import ScoreReason
from services.warning.ml.arrays import Floats, Integers
from services.warning.ml.features import FeatureRows
from services.warning.ml.inputs import ModelInputs
from services.warning.ml.sentences import Sentences

TOP_REASONS = 5
REST = "rest"
_REST_SENTENCES = ("其余因素与基准合计", "everything else, with what a quiet enterprise has")
# Bounds the memory of one call; every enterprise needs one row per thing that differs from the baseline.
_BLOCK_ENTERPRISES = 1_000
# What moves the odds by less than one in a hundred is no reason to tell.
_NOTHING = 0.01


class Margin(Protocol):
    """What a scorer must give to be explained."""

    @property
    def inputs(self) -> ModelInputs: ...

    @property
    def baseline(self) -> Floats: ...

    def log_odds(self, matrix: Floats) -> Floats: ...


def top_reasons(
    scorer: Margin, rows: FeatureRows, enterprise_ids: Sequence[int]
) -> dict[int, tuple[ScoreReason, ...]]:
    """Return the strongest contributions per asked enterprise that is in the chunk, gravest first, and the rest."""
    asked = np.unique(np.asarray(enterprise_ids, dtype=np.int64))
    positions = np.flatnonzero(np.isin(rows.enterprise_id, asked))
    sentences = Sentences(rows)
    found: dict[int, tuple[ScoreReason, ...]] = {}
    for start in range(0, len(positions), _BLOCK_ENTERPRISES):
        block = positions[start : start + _BLOCK_ENTERPRISES]
        found |= _explain_block(scorer, rows, block, sentences)
    return found


def _explain_block(
    scorer: Margin, rows: FeatureRows, positions: Integers, sentences: Sentences
) -> dict[int, tuple[ScoreReason, ...]]:
    log_odds, (row, group, contribution) = occlude(scorer, rows.features[positions])
    ids = rows.enterprise_id[positions].tolist()
    strongest = np.lexsort((-np.abs(contribution), row))
    bounds = np.searchsorted(row[strongest], np.arange(len(positions) + 1)).tolist()
    found: dict[int, tuple[ScoreReason, ...]] = {}
    for at, enterprise_id in enumerate(ids):
        top = strongest[bounds[at] : bounds[at + 1]][:TOP_REASONS]
        gravest_first = top[np.argsort(-contribution[top], kind="stable")]
        rest = float(log_odds[at] - contribution[top].sum())
        found[enterprise_id] = (
            *(
                _reason(
                    scorer.inputs.groups[group[one]], float(contribution[one]), int(positions[at]), sentences
                )
                for one in gravest_first
            ),
            ScoreReason(REST, rest, *_REST_SENTENCES),
        )
    return found


def occlude(scorer: Margin, features: Floats) -> tuple[Floats, tuple[Integers, Integers, Floats]]:
    """Return the log odds; and row, group and contribution of everything that moves them away from the baseline's.

    All rows of all enterprises go through one prediction.
    """
    inputs = scorer.inputs
    own = np.take(features, inputs.columns, axis=1)
    differs = np.zeros((len(own), len(inputs.groups)), dtype=np.bool_)
    at_row, at_column = np.nonzero(own != scorer.baseline)
    differs[at_row, inputs.group[at_column]] = True
    row, group = np.nonzero(differs)
    quieter = np.where(inputs.group == group[:, None], scorer.baseline, own[row])
    log_odds = scorer.log_odds(inputs.with_totals(np.concatenate([own, quieter])))
    contribution = log_odds[row] - log_odds[len(own) :]
    told = np.abs(contribution) > _NOTHING
    return log_odds[: len(own)], (row[told], group[told], contribution[told])


def _reason(group: str, contribution: float, position: int, sentences: Sentences) -> ScoreReason:
    sentence_zh, sentence_en = sentences.of(group, position)
    return ScoreReason(group, contribution, sentence_zh, sentence_en)
