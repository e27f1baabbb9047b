"""Fixtures of the shared machinery's tests."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
import stamina

from shared.kernel.clock import FixedClock
from shared.outbox.burial import ATTEMPTS
from tests.service.shared.post import Post


@pytest_asyncio.fixture
async def post(database_url: str, clock: FixedClock) -> AsyncIterator[Post]:
    """Give a sending and a receiving service with empty mailboxes."""
    async with Post.opened(database_url, clock) as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retry as often as the inbox does, without its pauses."""
    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield
