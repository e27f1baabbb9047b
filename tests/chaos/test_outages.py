"""Processes restarted, broker and database away, frozen and overrun, while a department sends: the services go on.

The broker may be away without anybody noticing but who waits for news. Without the database nothing is acknowledged,
and everything afterwards.
"""

import asyncio
import time
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path

import asyncpg
import httpx
import pytest

from shared.kernel.clock import SystemClock
from tests.chaos.fleet import MEMBERS
from tests.chaos.load import Load, tell
from tests.chaos.slow_and_wrong import Clock, fake_time, slow_disk, why_no_strace
from tests.chaos.storms import DatabaseStorm, half_requests
from tests.flows import aftermath

pytestmark = pytest.mark.asyncio(loop_scope="module")

BROKER_STOPPED_SECONDS = 60.0
BROKER_FROZEN_SECONDS = 30.0
DATABASE_STOPPED_SECONDS = 30.0
STORM_SECONDS = 10.0
_DELAY_SECONDS = 0.1
# Less than any period of the policy, and more than a token lives.
_JUMP_MINUTES = 20
_FILES, _HALF_REQUESTS = 256, 600
_GATEWAYS = ("gateway-api-1", "gateway-api-2")


async def test_a_rolling_restart_under_load_fails_no_request(load: Load) -> None:
    fleet, onslaught = load.fleet, load.onslaught
    for name in MEMBERS:
        await fleet.restart(name)
        await onslaught.flow(50)
    assert [member.starts for member in fleet.members.values()] == [2] * len(MEMBERS)
    assert fleet.gateway.failures == []
    assert fleet.warning.failures == []
    assert onslaught.ledger.lost_answers == 0
    tell(f"{len(MEMBERS)} processes restarted one by one")


async def test_without_a_broker_signals_are_taken_and_events_wait(load: Load) -> None:
    async with load.fault("broker stopped"), load.fleet.away("broker"):
        await load.emit("stopped")
        await _goes_on_without_news(load, BROKER_STOPPED_SECONDS)


async def test_a_broker_that_hangs_holds_up_no_signal(load: Load) -> None:
    async with load.fault("broker frozen"), load.fleet.frozen():
        await load.emit("frozen")
        await _goes_on_without_news(load, BROKER_FROZEN_SECONDS)


async def _goes_on_without_news(load: Load, seconds: float) -> None:
    """What comes is acknowledged to the last second, and waits to be told."""
    await asyncio.sleep(seconds / 2)
    assert await load.acknowledged_within(seconds / 2) > 0
    waiting = await aftermath.rows(load.site.url, aftermath.unpublished())
    assert waiting
    tell(f"{len(waiting)} events waited")


async def test_without_a_database_nothing_is_acknowledged_and_afterwards_everything_goes_on(
    load: Load,
) -> None:
    async with load.fault("PostgreSQL stopped"):
        await load.emit("database")
        async with load.fleet.away("postgres"):
            await asyncio.sleep(5)
            assert await load.acknowledged_within(DATABASE_STOPPED_SECONDS - 5) == 0


async def test_a_database_without_a_free_connection_is_told_with_503(load: Load) -> None:
    async with load.fault("connection storm on PostgreSQL"):
        await load.emit("storm")
        storm = DatabaseStorm(load.site.url)
        raging = asyncio.create_task(storm.rage(STORM_SECONDS))
        await asyncio.sleep(STORM_SECONDS / 2)
        for name in _GATEWAYS:
            assert await _log_in(load, name) == HTTPStatus.SERVICE_UNAVAILABLE
        await raging
        tell(f"{len(storm.held)} connections held, {storm.ended} of others ended")


async def _log_in(load: Load, name: str) -> int:
    """Return what one process of the gateway, asked itself, answers a department that wants a token."""
    return (await _token(load, name)).status_code


async def _token(load: Load, name: str) -> httpx.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": load.credentials.client_id,
        "client_secret": load.credentials.client_secret,
    }
    address = f"http://127.0.0.1:{load.fleet.members[name].port}"
    async with httpx.AsyncClient(base_url=address, timeout=20) as client:
        return await client.post("/api/auth/v1/token", data=form)


async def test_a_gateway_overrun_by_half_requests_serves_again_once_they_end(load: Load) -> None:
    first, second = (load.fleet.members[name] for name in _GATEWAYS)
    assert first.running is not None
    assert second.running is not None
    async with (
        load.fault("connection storm on the gateway"),
        half_requests(first.port, first.running.process.pid, _FILES, _HALF_REQUESTS) as told,
        half_requests(second.port, second.running.process.pid, _FILES, _HALF_REQUESTS) as told_too,
    ):
        await asyncio.sleep(STORM_SECONDS)
        tell(f"{len(told) + len(told_too)} half requests at two processes with {_FILES} files each")
    assert [await _log_in(load, name) for name in _GATEWAYS] == [HTTPStatus.OK, HTTPStatus.OK]


async def test_a_slow_disk_slows_and_breaks_nothing(load: Load) -> None:
    reason = await asyncio.to_thread(why_no_strace)
    if reason:
        pytest.skip(reason)
    async with load.fault("slow disk"):
        async with slow_disk(int(load.site.server._pid_file()[0]), _DELAY_SECONDS):
            await load.emit("slow")
            took = await _commit_seconds(load)
            assert took >= _DELAY_SECONDS
            assert await load.acknowledged_within(STORM_SECONDS) > 0
        tell(f"a commit took {took:.2f} s")


async def _commit_seconds(load: Load) -> float:
    connection = await asyncpg.connect(load.site.url)
    try:
        began = time.monotonic()
        await connection.execute("SELECT pg_logical_emit_message(true, 'chaos', 'something to keep')")
        return time.monotonic() - began
    finally:
        await connection.close()


async def test_clocks_that_jump_harm_no_order_and_lie_to_nobody_but_their_own(
    load: Load, tmp_path: Path
) -> None:
    """While a clock is wrong by less than any period, nothing is late that is not; a token is at most refused."""
    library = fake_time()
    if library is None:
        pytest.skip("libfaketime is not installed")
    clock = Clock(library, tmp_path)
    strange, right = load.fleet.members["gateway-api-1"], load.fleet.members["gateway-api-2"]
    faked = (strange.name, "warning-worker-1", "warning-worker-2")
    load.fleet.gateway.spared.add(strange.port)
    for name in faked:
        load.fleet.members[name].environment = clock.environment
    await load.fleet.die(*faked)
    async with load.fault("clocks jump"):
        for minutes in (_JUMP_MINUTES, -_JUMP_MINUTES):
            clock.set(minutes)
            await _until_wrong_by(load, faked, minutes)
            await load.emit("ahead" if minutes > 0 else "behind")
            assert await load.acknowledged_within(STORM_SECONDS / 2) > 0
            of_right, of_strange = (
                await _fresh_token(load, right.name),
                await _fresh_token(load, strange.name),
            )
            # Who is ahead takes a fresh token for an old one; whoever is behind gives one that is old already.
            told = [await _ask(load, strange.name, of_right), await _ask(load, right.name, of_strange)]
            refused = told.index(HTTPStatus.UNAUTHORIZED)
            assert refused == (0 if minutes > 0 else 1)
            assert told[1 - refused] == HTTPStatus.OK
        clock.set(0)
        await _until_wrong_by(load, faked, 0)
        for issuer, asked in ((right, strange), (strange, right)):
            assert await _ask(load, asked.name, await _fresh_token(load, issuer.name)) == HTTPStatus.OK
    load.fleet.gateway.spared.clear()


async def _until_wrong_by(load: Load, names: Sequence[str], minutes: int) -> None:
    async with asyncio.timeout(15):
        for name in names:
            while abs(await _clock_ahead_minutes(load, name) - minutes) > 1:  # noqa: ASYNC110  a clock tells nobody
                await asyncio.sleep(0.2)


async def _clock_ahead_minutes(load: Load, name: str) -> float:
    address = f"http://127.0.0.1:{load.fleet.members[name].port}"
    async with httpx.AsyncClient(base_url=address, timeout=20) as client:
        told = parsedate_to_datetime((await client.get("/healthz")).headers["date"])
    return (told - SystemClock().now()).total_seconds() / 60


async def _fresh_token(load: Load, name: str) -> str:
    answer = await _token(load, name)
    assert answer.status_code == HTTPStatus.OK, answer.text
    return str(answer.json()["access_token"])


async def _ask(load: Load, name: str, token: str) -> int:
    """Return what one process of the gateway answers who shows a token with a signal that it has seen before."""
    known = load.onslaught.a_known_signal()
    address = f"http://127.0.0.1:{load.fleet.members[name].port}"
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=20) as client:
        return (await client.post("/api/intake/v1/signals", json=known)).status_code
