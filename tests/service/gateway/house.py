"""A gateway on a real database, with people and departments in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select

from services.gateway.assembly import assemble
from services.gateway.domain.accounts import NewAccount, NewDepartment
from services.gateway.domain.passwords import HashCost
from services.gateway.repository.tables import MAILBOXES, audit_log
from services.gateway.settings import GatewaySettings
from services.gateway.usecases.add_accounts import add_accounts
from services.gateway.usecases.add_department import ClientCredentials, add_department
from services.gateway.usecases.password_hashing import Passwords
from shared.auth.permissions import Role
from shared.auth.tokens import TokenVerifier, generate_key, public_half
from shared.db.engine import make_engine
from shared.db.tx import Database
from shared.kernel.clock import FixedClock
from shared.runtime.service import Context, Destination, Job
from shared.runtime.settings import CommonSettings
from tests.service.gateway.fake_warning import FakeWarning

PASSWORD = "corner-lantern-42"
TOWN = "310112001"
CHEAP = Passwords(HashCost(8, 1, 1, "for tests"))


@dataclass(slots=True)
class House:
    """The gateway's app, its database, and the warning service that it talks to."""

    app: FastAPI
    db: Database
    clock: FixedClock
    warning: FakeWarning
    jobs: dict[str, Job]
    _tokens: dict[str, str] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, clock: FixedClock, folder: Path, **settings: Any) -> AsyncIterator[Self]:
        warning = FakeWarning()
        key = folder / "token.pem"
        key.write_bytes(generate_key())
        common = CommonSettings(database_url=SecretStr(url), token_key_file=key)
        db = Database(make_engine(url, application="tests"), "gateway", MAILBOXES.outbox, clock)
        verifier = TokenVerifier(public_half(key.read_bytes()), clock)
        destination = Destination(httpx.ASGITransport(warning.app()), "http://warning")
        context = Context("gateway", db, clock, verifier, common, lambda _name: destination)
        built = assemble(context, GatewaySettings(spool_folder=folder, **settings))
        async with built.app.router.lifespan_context(built.app):
            yield cls(built.app, db, clock, warning, {job.name: job for job in built.jobs})
        await db.close()

    def client(self, token: str | None = None, address: str = "10.1.1.1") -> httpx.AsyncClient:
        """Return a client that calls from `address`."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 1))
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=headers)

    async def add(self, role: Role, username: str | None = None, division: str = TOWN) -> str:
        """Add an official and return the username."""
        name = username or role.value
        await add_accounts(self.db, CHEAP, [NewAccount(name, PASSWORD, role.value, division)], "tests")
        return name

    async def log_in(
        self, username: str, password: str = PASSWORD, address: str = "10.1.1.1"
    ) -> httpx.Response:
        """Try to log in."""
        async with self.client(address=address) as client:
            body = {"username": username, "password": password}
            return await client.post("/api/auth/v1/login", json=body)

    async def token(self, role: Role) -> str:
        """Return the access token of somebody with this role; the same one again for the same role."""
        if role.value not in self._tokens:
            if role is Role.DEPARTMENT:
                self._tokens[role.value] = await self.department_token()
            else:
                answer = await self.log_in(await self.add(role))
                self._tokens[role.value] = answer.json()["access_token"]
        return self._tokens[role.value]

    async def add_department(self, source: str = "hrss") -> ClientCredentials:
        async with self.db.write() as tx:
            return await add_department(tx, NewDepartment(source, ("wage_arrears",), "310112"), "tests")

    async def department_token(self, source: str = "hrss") -> str:
        """Add a department and return an access token of its."""
        credentials = await self.add_department(source)
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
        }
        async with self.client() as client:
            answer = await client.post("/api/auth/v1/token", data=form)
            return str(answer.json()["access_token"])

    async def call(self, token: str | None, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Send one request."""
        async with self.client(token) as client:
            return await client.request(method, path, **arguments)

    async def audit(self) -> list[tuple[str, str, str | None, str]]:
        """Return the audit log as (actor, action, object, outcome), oldest first."""
        columns = (audit_log.c.actor, audit_log.c.action, audit_log.c.object, audit_log.c.outcome)
        async with self.db.read() as tx:
            rows = await tx.rows(select(*columns).order_by(audit_log.c.seq))
        return [(row.actor, row.action, row.object, row.outcome) for row in rows]
