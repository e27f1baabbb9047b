"""Fixtures of the inspection service's tests."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.inspectorate import Inspectorate
from tests.support.system import System


@pytest_asyncio.fixture
async def inspectorate(system: System) -> AsyncIterator[Inspectorate]:
    """Give an inspectorate with three inspectors."""
    made = Inspectorate(system)
    await made.open()
    yield made
