"""Broker and database away, frozen and overrun, one after the other, while a department sends: the services go on.

The broker may be away without anybody noticing but who waits for news. Without the database nothing is acknowledged,
and everything afterwards.
"""

import asyncio
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from shared.bus.embedded import Broker
from tests.chaos.load import Load, tell, under_load
from tests.chaos.storms import DatabaseStorm, half_requests
from tests.flows import aftermath

pytestmark = pytest.mark.asyncio

BROKER_STOPPED_SECONDS = 60.0
BROKER_FROZEN_SECONDS = 30.0
DATABASE_STOPPED_SECONDS = 30.0
STORM_SECONDS = 10.0
_FILES, _HALF_REQUESTS = 256, 600
_GATEWAYS = ("gateway-api-1", "gateway-api-2")


async def test_outages_and_storms_lose_nothing_and_double_nothing(broker: Broker, tmp_path: Path) -> None:
    async with under_load(broker, tmp_path) as load:
        await _without_broker(load)
        await _with_frozen_broker(load)
        await _without_database(load)
        await _database_storm(load)
        await _gateway_storm(load)


async def _without_broker(load: Load) -> None:
    async with load.fault("broker stopped"), load.fleet.away("broker"):
        await load.emit("stopped")
        await _goes_on_without_news(load, BROKER_STOPPED_SECONDS)


async def _with_frozen_broker(load: Load) -> None:
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


async def _without_database(load: Load) -> None:
    async with load.fault("PostgreSQL stopped"):
        await load.emit("database")
        async with load.fleet.away("postgres"):
            await asyncio.sleep(5)
            assert await load.acknowledged_within(DATABASE_STOPPED_SECONDS - 5) == 0


async def _database_storm(load: Load) -> None:
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
    form = {
        "grant_type": "client_credentials",
        "client_id": load.credentials.client_id,
        "client_secret": load.credentials.client_secret,
    }
    address = f"http://127.0.0.1:{load.fleet.members[name].port}"
    async with httpx.AsyncClient(base_url=address, timeout=20) as client:
        return (await client.post("/api/auth/v1/token", data=form)).status_code


async def _gateway_storm(load: Load) -> None:
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
