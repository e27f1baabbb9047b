import json

import pytest
import sklearn
from prometheus_client import REGISTRY
from sklearn.linear_model import LogisticRegression
from skops import io as skops_io

from services.warning.domain.ports import RiskModel
from services.warning.ml.artifact import describe, digest
from services.warning.ml.card import model_card
from services.warning.ml.history import TrainingHistory
from services.warning.ml.on_demand import Factory
from services.warning.ml.rules_only import RULES_ONLY
from services.warning.ml.train import TrainedModel
from tests.ml.district import CUTOFFS, chunk_of, indicators


def _fallbacks(reason: str) -> float:
    return REGISTRY.get_sample_value("warning_model_fallback_total", {"reason": reason}) or 0.0


def _with(artifact: bytes, **changes: object) -> bytes:
    line, _, trees = artifact.partition(b"\n")
    return json.dumps(json.loads(line) | changes).encode() + b"\n" + trees


def test_a_stored_model_scores_as_it_did(
    model: RiskModel, trained: TrainedModel, history: TrainingHistory
) -> None:
    again = Factory().load(trained.artifact, trained.sha256, indicators())
    chunk = chunk_of(history.facts)
    assert again.version == trained.version
    assert again.score(chunk, CUTOFFS[-1], 90) == model.score(chunk, CUTOFFS[-1], 90)


def test_an_artifact_says_what_it_is(trained: TrainedModel) -> None:
    facts = describe(trained.artifact)
    assert (facts.version, facts.trained_from, facts.trained_until) == (
        trained.version,
        trained.trained_from,
        trained.trained_until,
    )
    assert facts.metrics == trained.metrics


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("sklearn_version", {"libraries": {"scikit-learn": "0.1"}}),
        ("features", {"features": ["moon.phase"]}),
        ("format", {"format": 99}),
        ("types", {"features": ["wage_arrears.months"]}),
        ("unreadable", {"slope": None}),
    ],
)
def test_a_model_that_does_not_fit_falls_back_to_the_rules(
    trained: TrainedModel, reason: str, changes: dict[str, object]
) -> None:
    before = _fallbacks(reason)
    artifact = _with(trained.artifact, **changes)
    assert Factory().load(artifact, digest(artifact), indicators()).version == RULES_ONLY
    assert _fallbacks(reason) == before + 1


def test_a_single_changed_byte_falls_back_to_the_rules(trained: TrainedModel) -> None:
    before = _fallbacks("hash")
    tampered = trained.artifact[:-40] + bytes([trained.artifact[-40] ^ 1]) + trained.artifact[-39:]
    assert Factory().load(tampered, trained.sha256, indicators()).version == RULES_ONLY
    assert _fallbacks("hash") == before + 1


class Stranger:
    """A type that no artifact may build."""


@pytest.mark.parametrize("content", [LogisticRegression(), Stranger()])
def test_a_model_of_another_make_is_never_built(trained: TrainedModel, content: object) -> None:
    line, _, _ = trained.artifact.partition(b"\n")
    artifact = line + b"\n" + skops_io.dumps(content)
    assert Factory().load(artifact, digest(artifact), indicators()).version == RULES_ONLY


@pytest.mark.parametrize("rubbish", [b"", b"\n", b"[]\n", b"\x80\x04pickle"])
def test_rubbish_falls_back_to_the_rules(rubbish: bytes) -> None:
    assert Factory().load(rubbish, digest(rubbish), indicators()).version == RULES_ONLY


def test_an_indicator_that_the_model_never_saw_does_not_stop_it(trained: TrainedModel) -> None:
    known = indicators()
    fewer = {name: one for name, one in known.items() if name != "compliance_grade"}
    grown = {**fewer, "compliance_grade": known["compliance_grade"]}
    assert Factory().load(trained.artifact, trained.sha256, grown).version == trained.version


def test_the_card_shows_version_figures_and_limits(trained: TrainedModel) -> None:
    card = model_card(trained.artifact)
    assert trained.version in card
    assert f"{trained.metrics['average_precision']:.4g}" in card
    assert "没有公开的中国数据" in card
    assert sklearn.__version__ in card
