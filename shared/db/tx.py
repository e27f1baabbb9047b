"""Transactions, owned by the edge: nobody else commits.

A route, an event handler or a job opens one; everything it calls works inside it. Events emitted in a
transaction are written to the service's outbox by the same commit.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from io import BytesIO
from typing import Any, BinaryIO, cast

import asyncpg
from sqlalchemy import ColumnElement, Executable, Row, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from typing_extensions import override

from shared.events.base import Emitted, Event
from shared.kernel.clock import Clock
from shared.kernel.ids import new_id
from shared.observability.correlation import Cause, correlation_id
from shared.observability.spans import traceparent

_NOBODY = Cause()

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


class ReadTx:
    """Reads. `now` is the instant at which the work began: use it, not a clock."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        """Wrap an open connection."""
        self._connection = connection
        self.now = now

    async def rows(self, statement: Executable, parameters: Parameters = None) -> Sequence[Row[Any]]:
        """Return all rows of `statement`."""
        return (await self._connection.execute(statement, parameters)).all()

    async def row(self, statement: Executable, parameters: Parameters = None) -> Row[Any] | None:
        """Return the only row of `statement`, or None."""
        return (await self._connection.execute(statement, parameters)).one_or_none()

    async def value(self, statement: Executable, parameters: Parameters = None) -> Any:
        """Return the first column of the first row, or None."""
        return (await self._connection.execute(statement, parameters)).scalar()

    async def driver(self) -> asyncpg.Connection:
        """Return asyncpg's connection of this transaction, for COPY and arrays."""
        raw = await self._connection.get_raw_connection()
        return cast("asyncpg.Connection", raw.driver_connection)

    async def copied(self, query: str, *arguments: object) -> bytes:
        """Return the rows of a query as binary COPY."""
        stream = BytesIO()
        await self._copy(stream, query, *arguments, format="binary")
        return stream.getvalue()

    async def copied_as_csv(self, output: BinaryIO, query: str) -> int:
        """Write the rows of a query as CSV in UTF-8 with a header, as they come; return how many there were."""
        status = await self._copy(output, query, format="csv", header=True, encoding="utf-8")
        return int(status.split()[-1])

    async def _copy(self, output: BinaryIO, query: str, *arguments: object, **form: Any) -> str:
        driver = await self.driver()
        try:
            status: str = await driver.copy_from_query(query, *arguments, output=output, **form)
        except asyncio.CancelledError:
            # asyncpg 0.32.0 waits without end for the end of a COPY that had just come to it when it was cancelled:
            # nobody could close the connection any more, and the process would not end.
            driver.terminate()
            raise
        return status


class WriteTx(ReadTx):
    """Reads and writes inside one transaction that the edge commits."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        """Wrap a connection on which a transaction is open."""
        super().__init__(connection, now)
        self.emitted: list[Emitted] = []
        self.causes: Mapping[str, Cause] = {}
        """By the key of what is worked on, what asked for it; where many asked at once."""

    async def execute(self, statement: Executable, parameters: Parameters = None) -> int:
        """Run `statement`; return how many rows it touched."""
        return (await self._connection.execute(statement, parameters)).rowcount

    async def lock(self, purpose: str) -> None:
        """Be the only one with `purpose` until the commit; waits for all who share it."""
        await self._connection.execute(select(func.pg_advisory_xact_lock(_lock_of(purpose))))

    async def share_lock(self, purpose: str) -> None:
        """Keep everybody from `lock` of `purpose` until the commit; others may share it too."""
        await self._connection.execute(select(func.pg_advisory_xact_lock_shared(_lock_of(purpose))))

    @override
    async def driver(self) -> asyncpg.Connection:
        """Return asyncpg's connection inside this transaction.

        SQLAlchemy begins with its first own statement: what the driver ran before that would commit by itself.
        """
        driver = await super().driver()
        if not driver.is_in_transaction():
            await self._connection.execute(select(1))
        return driver

    def emit(self, event: Event) -> None:
        """Let `event` leave with this transaction's commit."""
        cause = self.causes.get(event.key, _NOBODY)
        known = cause.correlation_id or correlation_id()
        self.emitted.append(Emitted(new_id(), event, self.now, known, cause.traceparent or traceparent()))


def _lock_of(purpose: str) -> ColumnElement[int]:
    """PostgreSQL's advisory locks have numbers for names."""
    return func.hashtextextended(purpose, 0)


class ForeignEvent(ValueError):
    """A service emitted an event that another one owns."""


class Database:
    """One service's way to its schema: opens transactions, and writes what they emitted to its outbox."""

    def __init__(self, engine: AsyncEngine, service: str, outbox: Table, clock: Clock) -> None:
        """Keep the parts; connects on first use."""
        self.engine = engine
        self.service = service
        self.clock = clock
        self._outbox = outbox
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadTx]:
        """Open a read; each statement sees the newest committed state."""
        async with self._reading.connect() as connection:
            yield ReadTx(connection, self.clock.now())

    @asynccontextmanager
    async def write(self) -> AsyncIterator[WriteTx]:
        """Open a transaction; it commits, with its events, when the block ends without an exception."""
        async with self.engine.begin() as connection:
            tx = WriteTx(connection, self.clock.now())
            yield tx
            await self.flush(tx)

    async def flush(self, tx: WriteTx) -> None:
        """Write the events emitted so far to the outbox, inside `tx`."""
        if not tx.emitted:
            return
        rows = [_outbox_row(emitted, self.service) for emitted in tx.emitted]
        tx.emitted.clear()
        await tx.execute(insert(self._outbox), rows)
        await tx.execute(select(func.pg_notify(outbox_channel(self.service), "")))

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def outbox_channel(service: str) -> str:
    """Return the NOTIFY channel that wakes `service`'s relay."""
    return f"{service}_outbox"


def _outbox_row(emitted: Emitted, service: str) -> dict[str, Any]:
    event = emitted.event
    if not event.TYPE.startswith(f"{service}."):
        message = f"{service} may not emit {event.TYPE}"
        raise ForeignEvent(message)
    return {
        "event_id": emitted.event_id,
        "type": event.TYPE,
        "topic": event.TOPIC,
        "key": event.key,
        "body": emitted.envelope(service).model_dump_json(),
        "created_at": emitted.at,
    }
