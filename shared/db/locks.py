"""One active worker per purpose, by an advisory lock on a connection of its own.

The lock lives as long as the connection: work that must not run twice does its deciding statements on that
very connection, so that who has lost the lock cannot act on it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import stamina
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.db.engine import is_unreachable

RETRY_SECONDS = 1.0
# A server that is busy or starts anew is waited for; who is without it for longer says so by ending.
_PATIENCE_SECONDS = 60.0


@asynccontextmanager
async def only_one(engine: AsyncEngine, purpose: str) -> AsyncIterator[AsyncConnection]:
    """Wait until this process is the one that holds `purpose`; give the connection that holds it."""
    async with aclosing(await _connected(engine)) as connection:
        key = func.hashtextextended(purpose, 0)
        # A session that waits in pg_advisory_lock cannot be cancelled in peace, so this one asks again and again.
        while not (await connection.execute(select(func.pg_try_advisory_lock(key)))).scalar_one():  # noqa: ASYNC110 -- a lock held elsewhere gives no sign
            await asyncio.sleep(RETRY_SECONDS)
        try:
            yield connection
        finally:
            if not connection.closed and not connection.invalidated:
                await connection.execute(select(func.pg_advisory_unlock(key)))


@stamina.retry(on=is_unreachable, attempts=None, timeout=_PATIENCE_SECONDS)
async def _connected(engine: AsyncEngine) -> AsyncConnection:
    return await engine.execution_options(isolation_level="AUTOCOMMIT").connect()
