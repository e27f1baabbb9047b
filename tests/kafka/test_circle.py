"""All the way round in four processes over Kafka, undisturbed and while one after the other is killed.

KILLS says how often, SEED repeats a run.
"""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import pytest_asyncio

from services.gateway.repository.tables import MAILBOXES
from shared.auth.tokens import generate_key, public_half
from shared.bus.embedded import Broker
from shared.bus.free_ports import free_port
from shared.db.engine import make_engine
from shared.db.tx import Database
from shared.kernel.clock import SystemClock, shanghai_day
from tests.flows import aftermath
from tests.flows.circle import Circle, end_state, expected_history, furnish, some_enterprises
from tests.flows.running import Running, answers, run, up

pytestmark = [pytest.mark.asyncio, pytest.mark.slow]

SERVICES = ("warning", "mediation", "inspection", "gateway")
KILLS = int(os.environ.get("KILLS", "5"))
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
_AT_ONCE = 4
_REST_SECONDS = 60.0


@dataclass(slots=True)
class Fleet:
    """Four processes, each on its own port, with one database and one broker between them."""

    url: str
    folder: Path
    settings: Mapping[str, str]
    ports: Mapping[str, int] = field(default_factory=lambda: {name: free_port() for name in SERVICES})
    running: dict[str, Running] = field(default_factory=dict)
    _stacks: dict[str, ExitStack] = field(default_factory=dict)

    def begin(self, name: str) -> None:
        """Start one service."""
        upstreams = {
            f"UPSTREAM_{other.upper()}": f"http://127.0.0.1:{self.ports[other]}" for other in SERVICES[:3]
        }
        key = "TOKEN_KEY_FILE" if name == "gateway" else "TOKEN_PUBLIC_KEY_FILE"
        own = {"PORT": str(self.ports[name]), key: str(self.folder / key), **upstreams}
        stack = ExitStack()
        self.running[name] = stack.enter_context(
            up([name], self.folder / f"{name}.log", **self.settings, **own)
        )
        self._stacks[name] = stack

    async def until_up(self, name: str) -> None:
        """Wait until one service answers."""
        await asyncio.to_thread(self.running[name].wait_until, answers)

    def kill(self, name: str) -> None:
        """Kill one service as hard as can be."""
        psutil.Process(self.running[name].process.pid).kill()
        self._stacks.pop(name).close()

    def end(self) -> None:
        """Kill all that run."""
        for stack in self._stacks.values():
            stack.close()

    def gateway(self) -> httpx.AsyncClient:
        """Return a client of the gateway."""
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.ports['gateway']}", timeout=30)


@pytest_asyncio.fixture
async def fleet(database_url: str, broker: Broker, tmp_path: Path) -> AsyncIterator[Fleet]:
    """Give the four, serving."""
    key = generate_key()
    (tmp_path / "TOKEN_KEY_FILE").write_bytes(key)
    (tmp_path / "TOKEN_PUBLIC_KEY_FILE").write_bytes(public_half(key))
    settings = {
        "DATABASE_URL": database_url,
        "BUS": "kafka",
        "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap_servers,
        "KAFKA_SESSION_TIMEOUT_SECONDS": "2",
        "LOG_LEVEL": "WARNING",
    }
    # Other topics and groups than those of whoever else is on this broker.
    settings["KAFKA_EPOCH"] = str(random.SystemRandom().randrange(2, 10**9))
    made = Fleet(database_url, tmp_path, settings)
    created = await asyncio.to_thread(run, ["kafka", "topics", "--create"], **settings)
    assert created.returncode == 0, created.stderr
    try:
        for name in SERVICES:
            made.begin(name)
        for name in SERVICES:
            await made.until_up(name)
        yield made
    finally:
        made.end()


@pytest_asyncio.fixture
async def circle(fleet: Fleet) -> AsyncIterator[Circle]:
    """Give the people, known to everybody."""
    async with AsyncExitStack() as stack:
        engine = make_engine(fleet.url, application="tests")
        stack.push_async_callback(engine.dispose)
        credentials = await furnish(Database(engine, "gateway", MAILBOXES.outbox, SystemClock()))
        yield Circle(fleet.gateway, credentials, _wait, shanghai_day(SystemClock().now()))


async def _wait() -> None:
    """Let the processes work by themselves."""
    await asyncio.sleep(0.05)


async def rest(url: str) -> None:
    """Wait until every event has been published and handled."""
    async with asyncio.timeout(_REST_SECONDS):
        while True:
            if not await aftermath.rows(url, f"{aftermath.unpublished()} UNION ALL {aftermath.UNHEARD}"):
                return
            await asyncio.sleep(0.2)


def check(found: Mapping[str, Any], enterprises: Mapping[str, str]) -> None:
    """Compare how everything stands with what must be; the same as in one process."""
    for number, uscc in enumerate(enterprises):
        seen = found[uscc]
        assert (seen["state"], seen["level"], seen["signals"]) == ("closed", "orange", 1)
        way = ["hand_over"] if number % 2 == 0 else ["refer"]
        assert [step[0] for step in seen["history"]] == expected_history(way)


async def test_four_processes_take_warnings_all_the_way_round_and_a_killed_one_loses_nothing(
    fleet: Fleet, circle: Circle
) -> None:
    everybody: dict[str, str] = {}
    warnings = await one_more_round(circle, everybody)
    await rest(fleet.url)
    check(await end_state(circle, warnings), everybody)

    sys.stderr.write(f"SEED={SEED} KILLS={KILLS}\n")
    killing = asyncio.create_task(strike(fleet, random.Random(SEED)))  # noqa: S311  a seed, not a secret
    while not killing.done():
        warnings |= await one_more_round(circle, everybody)
    await killing
    await rest(fleet.url)
    check(await end_state(circle, warnings), everybody)
    for question in (aftermath.unpublished(), aftermath.dead_letters(), aftermath.LABELS_MISSING_OR_DOUBLED):
        assert await aftermath.rows(fleet.url, question) == [], question
    sys.stderr.write(f"{len(everybody)} warnings went all the way round\n")


async def one_more_round(circle: Circle, everybody: dict[str, str]) -> dict[str, str]:
    """Take the next few enterprises all the way round; add them to `everybody` and return their warnings."""
    more = dict(list(some_enterprises(len(everybody) + _AT_ONCE).items())[len(everybody) :])
    everybody |= more
    return await circle.all_round(more)


async def strike(fleet: Fleet, rng: random.Random) -> None:
    """Kill one service after the other, each at any moment, and start it again."""
    for number in range(KILLS):
        await asyncio.sleep(rng.uniform(0.1, 2.0))
        name = rng.choice(SERVICES)
        fleet.kill(name)
        sys.stderr.write(f"kill {number + 1}: {name}\n")
        fleet.begin(name)
        await fleet.until_up(name)
