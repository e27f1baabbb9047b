"""Fixtures of the warning service's tests."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.district import District
from tests.support.system import System


@pytest_asyncio.fixture
async def district(system: System) -> AsyncIterator[District]:
    """Give a small district, with everybody known."""
    made = District(system)
    await made.open()
    yield made
