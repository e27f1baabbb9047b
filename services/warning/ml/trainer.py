"""Learns a model from the repository's facts: the port behind which training stands."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.warning.domain import ports
from services.warning.domain.indicators import Indicator
from services.warning.domain.ports import FactChunk
from services.warning.ml.card import model_card
from services.warning.ml.history import history_from_chunk
from services.warning.ml.train import NotEnoughOutcomes, train


class Trainer:
    """A `RiskModelTrainer` on scikit-learn."""

    def train(
        self,
        history: FactChunk,
        indicators: Mapping[str, Indicator],
        outcomes: Sequence[tuple[int, date, date]],
        cutoffs: Sequence[date],
    ) -> ports.TrainedModel:
        """Return a model learnt at these cut-offs. Raises the port's NotEnoughOutcomes."""
        try:
            learnt = train(history_from_chunk(history, indicators, outcomes), cutoffs)
        except NotEnoughOutcomes as error:
            raise ports.NotEnoughOutcomes(facts={"found": error.found, "needed": error.needed}) from error
        return ports.TrainedModel(
            version=learnt.version,
            artifact=learnt.artifact,
            sha256=learnt.sha256,
            metrics=learnt.metrics,
            card=model_card(learnt.artifact),
        )
