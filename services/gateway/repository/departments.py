"""Departments' machine credentials."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from services.gateway.domain.accounts import Department
from services.gateway.repository.tables import clients
from shared.db.tx import ReadTx, WriteTx


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A department with the digest of its secret."""

    department: Department
    secret_sha256: str


async def by_client_id(tx: ReadTx, client_id: str) -> ClientSecret | None:
    """Return the department with this client id."""
    row = await tx.row(select(clients).where(clients.c.client_id == client_id))
    return ClientSecret(_department(row), row.secret_sha256) if row is not None else None


async def by_source(tx: ReadTx, source: str) -> Department | None:
    """Return the department that sends as `source`."""
    row = await tx.row(select(clients).where(clients.c.source == source))
    return _department(row) if row is not None else None


async def for_change(tx: WriteTx, source: str) -> Department | None:
    """Return the department that sends as `source`, locked until the transaction ends."""
    row = await tx.row(select(clients).where(clients.c.source == source).with_for_update())
    return _department(row) if row is not None else None


async def add(tx: WriteTx, new: ClientSecret) -> None:
    """Store a new department."""
    department = new.department
    row = {
        "id": department.id,
        "session_id": department.session_id,
        "client_id": department.client_id,
        "secret_sha256": new.secret_sha256,
        "source": department.source,
        "indicators": sorted(department.indicators),
        "division": department.division,
        "enabled": department.enabled,
        "created_at": tx.now,
        "changed_at": tx.now,
    }
    await tx.execute(insert(clients).values(row))


async def all_departments(tx: ReadTx) -> list[Department]:
    """Return every department, by its source; there are few."""
    return [_department(row) for row in await tx.rows(select(clients).order_by(clients.c.source))]


async def change(tx: WriteTx, client: UUID, **values: object) -> None:
    """Write what has changed of a department."""
    await tx.execute(update(clients).where(clients.c.id == client).values(changed_at=tx.now, **values))


def _department(row: Row[Any]) -> Department:
    return Department(
        id=row.id,
        session_id=row.session_id,
        client_id=row.client_id,
        source=row.source,
        indicators=frozenset(row.indicators),
        division=row.division,
        enabled=row.enabled,
    )
