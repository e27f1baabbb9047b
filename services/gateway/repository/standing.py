"""Who may still work, asked at every request.

On a connection of its own: a pool's care for a connection costs three times the query.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy.engine import URL

_ALIVE = """
    SELECT s.id FROM gateway.sessions s JOIN gateway.accounts a ON a.id = s.account_id
    WHERE s.id = ANY($1) AND s.ended_at IS NULL AND s.expires_at > $2 AND a.enabled
    UNION ALL
    SELECT c.session_id FROM gateway.clients c WHERE c.session_id = ANY($1) AND c.enabled
"""
_TIMEOUT_SECONDS = 5

LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What a query may raise when the database cannot be reached, or has just hung up."""


class Standing:
    """One connection for one question; never two questions at a time."""

    def __init__(self, url: URL) -> None:
        """Keep the address; connects at the first question."""
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: asyncpg.Connection | None = None
        self._turn = asyncio.Lock()

    async def alive(self, ids: Sequence[UUID], now: datetime) -> set[UUID]:
        """Return which of these sessions, or departments, may work. Raises one of LOST."""
        async with self._turn:
            connection = await self._connected()
            try:
                rows = await connection.fetch(_ALIVE, ids, now)
            except LOST:
                # The server may have been started anew since the last question.
                await self._drop()
                rows = await (await self._connected()).fetch(_ALIVE, ids, now)
        return {row[0] for row in rows}

    async def close(self) -> None:
        """Let go of the connection."""
        async with self._turn:
            await self._drop()

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None:
            self._connection = await asyncpg.connect(
                self._dsn,
                timeout=_TIMEOUT_SECONDS,
                command_timeout=_TIMEOUT_SECONDS,
                server_settings={"application_name": "gateway.standing", "jit": "off"},
            )
        return self._connection

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()
