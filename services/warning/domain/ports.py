"""What the use cases ask of the risk model, and nothing of how it answers.

Facts travel as PostgreSQL's binary COPY, because a nightly run reads hundreds of
thousands of rows: the repository writes these layouts, the model reads them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from services.warning.domain.indicators import Indicator
from shared.kernel.errors import DomainError, Kind


@dataclass(frozen=True, slots=True)
class FactChunk:
    """A chunk of enterprises with all signals that count, as binary COPY streams.

    Both streams are exactly what `COPY (SELECT ...) TO STDOUT (FORMAT binary)` gives, with every column
    of fixed width and never NULL (an unknown number is NaN), sorted as stated.

    enterprises, sorted by enterprise_id:
        enterprise_id int8, headcount float8, industry int2 (0-19 for GB/T 4754 sections A-T, -1 unknown),
        sole_trader int2 (0/1)
    signals, sorted by enterprise_id, superseded ones left out:
        signal_seq int8, enterprise_id int8, series int2 (index into `series`), source int4 (a number per
        department), effective_on int4 (days since 1970-01-01), known_on int4 (same), amount_cny float8,
        months float8, workers float8
    details: (number and boolean detail fields, the signal_seqs that have just these) for the signals that have any
    """

    series: tuple[str, ...]
    enterprises: bytes
    signals: bytes
    details: Sequence[tuple[Mapping[str, float], Sequence[int]]]


@dataclass(frozen=True, slots=True)
class EnterpriseScore:
    """What the feature function and the model say of one enterprise on one day.

    measures: `<series>.<measure>` -> value, only those that are present; the rule pack reads them.
    score: calibrated probability of an upheld dispute within the model's horizon; None without a model.
    corroborated: a graver-than-nothing, non-protective signal within the policy's corroboration days.
    signal_seqs: the signals that were read, as evidence, in ascending order.
    """

    enterprise_id: int
    measures: Mapping[str, float]
    score: float | None
    corroborated: bool
    sole_trader: bool
    signal_seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ScoreReason:
    """One contribution to a score, on the log-odds scale, with its sentence."""

    feature: str
    contribution: float
    sentence_zh: str
    sentence_en: str


class RiskModel(Protocol):
    """Scores chunks of enterprises. Free of state between calls; safe to call from a thread."""

    @property
    def version(self) -> str:
        """Model version as stored with every assessment; `rules-only` when no model could be loaded."""
        ...

    def score(self, chunk: FactChunk, as_of: date, corroboration_days: int) -> Sequence[EnterpriseScore]:
        """Return one row per enterprise of the chunk, in its order, from facts known on `as_of`."""
        ...

    def explain(
        self, chunk: FactChunk, as_of: date, enterprise_ids: Sequence[int]
    ) -> Mapping[int, Sequence[ScoreReason]]:
        """Return the top five contributions per asked enterprise, gravest first, then the rest.

        Together they are the score's log odds; nothing where there is no score.
        """
        ...


class RiskModelFactory(Protocol):
    """Builds the live model from its stored artifact, or the rules-only one when that cannot be trusted."""

    def load(self, artifact: bytes, sha256: str, indicators: Mapping[str, Indicator]) -> RiskModel:
        """Return the model; falls back to rules only, loudly, on a hash or version mismatch."""
        ...

    def rules_only(self, indicators: Mapping[str, Indicator]) -> RiskModel:
        """Return the model that gives measures and no score."""
        ...


class NotEnoughOutcomes(DomainError):
    """Too little is known of what came of it for a model to learn from; the rules stand alone."""

    kind = Kind.CONFLICT
    code = "warning.not_enough_outcomes"
    message_zh = "历史结果太少，无法训练模型：当前只按规则评估。请先导入更多处置结果。"
    message_en = "Too few outcomes to train a model: the rules stand alone. Import more outcomes first."


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A new model, ready to be stored: its artifact, the digest by which it is trusted, its figures and card."""

    version: str
    artifact: bytes
    sha256: str
    metrics: Mapping[str, Any]
    card: str


class RiskModelTrainer(Protocol):
    """Learns a model from history."""

    def train(
        self,
        history: FactChunk,
        indicators: Mapping[str, Indicator],
        outcomes: Sequence[tuple[int, date, date]],
        cutoffs: Sequence[date],
    ) -> TrainedModel:
        """Return a model learnt at these cut-offs; outcomes are (enterprise_id, occurred_on, known_on).

        Raises NotEnoughOutcomes.
        """
        ...
