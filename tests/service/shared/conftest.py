"""Fixtures of the shared machinery's tests."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
import pytest_asyncio
import stamina

from shared.kernel.clock import FixedClock
from shared.outbox.burial import ATTEMPTS
from tests.conftest import database_at
from tests.service.shared.post import Post


@pytest.fixture(scope="session")
def post_office(postgres: str, template: str) -> str:
    """Give the address of a database that the tests of the mailboxes use one after the other."""
    statement = f"CREATE DATABASE post_office TEMPLATE {template}"
    asyncio.run(administer(postgres, statement))
    return database_at(postgres, "post_office")


async def administer(postgres: str, statement: str) -> None:
    connection = await asyncpg.connect(postgres)
    await connection.execute(statement)
    await connection.close()


@pytest_asyncio.fixture
async def post(post_office: str, clock: FixedClock) -> AsyncIterator[Post]:
    """Give a sending and a receiving service with empty mailboxes."""
    async with Post.opened(post_office, clock) as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retry as often as the inbox does, without its pauses."""
    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield
