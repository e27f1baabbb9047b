"""Lists dead letters and hands them to their consumer once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update

from shared.bus.port import Message
from shared.db.tx import Database, ReadTx
from shared.outbox.inbox import Inbox
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


async def waiting(tx: ReadTx, mailboxes: Mailboxes, limit: int = 100) -> Sequence[DeadLetter]:
    """Return the letters that nobody has replayed yet, oldest first."""
    table = mailboxes.dead_letters
    rows = await tx.rows(
        select(table).where(table.c.replayed_at.is_(None)).order_by(table.c.first_failed_at).limit(limit)
    )
    return [_letter(row) for row in rows]


async def replay(db: Database, mailboxes: Mailboxes, inbox: Inbox, event_id: UUID, by: str) -> bool:
    """Deliver a letter again; True when it was handled, False when it died once more or is unknown.

    It goes through the inbox like any delivery, so an event that was handled meanwhile has no second effect.
    """
    table = mailboxes.dead_letters
    async with db.write() as tx:
        row = await tx.row(select(table).where(table.c.event_id == event_id).with_for_update())
        if row is None:
            return False
        marked = update(table).where(table.c.event_id == event_id).values(replayed_at=tx.now, replayed_by=by)
        await tx.execute(marked)
    await inbox.handle([Message(row.topic, row.key, row.event_id, row.type, row.body.encode())])
    async with db.read() as reading:
        after = await reading.value(select(table.c.replayed_at).where(table.c.event_id == event_id))
    return after is not None


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
    )
