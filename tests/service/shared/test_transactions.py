"""The edge owns the transaction: it commits before the answer leaves, or the answer says that it did not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter, Depends
from sqlalchemy import text
from structlog.testing import capture_logs

from services.gateway.repository.tables import MAILBOXES as SENT
from shared.auth.tokens import TokenVerifier, generate_key, public_half
from shared.db.engine import make_engine
from shared.db.tx import Database
from shared.kernel.clock import FixedClock
from shared.kernel.errors import NotFound
from shared.outbox.relay import unpublished
from shared.web.app import make_app
from shared.web.dependencies import Writing
from shared.web.guard import GuardedRoute, Public
from tests.service.shared.post import Post, a_change

pytestmark = pytest.mark.asyncio

Anyone = Annotated[None, Depends(Public("for the tests"))]
router = APIRouter(route_class=GuardedRoute)


@router.post("/changes", status_code=201)
async def change(_: Anyone, tx: Writing) -> None:
    tx.emit(a_change())


@router.post("/refusals", status_code=201)
async def refuse(_: Anyone, tx: Writing) -> None:
    tx.emit(a_change())
    raise NotFound


@router.post("/late-failures", status_code=201)
async def fail_late(_: Anyone, tx: Writing) -> None:
    """Break a constraint that is looked at when the transaction commits."""
    await tx.execute(
        text("CREATE TEMP TABLE once (n int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP")
    )
    await tx.execute(text("INSERT INTO once VALUES (1), (1)"))
    tx.emit(a_change())


@pytest_asyncio.fixture
async def caller(post: Post, clock: FixedClock) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of an app that writes as the sending service."""
    app = make_app("gateway", "Tests", post.sender, TokenVerifier(public_half(generate_key()), clock))
    app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tests") as client:
        yield client


async def test_who_reads_a_201_finds_what_was_written(post: Post, caller: httpx.AsyncClient) -> None:
    assert (await caller.post("/changes")).status_code == 201

    assert await unpublished(post.sender, SENT) == 1


async def test_a_refusal_takes_back_what_was_written(post: Post, caller: httpx.AsyncClient) -> None:
    assert (await caller.post("/refusals")).status_code == 404

    assert await unpublished(post.sender, SENT) == 0


async def test_a_commit_that_fails_is_not_answered_with_a_success(
    post: Post, caller: httpx.AsyncClient
) -> None:
    with capture_logs():
        answer = await caller.post("/late-failures")

    assert answer.status_code == 500
    assert await unpublished(post.sender, SENT) == 0


_ROWS = "SELECT number, repeat('x', 200) FROM generate_series(1, $1::int) AS number"


async def test_a_copy_that_is_cancelled_at_any_moment_holds_up_no_end(
    database_url: str, clock: FixedClock
) -> None:
    for moment in range(120):
        db = Database(make_engine(database_url, application="test"), "gateway", SENT.outbox, clock)

        async def copy(db: Database = db) -> None:
            async with db.read() as tx:
                await tx.copied(_ROWS, 300)

        copying = asyncio.create_task(copy())
        await asyncio.sleep(moment / 10_000)
        copying.cancel()
        await asyncio.gather(copying, return_exceptions=True)
        await asyncio.wait_for(db.close(), 10)
