"""Fixtures of the mediation service's tests."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.network import Network
from tests.support.system import System


@pytest_asyncio.fixture
async def network(system: System) -> AsyncIterator[Network]:
    """Give a small network, with everybody known."""
    made = Network(system)
    await made.build()
    yield made
