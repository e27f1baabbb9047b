"""A service's copy of the working calendar: overrides, and the years whose notice was entered in full.

The warning service owns it and tells the others by event; nobody reads across schemas.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, Text, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.db.tx import ReadTx, WriteTx
from shared.events.warning import CalendarNoticeTaken
from shared.kernel.calendar import ChinaCalendar


class CalendarDays:
    """The tables on a service's metadata, and the calendar that they make."""

    def __init__(self, metadata: MetaData) -> None:
        """Declare the tables."""
        self._notices = Table(
            "calendar_notices",
            metadata,
            Column("year", Integer, primary_key=True),
            Column("source", Text, nullable=False),
            comment="Years whose notice was entered in full: their deadlines are no longer provisional",
        )
        self._days = Table(
            "calendar_days",
            metadata,
            Column("day", Date, primary_key=True),
            Column("working", Boolean, nullable=False),
            Column("source", Text, nullable=False),
            comment="Working-day overrides, e.g. from a State Council notice that the calendar package lacks yet",
        )

    async def version_mark(self, tx: ReadTx) -> object:
        """Return a value that differs whenever the calendar does."""
        day, year = self._days.c, self._notices.c.year
        one = func.concat(day.day, day.working)
        days = select(func.string_agg(one, aggregate_order_by(literal(","), day.day))).scalar_subquery()
        years = select(
            func.string_agg(func.concat(year), aggregate_order_by(literal(","), year))
        ).scalar_subquery()
        return await tx.value(select(func.concat(days, "|", years)))

    async def read(self, tx: ReadTx) -> ChinaCalendar:
        """Return the calendar as it stands."""
        days = {row.day: row.working for row in await tx.rows(select(self._days))}
        return ChinaCalendar(days, [row.year for row in await tx.rows(select(self._notices))])

    async def keep(self, tx: WriteTx, days: Mapping[date, bool], source: str, year: int | None) -> None:
        """Insert or replace overrides; `source` names the notice, `year` is one that it settles in full."""
        rows = [{"day": day, "working": working, "source": source} for day, working in days.items()]
        if rows:
            statement = upsert(self._days)
            fresh = {"working": statement.excluded.working, "source": statement.excluded.source}
            await tx.execute(
                statement.on_conflict_do_update(index_elements=[self._days.c.day], set_=fresh), rows
            )
        if year is not None:
            row = {"year": year, "source": source}
            noted = upsert(self._notices).values(row)
            await tx.execute(noted.on_conflict_do_update(index_elements=[self._notices.c.year], set_=row))

    async def follow(self, tx: WriteTx, notices: Sequence[CalendarNoticeTaken]) -> None:
        """Keep what the calendar's owner tells, in its order."""
        for notice in notices:
            days = {one.day: one.working for one in notice.days}
            await self.keep(tx, days, notice.source, notice.year)


class KnownCalendar:
    """The calendar held in memory, and read again when the tables say that it changed."""

    def __init__(self, days: CalendarDays) -> None:
        """Begin with the package's calendar, which holds while the tables are empty."""
        self._days = days
        self._mark: object = None
        self._calendar = ChinaCalendar()

    async def current(self, tx: ReadTx) -> ChinaCalendar:
        """Return the calendar in force."""
        mark = await self._days.version_mark(tx)
        if mark != self._mark:
            self._calendar, self._mark = await self._days.read(tx), mark
        return self._calendar
