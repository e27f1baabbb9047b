"""The model's room, entered by whoever scores or trains and by nobody else.

Importing scikit-learn takes two seconds and 100 MB: a command that lists accounts, or a process that only serves
pages, must not pay for it. Hence the only imports of this tree that happen when they are needed.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from importlib import import_module
from typing import cast

from services.warning.domain.indicators import Indicator
from services.warning.domain.ports import (
    FactChunk,
    RiskModel,
    RiskModelFactory,
    RiskModelTrainer,
    TrainedModel,
)


def warm_up() -> None:
    """Import what scoring needs, for those who know that they will: it may run in a thread."""
    import_module("services.warning.ml.artifact")


class Factory:
    """A `RiskModelFactory`."""

    def load(self, artifact: bytes, sha256: str, indicators: Mapping[str, Indicator]) -> RiskModel:
        return _factory().load(artifact, sha256, indicators)

    def rules_only(self, indicators: Mapping[str, Indicator]) -> RiskModel:
        return _factory().rules_only(indicators)


class Trainer:
    """A `RiskModelTrainer`."""

    def train(
        self,
        history: FactChunk,
        indicators: Mapping[str, Indicator],
        outcomes: Sequence[tuple[int, date, date]],
        cutoffs: Sequence[date],
    ) -> TrainedModel:
        return _trainer().train(history, indicators, outcomes, cutoffs)


def _factory() -> RiskModelFactory:
    return cast("RiskModelFactory", import_module("services.warning.ml.artifact").Factory())


def _trainer() -> RiskModelTrainer:
    return cast("RiskModelTrainer", import_module("services.warning.ml.trainer").Trainer())
