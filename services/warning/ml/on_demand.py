"""The model's room, entered by whoever scores or trains and by nobody else.

Importing scikit-learn takes two seconds and 100 MB: a command that lists accounts, or a process that only serves
pages, must not pay for it. Hence the only imports of this tree that happen when they are needed.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from services.warning.domain.indicators import Indicator
from services.warning.domain.ports import (
    FactChunk,
    NotEnoughOutcomes,
    RiskModel,
    RiskModelTrainer,
    TrainedModel,
)

LEAST_POSITIVES = 30
"""With fewer enterprises that came to an outcome there is nothing to learn from."""


def warm_up() -> None:
    """Import what scoring needs, for those who know that they will: it may run in a thread."""
    import_module("services.warning.ml.artifact")


class Factory:
    """A `RiskModelFactory`."""

    def load(self, artifact: bytes, sha256: str, indicators: Mapping[str, Indicator]) -> RiskModel:
        loader = import_module("services.warning.ml.artifact").Loader()
        return cast("RiskModel", loader.load(artifact, sha256, indicators))

    def rules_only(self, indicators: Mapping[str, Indicator]) -> RiskModel:
        catalogue = import_module("services.warning.ml.catalogue").compile_catalogue(indicators)
        return cast("RiskModel", import_module("services.warning.ml.rules_only").RulesOnly(catalogue))


class Trainer:
    """A `RiskModelTrainer`."""

    def train(
        self,
        history: FactChunk,
        indicators: Mapping[str, Indicator],
        outcomes: Sequence[tuple[int, date, date]],
        cutoffs: Sequence[date],
    ) -> TrainedModel:
        found = len({enterprise_id for enterprise_id, _, _ in outcomes})
        # No more than these can be found in the windows: so few are not worth the import.
        if found < LEAST_POSITIVES:
            raise NotEnoughOutcomes(facts={"found": found, "needed": LEAST_POSITIVES})
        trainer: RiskModelTrainer = import_module("services.warning.ml.trainer").Trainer()
        return trainer.train(history, indicators, outcomes, cutoffs)


def history_to_parquet(table: Path, path: Path) -> None:
    """Turn a history of events in CSV into one in Parquet. Raises HistoryUnusable without pyarrow."""
    import_module("services.warning.ml.histories.parquet").from_csv(table, path)


def train_history(path: Path, outcome: str, horizon_days: int, until: date, folder: Path) -> dict[str, Any]:
    """Keep in a folder what a model learns from a file of events, and return what it is.

    Raises HistoryUnusable with what is wrong with the file or the outcome, and ModelUnusable for the folder.
    """
    stored = import_module("services.warning.ml.histories.stored")
    return cast("dict[str, Any]", stored.train_file(path, outcome, horizon_days, until, folder))


def evaluate_history(
    path: Path, outcome: str, horizon_days: int, cutoff: date, model: Path | None
) -> dict[str, Any]:
    """Return how well a stored model, or one that learns from the file itself, ranks the window after the cut-off.

    Raises HistoryUnusable with what is wrong with the file, the outcome or the cut-off; ModelUnusable.
    """
    evaluating = import_module("services.warning.ml.histories.evaluate")
    return cast("dict[str, Any]", evaluating.evaluate_file(path, outcome, horizon_days, cutoff, model))


def compare_models(first: Path, second: Path, path: Path, cutoff: date) -> dict[str, Any]:
    """Return how two stored models rank the window after the cut-off, and by how much the second does better.

    Raises HistoryUnusable, and ModelUnusable where they do not foretell the same or saw the window.
    """
    comparing = import_module("services.warning.ml.histories.compare")
    return cast("dict[str, Any]", comparing.compare_files(first, second, path, cutoff))


def backtest_history(
    path: Path, outcome: str, horizon_days: int, cutoff: date, windows: int
) -> list[dict[str, Any]]:
    """Return the same for as many cut-offs, one horizon apart and the newest first."""
    evaluating = import_module("services.warning.ml.histories.evaluate")
    return cast(
        "list[dict[str, Any]]", evaluating.backtest_file(path, outcome, horizon_days, cutoff, windows)
    )
