"""Officials' accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from services.gateway.domain.accounts import Account
from services.gateway.repository.tables import accounts
from shared.db.rows import among
from shared.db.tx import ReadTx, WriteTx

_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account with what its password is checked against."""

    account: Account
    password_hash: str


async def by_username(tx: ReadTx, username: str) -> Credentials | None:
    """Return the account of exactly this name."""
    row = await tx.row(select(accounts).where(accounts.c.username == username))
    return Credentials(_account(row), row.password_hash) if row is not None else None


async def by_id(tx: ReadTx, account_id: UUID) -> Account | None:
    """Return the account with this id."""
    row = await tx.row(select(accounts).where(accounts.c.id == account_id))
    return _account(row) if row is not None else None


async def for_change(tx: WriteTx, username: str) -> Account | None:
    """Return the account of this name, locked until the transaction ends."""
    row = await tx.row(select(accounts).where(accounts.c.username == username).with_for_update())
    return _account(row) if row is not None else None


async def names_taken(tx: ReadTx, usernames: Sequence[str]) -> list[str]:
    """Return which of these names are in use, in order, at most 1,000."""
    found = await tx.rows(
        select(accounts.c.username)
        .where(among(accounts.c.username, usernames))
        .order_by(accounts.c.username)
        .limit(_MOST)
    )
    return [row.username for row in found]


async def add(tx: WriteTx, new: Sequence[Credentials]) -> None:
    """Store new accounts."""
    rows = [
        {
            "id": one.account.id,
            "username": one.account.username,
            "password_hash": one.password_hash,
            "role": one.account.role,
            "division": one.account.division,
            "grid_cells": list(one.account.grid_cells),
            "deputy_cells": list(one.account.deputy_cells),
            "enabled": one.account.enabled,
            "created_at": tx.now,
            "changed_at": tx.now,
        }
        for one in new
    ]
    await tx.execute(insert(accounts), rows)


async def set_enabled(tx: WriteTx, account_id: UUID, *, enabled: bool) -> None:
    """Allow or forbid an account to work."""
    changed = update(accounts).where(accounts.c.id == account_id)
    await tx.execute(changed.values(enabled=enabled, changed_at=tx.now))


def _account(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        username=row.username,
        role=row.role,
        division=row.division,
        grid_cells=tuple(row.grid_cells),
        deputy_cells=tuple(row.deputy_cells),
        enabled=row.enabled,
    )
