"""The whole system in one process, moved by hand: nothing runs unless a test says `settle`."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self
from uuid import UUID

import httpx
from pydantic import SecretStr

from services.catalog import SPECS
from shared.auth.permissions import Role
from shared.auth.principal import Principal
from shared.auth.tokens import TokenIssuer, TokenVerifier, generate_key, public_half
from shared.bus.local import LocalBus
from shared.bus.port import Bus
from shared.db.tx import Database
from shared.events.base import Event
from shared.kernel.clock import FixedClock
from shared.kernel.ids import new_id
from shared.runtime.host import Host, enter_lifespans, host
from shared.runtime.settings import CommonSettings

MAX_ROUNDS = 50


@dataclass(slots=True)
class System:
    """Four services, one database, a clock that stands."""

    host: Host
    clock: FixedClock
    issuer: TokenIssuer

    @classmethod
    @asynccontextmanager
    async def started(
        cls, url: str, clock: FixedClock, folder: Path, bus: Bus | None = None
    ) -> AsyncIterator[Self]:
        """Build everything on `url` and take it down at the end."""
        key = folder / "token.pem"
        key.write_bytes(generate_key())
        settings = CommonSettings(database_url=SecretStr(url), token_key_file=key)
        verifier = TokenVerifier(public_half(key.read_bytes()), clock)
        made = host(list(SPECS.values()), settings, clock, verifier, bus or LocalBus())
        async with AsyncExitStack() as stack:
            stack.push_async_callback(made.close)
            await enter_lifespans(made, stack)
            yield cls(made, clock, TokenIssuer(key.read_bytes(), clock, timedelta(days=4000)))

    def db(self, service: str) -> Database:
        """Return a service's way to its schema."""
        return self.host.hosted[service].db

    def token(
        self,
        role: Role,
        division: str = "310112",
        *,
        account_id: UUID | None = None,
        username: str | None = None,
        source: str | None = None,
        indicators: frozenset[str] = frozenset(),
    ) -> str:
        """Return a signed access token; good for calling a service directly (the gateway wants a live session)."""
        return self.issuer.issue(
            Principal(
                account_id or new_id(),
                username or f"test-{role}",
                role,
                division,
                new_id(),
                source,
                indicators,
            )
        )

    def client(self, service: str, token: str | None = None) -> httpx.AsyncClient:
        """Return a client that calls `service` in this process, as the holder of `token`."""
        app = self.host.hosted[service].service.app
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=f"http://{service}", headers=headers)

    async def tell(self, *events: Event) -> None:
        """Let the events' owners tell them, and everything come to rest."""
        for event in events:
            async with self.db(event.TYPE.partition(".")[0]).write() as tx:
                tx.emit(event)
        await self.settle()

    async def settle(self) -> None:
        """Run relays and jobs until nothing is left to do at this instant."""
        worked = False
        for _ in range(MAX_ROUNDS):
            moved = await self._relay()
            if worked and not moved:
                return
            worked = not await self._run_jobs()
        message = "the system does not come to rest"
        raise AssertionError(message)

    async def _run_jobs(self) -> bool:
        busy = False
        for hosted in self.host.hosted.values():
            for job in hosted.jobs:
                busy = await job.run() or busy
        return busy

    async def _relay(self) -> bool:
        moved = 0
        for hosted in self.host.hosted.values():
            engine = hosted.db.engine.execution_options(isolation_level="AUTOCOMMIT")
            async with engine.connect() as connection:
                while batch := await hosted.relay.publish_batch(connection):
                    moved += batch
        return moved > 0
