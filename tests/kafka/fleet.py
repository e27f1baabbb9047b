"""The four services as four processes with one database and one broker between them, and the people at their door."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from services.gateway.repository.tables import MAILBOXES
from services.gateway.usecases.add_department import ClientCredentials
from shared.auth.tokens import generate_key, public_half
from shared.bus.embedded import Broker
from shared.bus.free_ports import free_port
from shared.db.engine import make_engine
from shared.db.tx import Database
from shared.kernel.clock import SystemClock, shanghai_day
from tests.flows import aftermath
from tests.flows.circle import Circle, furnish
from tests.flows.running import NO_AUTHORITIES, Running, answers, run, up

SERVICES = ("warning", "mediation", "inspection", "gateway")
_REST_SECONDS = 60.0


def an_epoch() -> int:
    """Return an epoch with other topics and groups than those of whoever else is on the broker."""
    return random.SystemRandom().randrange(2, 10**9)


@dataclass(slots=True)
class Fleet:
    """Four processes, each on its own port."""

    url: str
    folder: Path
    settings: Mapping[str, str]
    ports: Mapping[str, int] = field(default_factory=lambda: {name: free_port() for name in SERVICES})
    running: dict[str, Running] = field(default_factory=dict)
    _stacks: dict[str, ExitStack] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def serving(cls, url: str, broker: Broker, folder: Path, epoch: int) -> AsyncIterator["Fleet"]:
        """Give the four, serving; the folder keeps their keys."""
        if not (folder / "TOKEN_KEY_FILE").exists():
            key = generate_key()
            (folder / "TOKEN_KEY_FILE").write_bytes(key)
            (folder / "TOKEN_PUBLIC_KEY_FILE").write_bytes(public_half(key))
        settings = {
            "DATABASE_URL": url,
            "BUS": "kafka",
            "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap_servers,
            "KAFKA_EPOCH": str(epoch),
            "KAFKA_SESSION_TIMEOUT_SECONDS": "2",
            "LOG_LEVEL": "WARNING",
        }
        created = await asyncio.to_thread(run, ["kafka", "topics", "--create"], **settings)
        assert created.returncode == 0, created.stderr
        made = cls(url, folder, settings)
        try:
            for name in SERVICES:
                made.begin(name)
            for name in SERVICES:
                await made.until_up(name)
            yield made
        finally:
            made.end()

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

    def stop(self) -> None:
        """Stop all that run in order."""
        for name in self._stacks:
            assert self.running[name].stop() == 0, name

    def end(self) -> None:
        """Kill all that run."""
        for stack in self._stacks.values():
            stack.close()

    def people(self, credentials: ClientCredentials) -> Circle:
        """Return the people, who are known already."""
        return Circle(self.gateway, credentials, _let_them_work, shanghai_day(SystemClock().now()))

    def gateway(self) -> httpx.AsyncClient:
        """Return a client of the gateway."""
        address = f"http://127.0.0.1:{self.ports['gateway']}"
        return httpx.AsyncClient(base_url=address, timeout=30, verify=NO_AUTHORITIES)

    async def come_to_rest(self) -> None:
        """Wait until every event has been published and handled."""
        async with asyncio.timeout(_REST_SECONDS):
            while True:
                left = f"{aftermath.unpublished()} UNION ALL {aftermath.UNHEARD}"
                if not await aftermath.rows(self.url, left):
                    return
                await asyncio.sleep(0.2)


async def known_people(url: str) -> ClientCredentials:
    """Make the people's accounts; return the credentials of the department that reports."""
    engine = make_engine(url, application="tests")
    try:
        return await furnish(Database(engine, "gateway", MAILBOXES.outbox, SystemClock()))
    finally:
        await engine.dispose()


async def _let_them_work() -> None:
    await asyncio.sleep(0.05)
