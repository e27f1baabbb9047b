"""What is in the repository works anywhere: no host, no path of one machine, nothing unfinished."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, name_of, tracked_files

LOCKS = ("requirements.lock", "requirements-dev.lock", "deploy/requirements.lock")
HOST = re.compile(r"https?://|file://|git\+|--(?:extra-)?index-url|--find-links|--trusted-host| @ ")
PINNED = re.compile(r"^[a-z0-9._-]+(?:\[[a-z0-9,_-]+\])?==\S+", re.MULTILINE | re.IGNORECASE)

# Written in pieces, so that this file does not find itself.
HOME_OF_SOMEBODY = re.compile(
    "|".join((r"/ho" + r"me/\w", r"/Us" + r"ers/\w", r"(?<![\w.~}])/ro" + r"ot/", r"/wo" + r"rk/\w"))
)
REGISTRY = re.compile(
    "|".join(("files.python" + "hosted.org", r"py" + r"pi\.org/simple", "registry.npm" + "js.org"))
)
TEXT = {
    ".cfg",
    ".css",
    ".html",
    ".ini",
    ".js",
    ".json",
    ".lock",
    ".mako",
    ".md",
    ".py",
    ".sh",
    ".toml",
    ".txt",
    ".xml",
    ".yaml",
    ".yml",
}


def texts() -> list[Path]:
    """Tracked text files; a lock's hashes are checked by their own test."""
    return [
        path
        for path in tracked_files()
        if (path.suffix in TEXT or not path.suffix) and path.suffix != ".lock"
    ]


def test_nothing_that_was_fetched_or_built_is_tracked() -> None:
    suffixes = {".jar", ".whl", ".so", ".pyc", ".gz", ".zip", ".db"}
    assert [name_of(path) for path in tracked_files() if path.suffix in suffixes] == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_host(name: str) -> None:
    assert HOST.findall((ROOT / name).read_text("utf-8")) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(name: str) -> None:
    entries = (ROOT / name).read_text("utf-8").replace("\\\n", " ").splitlines()
    pinned = [line for line in entries if PINNED.match(line)]
    assert len(pinned) > 10
    assert [line for line in pinned if "--hash=sha256:" not in line] == []
    assert [line for line in entries if line.strip() and line not in pinned] == []


def test_no_file_names_a_path_of_one_machine() -> None:
    files = texts()
    assert len(files) > 50
    assert {name_of(path) for path in files if HOME_OF_SOMEBODY.search(path.read_text("utf-8"))} == set()


def test_no_file_names_a_package_registry() -> None:
    files = texts()
    assert files
    assert {name_of(path) for path in files if REGISTRY.search(path.read_text("utf-8"))} == set()


def test_documents_name_only_targets_that_make_has() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        target
        for path in tracked_files()
        if path.suffix == ".md"
        for target in re.findall(r"`make ([a-z][a-z-]*)", path.read_text("utf-8"))
    }
    assert named
    assert named - targets == set()


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "adr").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers


def test_decisions_have_their_four_parts() -> None:
    pages = list((ROOT / "docs" / "adr").glob("*.md"))
    assert pages
    for page in pages:
        headings = re.findall(r"^## (\w+)", page.read_text("utf-8"), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Rejected"], page.name
