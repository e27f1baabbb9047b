"""When a message is given up, and how it is kept."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import stamina
import structlog
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import Insert, insert

from shared.bus.port import Message, Origin
from shared.db.engine import is_unreachable
from shared.db.tx import Database
from shared.kernel.errors import DomainError
from shared.observability.metrics import DEAD_LETTERS
from shared.outbox.tables import Mailboxes

ATTEMPTS = 4
_MAX_ERROR_LENGTH = 2_000

log = structlog.get_logger(__name__)


class Burials:
    """Gives up, for one service, the messages that cannot be handled, so that those behind them go on."""

    def __init__(self, db: Database, mailboxes: Mailboxes) -> None:
        """Keep where they go."""
        self._db = db
        self._table = mailboxes.dead_letters

    async def unless_handled(self, message: Message, handle: Callable[[], Awaitable[None]]) -> None:
        """Let `handle` try the message a few times; bury it when it never succeeds.

        Raises when the database cannot be reached: that is nobody's poison, and the message must come again.
        """
        try:
            async for attempt in stamina.retry_context(
                on=Exception, attempts=ATTEMPTS, wait_initial=0.05, wait_max=2
            ):
                with attempt:
                    await handle()
        except Exception as error:
            if is_unreachable(error):
                raise
            await self.bury(message, error, ATTEMPTS)

    async def bury(self, message: Message, error: Exception, attempts: int) -> None:
        """Keep a message with its error."""
        log.error("dead letter", service=self._db.service, event_id=str(message.event_id), type=message.type)
        DEAD_LETTERS.labels(self._db.service).inc()
        async with self._db.write() as tx:
            await tx.execute(burial(self._table, message, error, attempts, tx.now))


def burial(table: Table, message: Message, error: Exception, attempts: int, now: datetime) -> Insert:
    """Return the statement that keeps a message with its error; a further death adds to the former one."""
    row = {
        "event_id": message.event_id,
        "topic": message.topic,
        "key": _storable(message.key),
        "type": _storable(message.type),
        "body": _storable(message.body.decode("utf-8", "replace")),
        "error_class": type(error).__name__,
        "error": _storable(_told(error))[:_MAX_ERROR_LENGTH],
        "attempts": attempts,
        "first_failed_at": now,
        "last_failed_at": now,
        "traceparent": _storable(message.traceparent) or None,
    } | _origin(message.origin)
    statement = insert(table).values(row)
    again = {
        "attempts": table.c.attempts + attempts,
        "last_failed_at": now,
        "error": row["error"],
        "error_class": row["error_class"],
        "replayed_at": None,
    }
    return statement.on_conflict_do_update(index_elements=[table.c.event_id], set_=again)


def _told(error: Exception) -> str:
    fields = error.fields if isinstance(error, DomainError) else ()
    return "; ".join([str(error), *(f"{one.field}: {one.message_en}" for one in fields)])


def _origin(origin: Origin | None) -> dict[str, Any]:
    if origin is None:
        return {}
    return {
        "partition": origin.partition,
        "offset": origin.offset,
        "appended_at": origin.appended_at,
        "credential": _storable(origin.credential) or None,
    }


def _storable(text: str) -> str:
    """Return `text` as PostgreSQL can keep it: a record from outside may hold anything."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
