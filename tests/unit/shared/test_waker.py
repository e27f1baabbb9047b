"""Who waits for a notification can be told to end at any moment."""

import asyncio

import pytest

from shared.db.wake import Waker

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("turns", range(6))
async def test_who_is_cancelled_ends_though_a_notification_comes_just_then(turns: int) -> None:
    waker = Waker("postgresql://nobody@nowhere/nothing", ["news"])
    waiting = asyncio.create_task(waker.wait("news", 60))
    for _ in range(3):
        await asyncio.sleep(0)
    waker._events["news"].set()
    for _ in range(turns):
        await asyncio.sleep(0)
    if waiting.cancel():
        with pytest.raises(asyncio.CancelledError):
            await waiting
