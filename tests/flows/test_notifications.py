"""What one process keeps, another one that only serves tells at once; and it stops though streams are open."""

import asyncio
import signal
import time
from pathlib import Path

import httpx
import pytest

from services.catalog import SPECS
from services.gateway.domain.accounts import NewAccount
from services.gateway.domain.passwords import HashCost
from services.gateway.usecases.add_accounts import add_accounts
from services.gateway.usecases.notify import notify
from services.gateway.usecases.password_hashing import Passwords
from shared.auth.permissions import Role
from shared.auth.tokens import generate_key
from shared.db.engine import make_engine
from shared.db.tx import Database
from shared.events.base import Recipient
from shared.events.warning import WarningUpgraded
from shared.kernel.clock import SystemClock
from shared.kernel.ids import new_id
from tests.flows.running import Running, answers, up
from tests.service.gateway.listening import Listener

TOWN = "310112101"
PASSWORD = "corner-lantern-42"
CHEAP = Passwords(HashCost(8, 1, 1, "for tests"))
NOWHERE = "http://127.0.0.1:9"
# Rounds without a wake-up come every two seconds; a stop that waits for its clients takes ten.
ROUNDS = 8
WOKEN_SECONDS = 6.0
STOP_SECONDS = 5.0


def upgraded() -> WarningUpgraded:
    told = Recipient(role=Role.TOWN_OFFICER, division=TOWN)
    return WarningUpgraded(
        warning_id=new_id(),
        uscc="91310112133304518C",
        division=TOWN,
        level="red",
        state="assigned",
        version=2,
        at=SystemClock().now(),
        rule_ids=("wage_arrears",),
        told=(told,),
    )


async def log_in(running: Running) -> str:
    async with httpx.AsyncClient(base_url=running.address) as client:
        body = {"username": "chen", "password": PASSWORD}
        answer = await client.post("/api/auth/v1/login", json=body)
        return str(answer.json()["access_token"])


@pytest.mark.asyncio
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
async def test_a_process_that_only_serves_tells_at_once_and_stops_with_streams_open(
    database_url: str, tmp_path: Path, stop: signal.Signals
) -> None:
    key = tmp_path / "token.pem"
    key.write_bytes(generate_key())
    engine = make_engine(database_url, application="tests")
    db = Database(engine, "gateway", SPECS["gateway"].mailboxes.outbox, SystemClock())
    await add_accounts(db, CHEAP, [NewAccount("chen", PASSWORD, Role.TOWN_OFFICER, TOWN)], "tests")
    settings = {"DATABASE_URL": database_url, "TOKEN_KEY_FILE": str(key)}
    settings |= {f"UPSTREAM_{name.upper()}": NOWHERE for name in SPECS if name != "gateway"}

    with up(["gateway", "--role", "api"], tmp_path / "log", **settings) as running:
        await asyncio.to_thread(running.wait_until, answers)
        token = await log_in(running)
        async with Listener.opened(running.port, token) as listener:
            assert [one.data for one in await listener.told(1)] == [{"unread": 0}]
            began = time.monotonic()
            for _ in range(ROUNDS):
                async with db.write() as tx:
                    await notify(tx, [upgraded()])
                assert [one.data["kind"] for one in await listener.told(1)] == ["warning_upgraded"]
            assert time.monotonic() - began < WOKEN_SECONDS

            running.process.send_signal(stop)
            began = time.monotonic()
            assert await listener.rest() == []
            assert await asyncio.to_thread(running.process.wait, 30) == 0
            assert time.monotonic() - began < STOP_SECONDS
    await engine.dispose()
    assert "Traceback" not in (tmp_path / "log").read_text("utf-8")
