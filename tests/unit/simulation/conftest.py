import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from simulation.files import write_world
from simulation.world import World, build_world

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def district() -> World:
    return build_world(seed=7, enterprises=20_000, months=12, today=TODAY)


@pytest.fixture(scope="session")
def folder(district: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("world")
    write_world(district, path)
    return path


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


@pytest.fixture(scope="session")
def history(folder: Path) -> list[dict[str, Any]]:
    return list(_lines(folder / "signals.ndjson"))


@pytest.fixture(scope="session")
def recent(folder: Path) -> list[dict[str, Any]]:
    return list(_lines(folder / "recent.ndjson"))
