"""Grid coordinators, their load and their absences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.warning.domain.assignment import Coordinator
from services.warning.repository.warning_tables import absences, coordinators
from shared.auth.principal import Principal
from shared.db.rows import among
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.paging import Page

_WITH_LOAD = """
SELECT c.account_id, c.username, c.division, c.grid_cells, c.deputy_cells, c.enabled,
       (SELECT count(*) FROM warning.warnings w WHERE w.assignee_id = c.account_id AND w.state <> 'closed') AS load,
       EXISTS (SELECT FROM warning.absences a WHERE a.coordinator_id = c.account_id AND a.cancelled_at IS NULL
               AND CAST(:today AS date) BETWEEN a.starts_on AND a.ends_on) AS absent
FROM warning.coordinators c
"""


@dataclass(frozen=True, slots=True)
class CoordinatorRow:
    """A coordinator as the gateway's events tell of them."""

    account_id: UUID
    username: str
    division: str
    grid_cells: tuple[str, ...]
    deputy_cells: tuple[str, ...]
    enabled: bool


async def save(tx: WriteTx, rows: Sequence[CoordinatorRow]) -> None:
    """Insert or replace coordinators."""
    if not rows:
        return
    values = [
        {
            "account_id": row.account_id,
            "username": row.username,
            "division": row.division,
            "grid_cells": list(row.grid_cells),
            "deputy_cells": list(row.deputy_cells),
            "enabled": row.enabled,
            "changed_at": tx.now,
        }
        for row in rows
    ]
    statement = upsert(coordinators)
    fresh = {column: statement.excluded[column] for column in values[0] if column != "account_id"}
    await tx.execute(
        statement.on_conflict_do_update(index_elements=[coordinators.c.account_id], set_=fresh), values
    )


async def known(tx: ReadTx, account_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return which of these accounts are known as coordinators."""
    chosen = select(coordinators.c.account_id).where(among(coordinators.c.account_id, account_ids))
    return frozenset(row.account_id for row in await tx.rows(chosen))


async def working(tx: ReadTx, account_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return which of these accounts are coordinators who work."""
    if not account_ids:  # as for most batches of assessments
        return frozenset()
    chosen = select(coordinators.c.account_id).where(
        among(coordinators.c.account_id, account_ids), coordinators.c.enabled
    )
    return frozenset(row.account_id for row in await tx.rows(chosen))


async def candidates(tx: ReadTx, towns: Sequence[str], today: date, cap: int) -> Sequence[Coordinator]:
    """Return the enabled coordinators of these towns with their load and whether they are away today."""
    rows = await tx.rows(
        text(_WITH_LOAD + " WHERE c.enabled AND left(c.division, 9) = ANY(CAST(:towns AS text[]))"),
        {"today": today, "towns": list(towns)},
    )
    return [_candidate(row, cap) for row in rows]


def _candidate(row: Row[Any], cap: int) -> Coordinator:
    return Coordinator(
        id=row.account_id,
        town=row.division[:9],
        grid_cells=frozenset(row.grid_cells),
        deputises_for=frozenset(row.deputy_cells),
        open_count=row.load,
        cap=cap,
        absent=row.absent,
    )


async def page(tx: ReadTx, who: Principal, today: date, page: Page) -> Sequence[Row[Any]]:
    """Return coordinators of the caller's division with their load, by user name; one more than asked."""
    after = page.read_after(str)[0] if page.after else ""
    return await tx.rows(
        text(
            _WITH_LOAD + " WHERE starts_with(c.division, :division) AND c.username > :after"
            " ORDER BY c.username LIMIT :limit"
        ),
        {"today": today, "division": who.division, "after": after, "limit": page.limit + 1},
    )


async def is_in(tx: ReadTx, account_id: UUID, division: str) -> bool:
    """Tell whether an enabled coordinator works within `division`."""
    chosen = select(coordinators.c.account_id).where(
        coordinators.c.account_id == account_id,
        coordinators.c.enabled,
        coordinators.c.division.startswith(division, autoescape=True),
    )
    return await tx.value(chosen) is not None


async def enabled_count(tx: ReadTx) -> int:
    """Return how many coordinators work."""
    return int(await tx.value(text("SELECT count(*) FROM warning.coordinators WHERE enabled")) or 0)


async def add_absence(tx: WriteTx, absence_id: UUID, values: dict[str, Any]) -> bool:
    """Insert an absence under the client's id; False when that id is known."""
    statement = upsert(absences).values(id=absence_id, recorded_at=tx.now, **values).on_conflict_do_nothing()
    return await tx.execute(statement) == 1


async def find_absence(tx: ReadTx, absence_id: UUID, division: str) -> Row[Any] | None:
    """Return an absence of a coordinator within `division`."""
    return await tx.row(
        select(absences)
        .join(coordinators, coordinators.c.account_id == absences.c.coordinator_id)
        .where(absences.c.id == absence_id, coordinators.c.division.startswith(division, autoescape=True))
    )


async def cancel_absence(tx: WriteTx, absence_id: UUID) -> None:
    """End an absence as if it had not been."""
    await tx.execute(
        update(absences)
        .where(absences.c.id == absence_id, absences.c.cancelled_at.is_(None))
        .values(cancelled_at=tx.now)
    )


async def absence_page(tx: ReadTx, division: str, page: Page) -> Sequence[Row[Any]]:
    """Return the absences within `division`, newest first; one more than asked."""
    chosen = (
        select(absences)
        .join(coordinators, coordinators.c.account_id == absences.c.coordinator_id)
        .where(coordinators.c.division.startswith(division, autoescape=True))
        .order_by(absences.c.id.desc())
        .limit(page.limit + 1)
    )
    if page.after:
        chosen = chosen.where(absences.c.id < page.read_after(UUID)[0])
    return await tx.rows(chosen)
