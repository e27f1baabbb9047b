"""What kustomize makes of an overlay. The program is built once (`make tools`), where there is Go."""

import fcntl
import os
import shutil
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
    if missing := why_missing():
        pytest.skip(missing)
    return _PROGRAM


@cache
def why_missing() -> str | None:
    """Build the program where it is not there; tell why it cannot be built."""
    if _PROGRAM.exists():
        return None
    if shutil.which("go") is None or shutil.which("make") is None:
        return "没有 kustomize，也没有 Go 可供构建 / neither build/tools/kustomize nor Go to build it with"
    _PROGRAM.parent.mkdir(parents=True, exist_ok=True)
    with _PROGRAM.with_name(".lock").open("w") as lock:  # several test processes start at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        return None if _PROGRAM.exists() else _build()


def _build() -> str | None:
    # The make that runs the tests has options of its own.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))
    }
    built = subprocess.run(
        ["make", "tools"], cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    if built.returncode == 0:
        return None
    return f"kustomize 未能构建 / kustomize could not be built: {built.stderr[-500:]}"


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
