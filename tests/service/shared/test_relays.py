"""One relay per service is at work; another one takes its place when it dies."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
import stamina
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.gateway.repository.tables import MAILBOXES as SENT
from shared.bus.port import Bus
from shared.db.engine import make_engine
from shared.db.locks import only_one
from shared.db.tx import outbox_channel
from shared.db.wake import Waker
from shared.outbox.relay import unpublished
from tests.service.shared.post import SENDER, Post, a_change, an_ear, eventually
from tests.support.bus import Ear

pytestmark = pytest.mark.asyncio

_HOLDERS = """SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database
WHERE locktype = 'advisory' AND granted AND datname = current_database()"""
_LISTENERS = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN %' AND datname = current_database()"


async def ask(url: str, statement: str) -> list[int]:
    """Return the first column of a statement."""
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(statement)]
    finally:
        await connection.close()


async def found(url: str, statement: str) -> list[int]:
    """Return the first column of a statement as soon as it has a row."""
    return await eventually(lambda: ask(url, statement))


async def cut(url: str, pids: Sequence[int]) -> None:
    """Break connections off, as a lost network or a restarted server does."""
    for pid in pids:
        await ask(url, f"SELECT pg_terminate_backend({pid})")


@asynccontextmanager
async def at_work(post: Post, bus: Bus, waker: Waker) -> AsyncIterator["asyncio.Task[None]"]:
    """Run a relay with its waker."""
    tasks = [asyncio.create_task(waker.run()), asyncio.create_task(post.relay(bus, waker).run())]
    try:
        yield tasks[1]
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError, DBAPIError):
                await task


def a_waker(post: Post) -> Waker:
    return Waker(post.url, [outbox_channel(SENDER)])


async def until_heard(ear: Ear, key: str) -> None:
    async def heard() -> bool:
        return key in [message.key for message in ear.heard]

    await eventually(heard)


async def until_all_left(post: Post) -> None:
    async def all_left() -> bool:
        return await unpublished(post.sender, SENT) == 0

    await eventually(all_left)


async def test_of_two_relays_one_publishes_until_it_dies_and_the_other_goes_on(post: Post) -> None:
    (first_bus, first), (second_bus, second) = an_ear(), an_ear()
    before, after = a_change(1), a_change(2)
    async with at_work(post, first_bus, a_waker(post)) as relay:
        holders = await found(post.url, _HOLDERS)
        async with at_work(post, second_bus, a_waker(post)):
            await post.emit(before)
            await until_heard(first, before.key)
            await until_all_left(post)
            assert second.heard == []

            await cut(post.url, holders)
            with pytest.raises(DBAPIError):
                await relay

            await post.emit(after)
            await until_heard(second, after.key)

    assert [message.key for message in second.heard] == [after.key]
    assert after.key not in [message.key for message in first.heard]


async def test_a_relay_goes_on_after_the_bus_was_away(post: Post) -> None:
    bus, ear = an_ear(failures=1)
    event = a_change()
    async with at_work(post, bus, a_waker(post)):
        await post.emit(event)
        await until_all_left(post)

    assert [message.key for message in ear.heard] == [event.key, event.key]


async def test_only_one_holds_a_purpose_at_a_time(post: Post) -> None:
    holding = asyncio.Event()

    async def want() -> None:
        async with only_one(post.receiver.engine, "tests"):
            holding.set()

    async with only_one(post.sender.engine, "tests"), only_one(post.sender.engine, "others"):
        wanting = asyncio.create_task(want())
        await asyncio.sleep(0.05)
        assert not holding.is_set()
    async with asyncio.timeout(10):
        await wanting

    assert await ask(post.url, _HOLDERS) == []


async def test_only_one_waits_for_a_server_that_does_not_answer_yet(post: Post, tmp_path: Path) -> None:
    (served_at,) = parse_qs(urlsplit(post.url).query)["host"]
    door = tmp_path / ".s.PGSQL.5432"
    engine = make_engine(post.url.replace(served_at, str(tmp_path)), application="tests")
    with stamina.set_testing(False):
        waiting = asyncio.create_task(take(engine, "tests"))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        door.symlink_to(f"{served_at}/{door.name}")
        async with asyncio.timeout(10):
            await waiting
    await engine.dispose()


async def take(engine: AsyncEngine, purpose: str) -> None:
    """Hold a purpose for a moment."""
    async with only_one(engine, purpose):
        pass


async def test_a_notification_wakes_who_waits(post: Post) -> None:
    waker = a_waker(post)
    listening = asyncio.create_task(waker.run())
    await found(post.url, _LISTENERS)
    await waker.wait(outbox_channel(SENDER), 1)  # it wakes once when it begins to listen

    async with asyncio.timeout(10):
        waiting = asyncio.create_task(waker.wait(outbox_channel(SENDER), 60))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        await post.emit(a_change())
        await waiting

    listening.cancel()


async def test_who_waits_looks_for_itself_after_a_while(post: Post) -> None:
    """Polling is the fallback: a notification may be lost with its connection."""
    async with asyncio.timeout(10):
        await a_waker(post).wait(outbox_channel(SENDER), 0.01)
        await a_waker(post).wait(None, 0.01)


async def test_a_lost_connection_is_made_anew_and_wakes_everybody(post: Post) -> None:
    waker = a_waker(post)
    listening = asyncio.create_task(waker.run())
    lost = await found(post.url, _LISTENERS)
    await waker.wait(outbox_channel(SENDER), 1)

    await cut(post.url, lost)
    async with asyncio.timeout(10):
        # What was notified in between is unknown, so being back is itself a reason to look.
        await waker.wait(outbox_channel(SENDER), 60)
        await waker.wait(outbox_channel(SENDER), 0.1)
        waiting = asyncio.create_task(waker.wait(outbox_channel(SENDER), 60))
        await post.emit(a_change())
        await waiting

    assert set(await ask(post.url, _LISTENERS)).isdisjoint(lost)
    listening.cancel()
