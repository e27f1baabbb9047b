"""Every service as processes of its own, by role, over one broker and one PostgreSQL.

Their doors follow readiness. What ends is started anew, as a cluster would do.
"""

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from shared.auth.tokens import generate_key, public_half
from shared.bus.embedded import Broker
from shared.bus.free_ports import free_port
from shared.db.embedded import EmbeddedPostgres
from tests.chaos.door import Door
from tests.flows.running import Running, answers, run, up
from tests.flows.test_kills import Site

# Two of each that can be two: they share the requests, and the partitions.
MEMBERS = (
    "gateway-api-1",
    "gateway-api-2",
    "warning-api-1",
    "warning-api-2",
    "gateway-worker-1",
    "warning-worker-1",
    "warning-worker-2",
    "mediation-all-1",
    "mediation-worker-2",
    "inspection-all-1",
)
_UP_SECONDS = 90.0
_LOOK_SECONDS = 0.1
# One that ended as soon as it was started is let be for a moment, as a cluster does.
_EARLY_SECONDS = 5.0
_PAUSE_SECONDS = 3.0
_DRAIN_SECONDS = 1.0


@dataclass(slots=True)
class Member:
    """One process."""

    name: str
    port: int = field(default_factory=free_port)
    running: Running | None = None
    stack: ExitStack = field(default_factory=ExitStack)
    starts: int = 0
    started_at: float = 0.0
    may_start_at: float = 0.0
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def service(self) -> str:
        return self.name.split("-")[0]

    @property
    def role(self) -> str:
        return self.name.split("-")[1]

    def lives(self) -> bool:
        return self.running is not None and self.running.process.poll() is None

    def works(self) -> bool:
        return self.lives() and self.running is not None and answers(self.running, "/readyz")


class Fleet:
    """All processes, kept alive until the end."""

    def __init__(self, site: Site, broker: Broker, folder: Path) -> None:
        self.site, self.broker, self.folder = site, broker, folder
        self.members = {name: Member(name) for name in MEMBERS}
        self.gateway = Door([self.members[name].port for name in MEMBERS if name.startswith("gateway-api")])
        self.warning = Door([self.members[name].port for name in MEMBERS if name.startswith("warning-api")])
        self._postgres: list[EmbeddedPostgres] = []
        self._away: set[str] = set()
        self._keeper: asyncio.Task[None] | None = None

    @property
    def settings(self) -> Mapping[str, str]:
        """Return what every process is told."""
        alone = {name: self.members[f"{name}-all-1"].port for name in ("mediation", "inspection")}
        upstreams = {f"UPSTREAM_{name.upper()}": f"http://127.0.0.1:{port}" for name, port in alone.items()}
        return {
            "DATABASE_URL": self.site.url,
            "DATABASE_POOL_SIZE": "8",
            "BUS": "kafka",
            "KAFKA_BOOTSTRAP_SERVERS": self.broker.bootstrap_servers,
            "KAFKA_SESSION_TIMEOUT_SECONDS": "4",
            "DRAIN_SECONDS": str(_DRAIN_SECONDS),
            "LOG_LEVEL": "WARNING",
            "UPSTREAM_WARNING": self.warning.address,
            **upstreams,
        }

    @asynccontextmanager
    async def sailing(self) -> AsyncIterator[None]:
        """Start everything, keep it alive, and end it."""
        key = generate_key()
        (self.folder / "TOKEN_KEY_FILE").write_bytes(key)
        (self.folder / "TOKEN_PUBLIC_KEY_FILE").write_bytes(public_half(key))
        created = await asyncio.to_thread(run, ["kafka", "topics", "--create"], **self.settings)
        assert created.returncode == 0, created.stderr
        async with self.gateway.open(), self.warning.open():
            keeper = self._keeper = asyncio.create_task(self._keep())
            try:
                await self.until_ready()
                yield
            finally:
                keeper.cancel()
                with suppress(asyncio.CancelledError):
                    await keeper
                for member in self.members.values():
                    member.stack.close()
                for server in self._postgres:
                    server.leave()

    async def until_ready(self) -> None:
        """Wait until every process works, the broker and the database too."""
        async with asyncio.timeout(_UP_SECONDS):
            while not (self._broker_answers() and self.site.server._state() == "ready"):
                self._still_kept()
                await asyncio.sleep(_LOOK_SECONDS)
        for member in self.members.values():
            await self._until_works(member)

    def kill(self, name: str) -> None:
        """End a process, the broker or the database as a power cut would."""
        if name == "broker":
            self.broker.kill()
        elif name == "postgres":
            self.site.cut_the_power()
        else:
            running = self.members[name].running
            if running is not None:
                running.process.kill()

    @asynccontextmanager
    async def away(self, name: str) -> AsyncIterator[None]:
        """End the broker or the database in order, and let it come back only after the block."""
        self._away.add(name)
        try:
            if name == "broker":
                await asyncio.to_thread(self.broker.stop)
            else:
                # PostgreSQL's own word for a stop that waits for nobody.
                os.kill(int(self.site.server._pid_file()[0]), signal.SIGINT)
            yield
        finally:
            self._away.discard(name)

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[None]:
        """Let the broker hang."""
        self.broker.freeze()
        try:
            yield
        finally:
            self.broker.thaw()

    async def restart(self, name: str) -> None:
        """Let a process end in order, and wait until its successor works."""
        member = self.members[name]
        assert member.running is not None
        before = member.starts
        member.running.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(member.running.process.wait, 30) == 0
        await self._until_works(member, before)

    async def die(self, *names: str) -> None:
        """End processes at once, and wait until their successors work."""
        before = {name: self.members[name].starts for name in names}
        for name in names:
            self.kill(name)
        for name in names:
            await self._until_works(self.members[name], before[name])

    async def _until_works(self, member: Member, starts_before: int = 0) -> None:
        async with asyncio.timeout(_UP_SECONDS):
            while True:
                self._still_kept()
                if member.starts > starts_before and await asyncio.to_thread(member.works):
                    return
                await asyncio.sleep(_LOOK_SECONDS)

    def _broker_answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.broker.port), timeout=1).close()
        except OSError:
            return False
        return True

    def _still_kept(self) -> None:
        """Raise what has ended the keeper: nothing would come back any more."""
        if self._keeper is not None and self._keeper.done():
            self._keeper.result()

    async def _keep(self) -> None:
        while True:
            if "broker" not in self._away and not self.broker.running():
                # Whoever waited here for its answer would take a kill in the meantime for a failed start.
                self.broker.start(wait=False)
            if "postgres" not in self._away and self.site.server._state() is None:
                server = EmbeddedPostgres(self.site.folder)
                await asyncio.to_thread(server.start)
                self._postgres.append(server)
            for member in self.members.values():
                if not member.lives() and time.monotonic() >= member.may_start_at:
                    self._start(member)
            await asyncio.sleep(_LOOK_SECONDS)

    def _start(self, member: Member) -> None:
        member.stack.close()
        key = "TOKEN_KEY_FILE" if member.service == "gateway" else "TOKEN_PUBLIC_KEY_FILE"
        own = {"PORT": str(member.port), key: str(self.folder / key)}
        member.stack = ExitStack()
        member.running = member.stack.enter_context(
            up(
                [member.service, "--role", member.role],
                self.folder / f"{member.name}.log",
                **self.settings,
                **own,
                **member.environment,
            )
        )
        member.starts += 1
        now = time.monotonic()
        member.may_start_at = now + (_PAUSE_SECONDS if now - member.started_at < _EARLY_SECONDS else 0)
        member.started_at = now
