"""The indicator registry as it is kept: one document per indicator."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from services.warning.repository.tables import indicators
from shared.contracts.base import JsonObject
from shared.db.tx import ReadTx, WriteTx

_MARK = text("SELECT concat(count(*), '|', max(updated_at)) FROM warning.indicators")


async def version_mark(tx: ReadTx) -> str:
    """Return a value that differs whenever the registry does."""
    return str(await tx.value(_MARK))


async def documents(tx: ReadTx) -> list[JsonObject]:
    """Return the documents of all indicators, in the order of the registry."""
    rows = await tx.rows(select(indicators.c.document).order_by(indicators.c.position, indicators.c.id))
    return [row.document for row in rows]


async def effective_days(tx: ReadTx) -> dict[str, date]:
    """Return from when each registered indicator holds."""
    rows = await tx.rows(select(indicators.c.id, indicators.c.effective_from))
    return {row.id: row.effective_from for row in rows}


async def lock(tx: WriteTx) -> None:
    """Be the only one to change the registry until the commit."""
    await tx.lock("warning.indicators")


async def save(tx: WriteTx, entries: Sequence[tuple[int, JsonObject]], effective_from: date) -> None:
    """Insert or replace indicators, each with its place in the order of the registry."""
    rows = [
        {
            "id": document["id"],
            "position": position,
            "document": document,
            "effective_from": effective_from,
            "updated_at": tx.now,
        }
        for position, document in entries
    ]
    statement = insert(indicators)
    fresh = {name: statement.excluded[name] for name in ("document", "effective_from", "updated_at")}
    await tx.execute(statement.on_conflict_do_update(index_elements=[indicators.c.id], set_=fresh), rows)


async def next_position(tx: ReadTx) -> int:
    """Return the place after the last indicator."""
    return int(await tx.value(text("SELECT coalesce(max(position), -1) + 1 FROM warning.indicators")))
