"""Working-day overrides, and the years whose notice was entered in full."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from services.warning.repository.tables import calendar_days, calendar_notices
from shared.db.tx import ReadTx, WriteTx


async def version_mark(tx: ReadTx) -> object:
    """Return a value that differs whenever the calendar does."""
    return await tx.value(
        text(
            "SELECT concat((SELECT string_agg(day::text || working::text, ',' ORDER BY day)"
            " FROM warning.calendar_days), '|',"
            " (SELECT string_agg(year::text, ',' ORDER BY year) FROM warning.calendar_notices))"
        )
    )


async def overrides(tx: ReadTx) -> Mapping[date, bool]:
    """Return the overridden days: True is a working day."""
    return {row.day: row.working for row in await tx.rows(select(calendar_days))}


async def published_years(tx: ReadTx) -> frozenset[int]:
    """Return the years that need no longer be called provisional."""
    return frozenset(row.year for row in await tx.rows(select(calendar_notices)))


async def save(tx: WriteTx, days: Mapping[date, bool], source: str) -> None:
    """Insert or replace overrides; `source` names the notice that ordered them."""
    rows = [{"day": day, "working": working, "source": source} for day, working in days.items()]
    if rows:
        statement = upsert(calendar_days)
        fresh = {"working": statement.excluded.working, "source": statement.excluded.source}
        await tx.execute(
            statement.on_conflict_do_update(index_elements=[calendar_days.c.day], set_=fresh), rows
        )


async def publish_year(tx: WriteTx, year: int, source: str) -> None:
    """Note that a year's notice is in full."""
    row = {"year": year, "source": source}
    statement = upsert(calendar_notices).values(row)
    await tx.execute(statement.on_conflict_do_update(index_elements=[calendar_notices.c.year], set_=row))
