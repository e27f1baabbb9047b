"""A gateway of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from shared.kernel.clock import FixedClock
from tests.service.gateway.house import House
from tests.service.gateway.neighbours import Neighbours
from tests.service.gateway.newsroom import Newsroom


@pytest_asyncio.fixture
async def house(database_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[House]:
    async with House.opened(database_url, clock, tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture
async def newsroom(database_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with Newsroom.opened(database_url, clock, tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture
async def neighbours(
    database_url: str, another_database_url: str, clock: FixedClock, tmp_path: Path
) -> AsyncIterator[Neighbours]:
    async with Neighbours.opened((database_url, another_database_url), clock, tmp_path) as opened:
        yield opened
