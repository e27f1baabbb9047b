"""Notifications as they happen, over a real connection: nothing lost, nothing twice, and an end in time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from services.gateway.api import notification_response
from services.gateway.jobs.tell_streams import end_streams_job, tell_streams_job
from services.gateway.repository import notifications
from services.gateway.repository.tables import MAILBOXES
from services.gateway.usecases.disable_account import disable_account
from services.gateway.usecases.notices import notices_of
from services.gateway.usecases.notification_streams import NotificationStreams
from shared.auth.permissions import Role
from shared.db.engine import make_engine
from shared.db.tx import Database
from shared.runtime.supervisor import attendants
from tests.service.gateway.listening import Heard, Listener
from tests.service.gateway.newsroom import DOOR, OTHER_TOWN, Newsroom, Person, assigned, raised
from tests.service.gateway.server import served, until

pytestmark = pytest.mark.asyncio

HANG_UP = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    # The server's own, such as a vacuum, have no name either.
    " AND backend_type = 'client backend' AND application_name IN ('', 'gateway.standing')"
)


@asynccontextmanager
async def on_air(newsroom: Newsroom) -> AsyncIterator[int]:
    """Serve the gateway with what runs beside it in a process of its own; give the port."""
    async with served(newsroom.system.host.front) as port:
        tasks = [asyncio.create_task(loop) for loop in attendants(newsroom.system.host)]
        try:
            yield port
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@pytest_asyncio.fixture
async def port(newsroom: Newsroom) -> AsyncIterator[int]:
    async with on_air(newsroom) as found:
        yield found


@pytest_asyncio.fixture
async def officer(newsroom: Newsroom) -> Person:
    return await newsroom.person(Role.TOWN_OFFICER)


def streams_of(newsroom: Newsroom) -> NotificationStreams:
    found: NotificationStreams = newsroom.system.host.front.state.parts.streams
    return found


def ids(heard: list[Heard]) -> list[str]:
    return [one.id for one in heard]


async def kept(person: Person) -> list[str]:
    """Return the ids of what somebody was told, oldest first."""
    return [item["id"] for item in reversed((await person.get("/", limit=200))["items"])]


async def test_a_stream_begins_with_the_unread_count_and_goes_on_with_what_is_new(
    newsroom: Newsroom, officer: Person, port: int
) -> None:
    await newsroom.tell(raised(newsroom.system), raised(newsroom.system))
    async with Listener.opened(port, officer.token) as listener:
        assert listener.status == 200
        assert listener.headers["content-type"].startswith("text/event-stream")
        assert listener.headers["cache-control"] == "no-store"
        (count,) = await listener.told(1)
        assert (count.name, count.data, count.id) == ("unread", {"unread": 2}, (await kept(officer))[-1])
        await newsroom.tell(raised(newsroom.system))
        (news,) = await listener.told(1)
    (listed,) = (await officer.get("/", limit=1))["items"]
    assert (news.name, news.id, news.data) == ("notification", listed["id"], listed)


async def test_nobody_hears_what_others_are_told(newsroom: Newsroom, port: int) -> None:
    elsewhere = await newsroom.person(Role.TOWN_OFFICER, OTHER_TOWN)
    coordinator = await newsroom.person(Role.GRID_COORDINATOR)
    async with (
        Listener.opened(port, elsewhere.token) as far,
        Listener.opened(port, coordinator.token) as near,
    ):
        assert [(await one.told(1))[0].data for one in (far, near)] == [{"unread": 0}] * 2
        await newsroom.tell(raised(newsroom.system), assigned(newsroom.system, coordinator.account_id))
        assert [one.data["kind"] for one in await near.told(1)] == ["warning_assigned"]
        await newsroom.tell(raised(newsroom.system))
        streams_of(newsroom).shut()
        assert (await far.rest(), await near.rest()) == ([], [])


async def test_a_client_that_comes_back_hears_what_it_missed_once_and_in_order(
    newsroom: Newsroom, officer: Person, port: int
) -> None:
    async with Listener.opened(port, officer.token) as listener:
        (before,) = await listener.told(1)
        await newsroom.tell(raised(newsroom.system))
        heard = await listener.told(1)
    await newsroom.tell(*(raised(newsroom.system) for _ in range(3)))
    async with Listener.opened(port, officer.token, heard[-1].id) as listener:
        missed = await listener.told(4)
        assert [one.name for one in missed] == ["notification"] * 3 + ["unread"]
        assert missed[-1].data == {"unread": 4}
        assert missed[-1].id == missed[-2].id
        await newsroom.tell(raised(newsroom.system))
        heard += missed[:3] + await listener.told(1)
    assert ids(heard) == await kept(officer)
    # Also one that had heard nothing at all but the count.
    async with Listener.opened(port, officer.token, before.id) as listener:
        assert ids(await listener.told(5)) == await kept(officer)


@pytest.mark.parametrize("last", ["00000000-0000-7000-8000-00000000abcd", "never sent"])
async def test_an_id_that_is_kept_no_more_is_older_than_all_that_is(
    newsroom: Newsroom, officer: Person, port: int, last: str
) -> None:
    await newsroom.tell(raised(newsroom.system), raised(newsroom.system))
    async with Listener.opened(port, officer.token, last) as listener:
        assert ids((await listener.told(3))[:2]) == await kept(officer)


async def test_what_is_written_later_is_never_seen_earlier(newsroom: Newsroom) -> None:
    """A stream that goes on from the greater place would miss the smaller one."""
    db = newsroom.house.db

    async def write() -> None:
        async with db.write() as tx:
            await notifications.add(tx, [*notices_of(raised(newsroom.system))])

    async with db.write() as tx:
        await notifications.add(tx, [*notices_of(raised(newsroom.system))])
        later = asyncio.create_task(write())
        await asyncio.wait({later}, timeout=0.3)
        async with db.read() as looking:
            assert await notifications.newest_seq(looking) == 0
    await later
    async with db.read() as looking:
        assert len(await notifications.all_after(looking, 0, 10)) == 2


async def test_nothing_is_lost_or_doubled_by_clients_that_come_and_go_while_much_is_told(
    newsroom: Newsroom, officer: Person, port: int
) -> None:
    """Three writers at once, and a client that hangs up after every few events."""

    async def write(number: int) -> None:
        for _ in range(number):
            async with newsroom.house.db.write() as tx:
                await notifications.add(tx, [*notices_of(raised(newsroom.system))])
                await asyncio.sleep(0.002)

    total = 90
    heard: list[Heard] = []
    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(write(total // 3))
        last: str | None = "00000000-0000-0000-0000-000000000000"
        while len(heard) < total:
            async with Listener.opened(port, officer.token, last) as listener:
                for _ in range(7):
                    one = await listener.next()
                    assert one is not None
                    last = one.id
                    heard += [one] if one.name == "notification" else []
                    if len(heard) == total:
                        break
    assert ids(heard) == await kept(officer)


async def test_a_quiet_stream_shows_that_it_lives(
    newsroom: Newsroom, officer: Person, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notification_response, "HEARTBEAT_SECONDS", 0.05)
    async with Listener.opened(port, officer.token) as listener:
        await listener.told(1)
        await asyncio.sleep(0.3)
        await newsroom.tell(raised(newsroom.system))
        await listener.told(1)
        assert listener.comments > 2


@pytest.mark.parametrize("end", ["logout", "disabled", "expired"])
async def test_a_stream_ends_with_the_session_and_with_the_token(
    newsroom: Newsroom, officer: Person, port: int, end: str
) -> None:
    job = end_streams_job(streams_of(newsroom))
    assert job.every <= timedelta(seconds=5)
    async with Listener.opened(port, officer.token) as listener:
        await listener.told(1)
        await job.run()
        await newsroom.tell(raised(newsroom.system))
        await listener.told(1)
        if end == "logout":
            await officer.log_out()
        elif end == "disabled":
            async with newsroom.house.db.write() as tx:
                await disable_account(tx, officer.username, "tests")
        else:
            await newsroom.later(minutes=10)
        await job.run()
        assert await listener.rest() == []
    async with Listener.opened(port, officer.token) as again:
        assert again.status == 401


async def test_an_account_has_no_more_streams_than_it_may(
    newsroom: Newsroom, officer: Person, port: int
) -> None:
    other = await newsroom.person(Role.TOWN_OFFICER, name="colleague")
    open_ones = [Listener.opened(port, officer.token) for _ in range(5)]
    for one in open_ones:
        assert (await one.__aenter__()).status == 200
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        headers = {"Authorization": f"Bearer {officer.token}"}
        answer = await client.get(f"{DOOR}/stream", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_streams")
    assert answer.headers["retry-after"]
    async with Listener.opened(port, other.token) as listener:
        assert listener.status == 200
    await open_ones[0].__aexit__(None, None, None)
    await until(lambda: len(streams_of(newsroom)._streams) == 4)
    async with Listener.opened(port, officer.token) as listener:
        assert listener.status == 200
    for one in open_ones[1:]:
        await one.__aexit__(None, None, None)


async def test_a_client_too_slow_has_its_stream_closed_and_goes_on_where_it_was(
    newsroom: Newsroom, officer: Person, port: int
) -> None:
    streams = streams_of(newsroom)
    streams._most_waiting = 20
    async with Listener.opened(port, officer.token) as slow, Listener.opened(port, officer.token) as quick:
        heard = [await slow.told(1), await quick.told(1)]
        assert len(streams._streams) == 2
        long = raised(newsroom.system)
        (notice,) = notices_of(long)
        heavy = [
            type(notice)(**{f: getattr(notice, f) for f in notice.__slots__} | {"uscc": "9" * 200_000})
        ] * 10
        for _ in range(8):
            async with newsroom.house.db.write() as tx:
                await notifications.add(tx, heavy)
            heard[1] += await quick.told(10)
        await until(lambda: len(streams._streams) == 1)
        late = await slow.rest()
    last = late[-1].id
    async with Listener.opened(port, officer.token, last) as listener:
        late += await listener.told(80 - len(late))
    assert ids(late) == ids(heard[1][1:]) == await kept(officer)


async def test_a_stream_goes_on_when_the_database_hung_up(
    newsroom: Newsroom, officer: Person, port: int
) -> None:
    """The connections that are held for long are gone: the one that listens and the session check's."""
    async with Listener.opened(port, officer.token) as listener:
        await listener.told(1)
        async with newsroom.house.db.read() as tx:
            assert len(await tx.rows(HANG_UP)) == 2
        await newsroom.tell(raised(newsroom.system))
        assert [one.name for one in await listener.told(1)] == ["notification"]
        await end_streams_job(streams_of(newsroom)).run()
        await newsroom.tell(raised(newsroom.system))
        assert [one.name for one in await listener.told(1)] == ["notification"]


async def test_a_round_without_a_database_is_left_out_and_the_process_lives(
    newsroom: Newsroom, officer: Person, port: int
) -> None:
    streams, db = streams_of(newsroom), newsroom.house.db
    nowhere = make_engine("postgresql://postgres@/postgres?host=/nowhere/at/all", application="tests")
    async with Listener.opened(port, officer.token) as listener:
        await listener.told(1)
        streams._db = Database(nowhere, "gateway", MAILBOXES.outbox, newsroom.system.clock)
        assert await tell_streams_job(streams).run() is False
        streams._db = db
        await newsroom.tell(raised(newsroom.system))
        assert [one.name for one in await listener.told(1)] == ["notification"]


async def test_nobody_reads_the_database_for_streams_that_are_not_there(newsroom: Newsroom) -> None:
    await newsroom.tell(raised(newsroom.system))
    assert await streams_of(newsroom).tell() is False
    assert streams_of(newsroom)._told_up_to is None


async def test_when_the_process_stops_streams_end_and_none_begins(
    newsroom: Newsroom, officer: Person, port: int
) -> None:
    async with Listener.opened(port, officer.token) as listener:
        await listener.told(1)
        for stop in newsroom.system.host.hosted["gateway"].service.on_stop:
            stop()
        assert await listener.rest() == []
    async with Listener.opened(port, officer.token) as refused:
        assert refused.status == 503
