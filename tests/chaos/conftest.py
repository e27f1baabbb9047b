"""A broker that lasts, and the marks of this folder's tests."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from shared.bus.embedded import JARS, Broker, a_broker
from tests.chaos.load import Load, under_load
from tests.support.forgotten_sockets import excuse, pytest_runtest_teardown

__all__ = ["pytest_runtest_teardown"]

ROOT = Path(__file__).parents[2]
_LONGEST = ("test_outages.py", "test_many_processes.py", "test_redelivery.py", "test_partition.py")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Give a broker whose messages survive its death."""
    found = a_broker(tmp_path_factory.mktemp("kafka"), ROOT / JARS)
    if not found.keeps_messages:
        pytest.skip(f"{found.name} keeps its messages in memory only")
    found.start()
    yield found
    found.thaw()
    found.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def load(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Load]:
    """Give a fleet under load, the same to all tests of a file; at their end everything must be there once."""
    async with under_load(broker, tmp_path_factory.mktemp("fleet")) as given:
        yield given


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies here, and let the longest files come first: of two workers none waits for the other at the end."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.chaos)
    excuse(here)
    places = {name: place for place, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))
