"""The compose file as compose itself understands it, for somebody who has set nothing."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from tests.deploy.catalogue import ROOT

COMPOSE = Path(sys.executable).with_name("docker-compose")


def ask_compose(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run compose as somebody who has set nothing."""
    bare = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    return subprocess.run(
        [COMPOSE, "--profile", "*", "config", *arguments],
        cwd=folder,
        env=bare,
        check=False,
        capture_output=True,
        text=True,
    )


@cache
def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(ask_compose(ROOT, "--format", "json").stdout)["services"]
    return found


def ours() -> dict[str, dict[str, Any]]:
    return {name: one for name, one in services().items() if one["image"].startswith("labour-warning:")}


def secrets_of(one: dict[str, Any]) -> list[str]:
    """Return the parts of the secrets that a container is given; all of them is "*"."""
    mounts = [mount for mount in one.get("volumes", []) if mount.get("source") == "secrets"]
    return [mount.get("volume", {}).get("subpath", "*") for mount in mounts]
