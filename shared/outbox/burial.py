"""How a message that was given up is kept."""

from datetime import datetime

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import Insert, insert

from shared.bus.port import Message

_MAX_ERROR_LENGTH = 2_000


def burial(table: Table, message: Message, error: Exception, attempts: int, now: datetime) -> Insert:
    """Return the statement that keeps a message with its error; a further death adds to the former one."""
    row = {
        "event_id": message.event_id,
        "topic": message.topic,
        "key": _storable(message.key),
        "type": _storable(message.type),
        "body": _storable(message.body.decode("utf-8", "replace")),
        "error_class": type(error).__name__,
        "error": _storable(str(error))[:_MAX_ERROR_LENGTH],
        "attempts": attempts,
        "first_failed_at": now,
        "last_failed_at": now,
    }
    statement = insert(table).values(row)
    again = {
        "attempts": table.c.attempts + attempts,
        "last_failed_at": now,
        "error": row["error"],
        "error_class": row["error_class"],
        "replayed_at": None,
    }
    return statement.on_conflict_do_update(index_elements=[table.c.event_id], set_=again)


def _storable(text: str) -> str:
    """Return `text` as PostgreSQL can keep it: a record from outside may hold anything."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
