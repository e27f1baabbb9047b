"""Inspectors: a copy of what the gateway's events tell."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, literal, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.inspection.repository.tables import inspectors
from shared.auth.principal import Principal
from shared.db.rows import among
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.paging import Page


@dataclass(frozen=True, slots=True)
class Inspector:
    """An inspector's account."""

    account_id: UUID
    username: str
    division: str
    enabled: bool


async def known(tx: ReadTx, account_ids: Collection[UUID]) -> Mapping[UUID, Inspector]:
    """Return those of these accounts that are or were inspectors."""
    rows = await tx.rows(select(inspectors).where(among(inspectors.c.account_id, account_ids)))
    return {
        row.account_id: Inspector(row.account_id, row.username, row.division, row.enabled) for row in rows
    }


async def save(tx: WriteTx, changed: Sequence[Inspector]) -> None:
    """Insert or replace inspectors."""
    if not changed:
        return
    statement = upsert(inspectors)
    names = ("username", "division", "enabled", "changed_at")
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[inspectors.c.account_id],
            set_={name: statement.excluded[name] for name in names},
        ),
        [asdict(one) | {"changed_at": tx.now} for one in changed],
    )


async def assignable(tx: WriteTx, account_ids: Collection[UUID], division: str) -> Collection[UUID]:
    """Return those who work and whose jurisdiction holds this division, kept as they are until the commit.

    The lock makes an account that is being disabled wait: its disabling then finds the case. An account that is
    being changed at this moment is passed over: waiting for it with the case in hand could be waiting in a ring.
    """
    chosen = select(inspectors.c.account_id).where(
        among(inspectors.c.account_id, account_ids), inspectors.c.enabled, _holds(division)
    )
    ordered = chosen.order_by(inspectors.c.account_id).with_for_update(read=True, skip_locked=True)
    return {row.account_id for row in await tx.rows(ordered)}


async def page(tx: ReadTx, who: Principal, asked: Page) -> Sequence[Row[Any]]:
    """Return working inspectors whom `who` may meet on a case, by username; one more than asked."""
    within = inspectors.c.division.startswith(who.division, autoescape=True)
    chosen = select(inspectors).where(inspectors.c.enabled, or_(within, _holds(who.division)))
    if asked.after:
        (username,) = asked.read_after(str)
        chosen = chosen.where(inspectors.c.username > username)
    return await tx.rows(chosen.order_by(inspectors.c.username).limit(asked.limit + 1))


def _holds(division: str) -> ColumnElement[bool]:
    return literal(division).startswith(inspectors.c.division)
