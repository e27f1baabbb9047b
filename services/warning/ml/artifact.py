"""A trained model as bytes: one line of JSON that says what it is, then the trees in the skops format.

Never a pickle. skops builds only the types it trusts and those on the list below; the line of JSON is
checked before anything is built from the rest.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import sklearn
import structlog
from prometheus_client import Counter
from sklearn.ensemble import HistGradientBoostingClassifier
from skops import io as skops_io

from services.warning.domain.indicators import Indicator
from services.warning.domain.ports import RiskModel
from services.warning.ml.catalogue import Catalogue, compile_catalogue
from services.warning.ml.inputs import UnknownFeatures, compile_inputs
from services.warning.ml.model import ScoredModel, Scorer
from services.warning.ml.rules_only import RulesOnly

FORMAT = 1
# What gradient boosting is made of beyond scikit-learn's public classes, which skops trusts by itself.
TRUSTED_TYPES = ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",)

FALLBACKS = Counter(
    "warning_model_fallback",
    "Times a stored model could not be trusted and the rules stood alone",
    ["reason"],
)
_log = structlog.get_logger(__name__)


class ArtifactRefused(ValueError):
    """The stored model cannot be trusted; `reason` is the metric's label."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


def libraries() -> dict[str, str]:
    """Return the versions of what a model is made of."""
    return {"scikit-learn": sklearn.__version__, "numpy": np.__version__}


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What an artifact says of itself."""

    version: str
    trained_from: date
    trained_until: date
    horizon_days: int
    seed: int
    training_rows: int
    metrics: Mapping[str, Any]
    libraries: Mapping[str, str] = field(default_factory=libraries)


def digest(artifact: bytes) -> str:
    """Return the SHA-256 that is stored beside the artifact."""
    return hashlib.sha256(artifact).hexdigest()


def dumps(scorer: Scorer, facts: ModelFacts) -> bytes:
    """Return the model as bytes."""
    header = {
        "format": FORMAT,
        "version": facts.version,
        "libraries": dict(facts.libraries),
        "trained_from": facts.trained_from.isoformat(),
        "trained_until": facts.trained_until.isoformat(),
        "horizon_days": facts.horizon_days,
        "seed": facts.seed,
        "training_rows": facts.training_rows,
        "features": list(scorer.inputs.names),
        "baseline": scorer.baseline.tolist(),
        "slope": scorer.slope,
        "intercept": scorer.intercept,
        "metrics": dict(facts.metrics),
    }
    line = json.dumps(header, ensure_ascii=False, allow_nan=False, sort_keys=True).encode()
    trees: bytes = skops_io.dumps(scorer.classifier)
    return line + b"\n" + trees


def describe(artifact: bytes) -> ModelFacts:
    """Return what the artifact says of itself, without building the model."""
    header, _ = _split(artifact)
    return ModelFacts(
        version=header["version"],
        trained_from=date.fromisoformat(header["trained_from"]),
        trained_until=date.fromisoformat(header["trained_until"]),
        horizon_days=header["horizon_days"],
        seed=header["seed"],
        training_rows=header["training_rows"],
        metrics=header["metrics"],
        libraries=header["libraries"],
    )


def loads(artifact: bytes, sha256: str, catalogue: Catalogue) -> ScoredModel:
    """Return the model, or refuse it with the reason."""
    if digest(artifact) != sha256:
        raise ArtifactRefused("hash", "the artifact's SHA-256 is not the one stored with it")
    header, trees = _split(artifact)
    trained_with = header["libraries"]["scikit-learn"]
    if trained_with != sklearn.__version__:
        raise ArtifactRefused(
            "sklearn_version", f"trained with scikit-learn {trained_with}, here is {sklearn.__version__}"
        )
    try:
        inputs = compile_inputs(header["features"], catalogue)
    except UnknownFeatures as error:
        raise ArtifactRefused("features", str(error)) from error
    scorer = Scorer(
        inputs=inputs,
        classifier=_build(trees, len(inputs.monotone)),
        slope=float(header["slope"]),
        intercept=float(header["intercept"]),
        baseline=np.array(header["baseline"], dtype=np.float64),
    )
    return ScoredModel(header["version"], scorer)


def _split(artifact: bytes) -> tuple[dict[str, Any], bytes]:
    line, _, trees = artifact.partition(b"\n")
    try:
        header = json.loads(line)
    except ValueError as error:
        raise ArtifactRefused("format", "the artifact does not begin with a line of JSON") from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ArtifactRefused("format", f"the artifact is not of format {FORMAT}")
    return header, trees


def build(raw: bytes) -> object:
    """Return what skops wrote, where it is of trusted types alone. Raises ArtifactRefused."""
    foreign = set(skops_io.get_untrusted_types(data=raw)) - set(TRUSTED_TYPES)
    if foreign:
        raise ArtifactRefused("types", f"the artifact holds types that are not allowed: {sorted(foreign)}")
    built: object = skops_io.loads(raw, trusted=list(TRUSTED_TYPES))
    return built


def _build(trees: bytes, columns: int) -> HistGradientBoostingClassifier:
    classifier = build(trees)
    if not isinstance(classifier, HistGradientBoostingClassifier) or classifier.n_features_in_ != columns:
        raise ArtifactRefused("types", "the artifact's model is not the one that its first line describes")
    return classifier


class Loader:
    """Builds models from their artifacts, for the use cases."""

    def load(self, artifact: bytes, sha256: str, indicators: Mapping[str, Indicator]) -> RiskModel:
        catalogue = compile_catalogue(indicators)
        try:
            return loads(artifact, sha256, catalogue)
        except ArtifactRefused as error:
            reason, message = error.reason, str(error)
        except Exception as error:  # noqa: BLE001 - whatever a stored model breaks on, the rules must go on
            reason, message = "unreadable", repr(error)
        FALLBACKS.labels(reason).inc()
        _log.warning("model refused, rules only", reason=reason, message=message, sha256=sha256)
        return RulesOnly(catalogue)
