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
_TOOLS = ROOT / "build" / "tools"


@cache
def kustomize() -> Path:
    """Return the program, built where it is not there; skips the test where it cannot be."""
    program = _TOOLS / "kustomize"
    if program.exists():
        return program
    if shutil.which("go") is None or shutil.which("make") is None:
        pytest.skip(
            "没有 kustomize，也没有 Go 可供构建 / neither build/tools/kustomize nor Go to build it with"
        )
    _TOOLS.mkdir(parents=True, exist_ok=True)
    with (_TOOLS / ".lock").open("w") as lock:  # several test processes start at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            _build()
    return program


def _build() -> None:
    # The make that runs the tests has options of its own.
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))
    }
    built = subprocess.run(
        ["make", "tools"], cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    if built.returncode != 0:
        pytest.skip(f"kustomize 未能构建 / kustomize could not be built: {built.stderr[-500:]}")


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
