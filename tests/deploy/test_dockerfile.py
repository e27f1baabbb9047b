"""The image: built in stages from pinned parts, run by nobody in particular, and it says what is in it."""

import json
import re
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from tests.deploy.catalogue import ROOT

DOCKERFILE = ROOT / "Dockerfile"
INSTRUCTION = re.compile(r"^([A-Z]+) +(.*)$", re.MULTILINE)


def instructions(name: str) -> list[str]:
    """Return the arguments of every such instruction."""
    text = DOCKERFILE.read_text("utf-8").replace("\\\n", " ")
    return [arguments for found, arguments in INSTRUCTION.findall(text) if found == name]


def copied() -> list[str]:
    """Return what is copied from the repository."""
    plain = [shlex.split(arguments) for arguments in instructions("COPY") if "--from" not in arguments]
    return [source for arguments in plain for source in arguments[:-1]]


def test_hadolint_has_nothing_to_say() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    linted = subprocess.run([hadolint, DOCKERFILE], check=False, capture_output=True, text=True)
    assert (linted.returncode, linted.stdout) == (0, "")


def test_every_stage_begins_with_a_digest() -> None:
    stages = instructions("FROM")
    assert len(stages) > 1
    for stage in stages:
        assert re.match(r"[a-z]+:\d+\.\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}( AS \w+)?$", stage), stage


def test_the_last_stage_runs_as_an_ordinary_user() -> None:
    last = DOCKERFILE.read_text("utf-8").split("\nFROM ")[-1]
    assert re.findall(r"^USER (.*)$", last, re.MULTILINE) == ["10001:10001"]
    assert "pip " not in last


def test_what_is_installed_is_locked() -> None:
    installs = [run for run in instructions("RUN") if " install " in run and "pip" in run]
    assert len(installs) > 1
    for run in installs:
        assert "--require-hashes -r deploy/requirements.lock" in run or "--no-deps" in run


def test_the_context_holds_what_is_copied_and_nothing_else() -> None:
    lines = [
        line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] not in {"", "#"}
    ]
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert allowed == set(copied())
    assert all((ROOT / name).exists() for name in allowed)


def test_the_bill_of_materials_names_what_is_installed() -> None:
    printed = subprocess.run(
        [sys.executable, ROOT / "deploy/sbom.py"], check=True, capture_output=True, text=True
    ).stdout
    bill = json.loads(printed)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == "labour-early-warning"
    parts = {one["name"]: one for one in bill["components"]}
    assert parts["fastapi"]["purl"] == f"pkg:pypi/fastapi@{version('fastapi')}"
    assert len({one["bom-ref"] for one in parts.values()}) == len(bill["components"]) > 50
