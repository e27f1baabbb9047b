"""Small apps with our errors and guards, and clients that call them in this process."""

from datetime import UTC, datetime, timedelta

import httpx
from fastapi import APIRouter, FastAPI

from shared.auth.permissions import Role
from shared.auth.principal import Principal
from shared.auth.tokens import TokenIssuer, TokenVerifier, generate_key, public_half
from shared.db.base import metadata_for
from shared.db.engine import make_engine
from shared.db.tx import Database
from shared.kernel.clock import FixedClock
from shared.kernel.ids import new_id
from shared.outbox.tables import mailboxes
from shared.web.app import make_app

PRIVATE = generate_key()
CLOCK = FixedClock(datetime(2026, 11, 18, 4, 0, tzinfo=UTC))
NOBODY_LISTENS = "postgresql://postgres@/postgres?host=/nowhere/at/all"
OUTBOX = mailboxes(metadata_for("mediation")).outbox


def an_app(*routers: APIRouter, database: str = NOBODY_LISTENS) -> FastAPI:
    """Return an app as every service has it, with these routes."""
    db = Database(make_engine(database, application="tests"), "mediation", OUTBOX, CLOCK)
    app = make_app("mediation", "Tests", db, TokenVerifier(public_half(PRIVATE), CLOCK))
    for router in routers:
        app.include_router(router)
    return app


def token(role: Role) -> str:
    """Return a valid token of somebody with that role."""
    who = Principal(new_id(), "zhang", role, "310112101", new_id())
    return TokenIssuer(PRIVATE, CLOCK, timedelta(minutes=10)).issue(who)


def client(app: FastAPI, role: Role | None = None) -> httpx.AsyncClient:
    """Return a client that calls `app`; an exception that leaves the app leaves the call."""
    headers = {"Authorization": f"Bearer {token(role)}"} if role else {}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tests", headers=headers)
