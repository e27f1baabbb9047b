"""What kustomize makes of an overlay. `make tools` builds the program, where there is Go."""

import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.catalogue import ROOT

Object = dict[str, Any]
OVERLAYS = ("dev", "prod")
_PROGRAM = ROOT / "build" / "tools" / "kustomize"


def kustomize() -> Path:
    """Return the program; skips the test where there is none."""
    if not _PROGRAM.exists():
        pytest.skip(
            "清单未渲染：请先运行 make tools（需要 Go）/ not rendered: run make tools first, which needs Go"
        )
    return _PROGRAM


@cache
def rendered(overlay: str) -> tuple[Object, ...]:
    """Return the objects of an overlay."""
    folder = ROOT / "deploy" / "k8s" / "overlays" / overlay
    text = subprocess.run([kustomize(), "build", folder], check=True, capture_output=True, text=True).stdout
    return tuple(yaml.safe_load_all(text))


def of_kind(overlay: str, kind: str) -> dict[str, Object]:
    """Return an overlay's objects of one kind by name."""
    return {one["metadata"]["name"]: one for one in rendered(overlay) if one["kind"] == kind}


def pods(overlay: str) -> Iterator[tuple[str, Object]]:
    """Yield the pod template of every Deployment and Job with its name."""
    for kind in ("Deployment", "Job"):
        for name, one in of_kind(overlay, kind).items():
            yield name, one["spec"]["template"]


def container(pod: Object) -> Object:
    """Return the one container of a pod."""
    (only,) = pod["spec"]["containers"]
    assert isinstance(only, dict)
    return only


def chosen(selector: Object, labels: Object) -> bool:
    """Tell whether a selector chooses what has these labels."""
    for one in selector.get("matchExpressions", []):
        assert one["operator"] == "In"
        if labels.get(one["key"]) not in one["values"]:
            return False
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
