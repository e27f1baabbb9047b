import pytest

from services.warning.domain.ports import RiskModel
from services.warning.ml.history import TrainingHistory
from services.warning.ml.on_demand import Factory
from services.warning.ml.train import TrainedModel, TrainingSettings, train
from tests.ml.district import CUTOFFS, district, indicators


@pytest.fixture(scope="session")
def history() -> TrainingHistory:
    return district()


@pytest.fixture(scope="session")
def trained(history: TrainingHistory) -> TrainedModel:
    return train(history, CUTOFFS, seed=1, settings=TrainingSettings(trees=40))


@pytest.fixture(scope="session")
def model(trained: TrainedModel) -> RiskModel:
    return Factory().load(trained.artifact, trained.sha256, indicators())
