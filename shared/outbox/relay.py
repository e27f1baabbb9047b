"""Publishes what services emitted: one active relay per service, in the order of the outbox.

It polls for `published_at IS NULL` rather than following a cursor on `seq`: a transaction that commits late would
leave its rows behind the cursor for good.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog
from opentelemetry.trace import SpanKind
from pydantic_core import from_json
from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.bus.port import Bus, Message, MessageRefused
from shared.db.locks import only_one
from shared.db.rows import among
from shared.db.tx import Database, outbox_channel
from shared.db.wake import Waker
from shared.observability import spans
from shared.observability.metrics import DEAD_LETTERS, OUTBOX_PUBLISHED
from shared.outbox.tables import Mailboxes

BATCH = 500
POLL_SECONDS = 1.0
KEEP = timedelta(days=30)
_PURGE_EVERY_SECONDS = 3600.0
_BACK_OFF_SECONDS = 1.0

log = structlog.get_logger(__name__)


class Relay:
    """Moves one service's outbox to the bus."""

    def __init__(self, db: Database, mailboxes: Mailboxes, bus: Bus, waker: Waker) -> None:
        """Keep the parts; `run` does the work."""
        self._db = db
        self._outbox = mailboxes.outbox
        self._inbox = mailboxes.inbox
        self._dead_letters = mailboxes.dead_letters
        self._bus = bus
        self._waker = waker
        self._purged_at = float("-inf")

    async def run(self) -> None:
        """Publish until cancelled; raises when the connection that holds the lock is lost."""
        async with only_one(self._db.engine, turn_of(self._db.service)) as connection:
            while True:
                try:
                    moved = await self.publish_batch(connection)
                except MessageRefused as refused:
                    await self._bury(connection, refused)
                    continue
                except Exception as error:
                    if connection.invalidated:
                        raise
                    log.warning("relay will try again", service=self._db.service, error=repr(error))
                    await asyncio.sleep(_BACK_OFF_SECONDS)
                    continue
                if moved < BATCH:
                    await self._purge_sometimes(connection)
                    await self._waker.wait(outbox_channel(self._db.service), POLL_SECONDS)

    async def publish_batch(self, connection: AsyncConnection) -> int:
        """Publish the oldest unpublished events; return how many. They are marked after the bus has them."""
        table = self._outbox
        waiting = select(table).where(table.c.published_at.is_(None)).order_by(table.c.seq).limit(BATCH)
        rows = (await connection.execute(waiting)).all()
        if not rows:
            return 0
        await self._publish([Message(r.topic, r.key, r.event_id, r.type, r.body.encode()) for r in rows])
        marked = (
            update(table)
            .where(among(table.c.seq, [r.seq for r in rows]))
            .values(published_at=self._db.clock.now())
        )
        await connection.execute(marked)
        OUTBOX_PUBLISHED.labels(self._db.service).inc(len(rows))
        return len(rows)

    async def _publish(self, messages: Sequence[Message]) -> None:
        if not spans.on():  # whether an envelope has a trace is only seen by reading it
            await self._bus.publish(messages)
            return
        steps = [(f"{self._db.service} publish {one.type}", _origin(one)) for one in messages]
        with spans.each(SpanKind.PRODUCER, steps) as known:
            told = [replace(one, traceparent=at) for one, at in zip(messages, known, strict=True)]
            await self._bus.publish(told)

    async def _bury(self, connection: AsyncConnection, refused: MessageRefused) -> None:
        """Put an event that the bus will never take among the dead letters, so that those behind it can go."""
        log.error(
            "the bus refused an event for good", service=self._db.service, event_id=str(refused.event_id)
        )
        DEAD_LETTERS.labels(self._db.service).inc()
        table, now = self._outbox, self._db.clock.now()
        columns: dict[str, Any] = {
            name: table.c[name] for name in ("event_id", "topic", "key", "type", "body")
        }
        columns |= {"error_class": literal(type(refused).__name__), "error": literal(str(refused))}
        columns |= {"attempts": literal(1), "first_failed_at": literal(now), "last_failed_at": literal(now)}
        chosen = select(*columns.values()).where(table.c.event_id == refused.event_id)
        await connection.execute(
            insert(self._dead_letters).from_select(list(columns), chosen).on_conflict_do_nothing()
        )
        gone = update(table).where(table.c.event_id == refused.event_id).values(published_at=now)
        await connection.execute(gone)

    async def _purge_sometimes(self, connection: AsyncConnection) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._purged_at < _PURGE_EVERY_SECONDS:
            return
        self._purged_at = now
        before = self._db.clock.now() - KEEP
        await connection.execute(delete(self._outbox).where(self._outbox.c.published_at < before))
        await connection.execute(delete(self._inbox).where(self._inbox.c.handled_at < before))


def turn_of(service: str) -> str:
    """Return the purpose that only one relay of a service may hold."""
    return f"{service}.relay"


def _origin(message: Message) -> str:
    return str(from_json(message.body).get("traceparent", ""))


async def unpublished(db: Database, mailboxes: Mailboxes) -> int:
    """Return how many events have not left yet."""
    table = mailboxes.outbox
    async with db.read() as tx:
        return int(await tx.value(select(func.count()).where(table.c.published_at.is_(None))) or 0)
