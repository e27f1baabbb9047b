"""Lists dead letters and hands them to their consumer once more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, Row, select, update

from shared.bus.port import Message, Origin
from shared.db.tx import Database, ReadTx
from shared.outbox.tables import Mailboxes


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that its consumer gave up."""

    event_id: UUID
    topic: str
    key: str
    type: str
    error_class: str
    error: str
    attempts: int
    first_failed_at: datetime
    last_failed_at: datetime
    partition: int | None
    offset: int | None
    traceparent: str | None


class Consumer(Protocol):
    """What takes messages of a topic: an inbox or a feed."""

    async def handle(self, messages: Sequence[Message]) -> None:
        """Take a batch."""
        ...

    async def supersede(self, message: Message) -> bool:
        """Take a message as handled, without effect, where a later one has said the same anew; tell whether so."""
        ...

    def settled(self, letter: Row[Any]) -> ColumnElement[bool]:
        """Return the condition under which a letter that was handed over again is handled."""
        ...


async def waiting(tx: ReadTx, mailboxes: Mailboxes, limit: int = 100) -> Sequence[DeadLetter]:
    """Return the letters that nobody has replayed yet, oldest first."""
    table = mailboxes.dead_letters
    rows = await tx.rows(
        select(table).where(table.c.replayed_at.is_(None)).order_by(table.c.first_failed_at).limit(limit)
    )
    return [_letter(row) for row in rows]


async def replay(
    db: Database, mailboxes: Mailboxes, consumer_of: Callable[[str], Consumer], event_id: UUID, by: str
) -> bool:
    """Deliver a letter again; True when it was handled, False when it died once more or nobody waits for it.

    It goes through the consumer of its topic like any delivery, so an event that was handled meanwhile has no second
    effect; nor has one that a later event has outdated. The letter is marked only after that: were this process to die
    in between, it would be there to replay once more.
    """
    table = mailboxes.dead_letters
    lies_there = (table.c.event_id == event_id) & table.c.replayed_at.is_(None)
    async with db.read() as reading:
        row = await reading.row(select(table).where(lies_there))
    if row is None:
        return False
    consumer = consumer_of(row.topic)
    message = _message(row)
    if not await consumer.supersede(message):
        await consumer.handle([message])
    async with db.write() as tx:
        marked = (
            update(table).where(lies_there & consumer.settled(row)).values(replayed_at=tx.now, replayed_by=by)
        )
        return await tx.execute(marked) > 0


def _message(row: Row[Any]) -> Message:
    origin = None
    if row.partition is not None:
        origin = Origin(row.partition, row.offset, row.appended_at, row.credential or "")
    return Message(
        row.topic, row.key, row.event_id, row.type, row.body.encode(), row.traceparent or "", origin
    )


def _letter(row: Row[Any]) -> DeadLetter:
    return DeadLetter(
        event_id=row.event_id,
        topic=row.topic,
        key=row.key,
        type=row.type,
        error_class=row.error_class,
        error=row.error,
        attempts=row.attempts,
        first_failed_at=row.first_failed_at,
        last_failed_at=row.last_failed_at,
        partition=row.partition,
        offset=row.offset,
        traceparent=row.traceparent,
    )
