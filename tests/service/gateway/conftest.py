"""A gateway of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from shared.kernel.clock import FixedClock
from tests.service.gateway.house import House


@pytest_asyncio.fixture
async def house(database_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[House]:
    async with House.opened(database_url, clock, tmp_path) as opened:
        yield opened
