"""What the law says is data, and every piece of it says where it stands and from when it holds."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.tree import ROOT, name_of, tracked_files

FILES = [path for path in tracked_files() if path.suffix == ".json" and path.parent.name == "data"]
SHIPPED = [path for path in FILES if not path.is_relative_to(ROOT / "tests")]
# Lists whose entries are rules, periods or definitions that somebody may be held to.
CLAUSES = {"clocks", "floors", "indicators", "rules"}
DATED = (
    "indicators.json",
    "inspection_periods.json",
    "mediation_policy.json",
    "policy.json",
    "rule_pack.json",
)


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def clauses(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in CLAUSES:
                yield from value
            else:
                yield from clauses(value)
    elif isinstance(node, list):
        for value in node:
            yield from clauses(value)


def cites(entry: dict[str, Any]) -> bool:
    return any(isinstance(entry.get(key), str) and entry[key].strip() for key in ("article", "source"))


def test_there_are_data_files() -> None:
    assert {"divisions.json", *DATED} <= {path.name for path in SHIPPED}


@pytest.mark.parametrize("path", SHIPPED, ids=name_of)
def test_every_rule_clock_and_indicator_cites_its_article(path: Path) -> None:
    document = read(path)
    found = list(clauses(document))
    assert [entry.get("id", entry) for entry in found if not cites(entry)] == []
    assert found or cites(document), "a file without clauses cites its own source"


@pytest.mark.parametrize("name", DATED)
def test_what_may_change_says_from_when_it_holds(name: str) -> None:
    document = read(next(path for path in SHIPPED if path.name == name))
    versions = document.get("versions", [document])
    assert versions
    assert [date.fromisoformat(version["effective_from"]) for version in versions]
    assert len({version["version"] for version in versions}) == len(versions)


@pytest.mark.parametrize("path", SHIPPED, ids=name_of)
def test_names_that_officials_read_come_in_both_languages(path: Path) -> None:
    def named(node: Any) -> Iterator[dict[str, Any]]:
        if isinstance(node, dict):
            if any(key.endswith(("_zh", "_en")) for key in node):
                yield node
            for value in node.values():
                yield from named(value)
        elif isinstance(node, list):
            for value in node:
                yield from named(value)

    found = list(named(read(path)))
    for entry in found:
        chinese = {key[:-3] for key in entry if key.endswith("_zh")}
        english = {key[:-3] for key in entry if key.endswith("_en")}
        assert chinese == english, entry
        assert all(entry[key] for key in entry if key.endswith(("_zh", "_en"))), entry
