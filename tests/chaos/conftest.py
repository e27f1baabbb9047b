"""A broker that lasts, and the marks of this folder's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.bus.embedded import JARS, Broker, a_broker
from tests.support.forgotten_sockets import excuse, pytest_runtest_teardown

__all__ = ["pytest_runtest_teardown"]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """Give a broker whose messages survive its death."""
    found = a_broker(tmp_path / "kafka", ROOT / JARS)
    if not found.keeps_messages:
        pytest.skip(f"{found.name} keeps its messages in memory only")
    found.start()
    yield found
    found.thaw()
    found.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies here."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.chaos)
    excuse(here)
