"""Fixtures of the warning service's tests."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.district import TOWN, District
from tests.support.system import System


@pytest_asyncio.fixture
async def district(system: System) -> AsyncIterator[District]:
    """Give a small district, with everybody known."""
    made = District(system)
    await made.employ(made.first, "c1", (f"{TOWN}-G01",))
    await made.employ(made.second, "c2", (f"{TOWN}-G02",))
    answer = await made.register(headcount=120)
    assert answer.status_code == 200, answer.text
    yield made
