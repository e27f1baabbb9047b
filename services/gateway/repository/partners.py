"""The registry of partners, their keys and their grants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.gateway.domain.partners import (
    Ask,
    DataClass,
    Descriptor,
    Grant,
    Operation,
    Partner,
    PartnerStatus,
    Purpose,
)
from services.gateway.repository.federation_tables import partner_grants, partner_keys, partners
from shared.db.rows import among
from shared.db.tx import ReadTx, WriteTx

_MOST = 1_000
"""Partners, and grants of one: far more than any institution has."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key in force, and whose it is."""

    partner: Partner
    x: str


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A grant as it is listed."""

    partner: str
    grant: Grant


async def listing(tx: ReadTx) -> list[Partner]:
    """Return all partners by name."""
    return [_partner(row) for row in await tx.rows(select(partners).order_by(partners.c.name).limit(_MOST))]


async def find(tx: ReadTx, partner_id: UUID) -> Partner | None:
    """Return a partner."""
    row = await tx.row(select(partners).where(partners.c.id == partner_id))
    return None if row is None else _partner(row)


async def by_name(tx: ReadTx, name: str) -> Partner | None:
    """Return the partner with this name."""
    row = await tx.row(select(partners).where(partners.c.name == name))
    return None if row is None else _partner(row)


async def rivals(tx: ReadTx, told: Descriptor) -> list[UUID]:
    """Return the partners that have this name, this address or one of these keys."""
    kids = [key.kid for key in told.keys]
    holders = select(partner_keys.c.partner_id).where(among(partner_keys.c.kid, kids))
    same = or_(partners.c.name == told.name, partners.c.base_url == told.base_url, partners.c.id.in_(holders))
    return [row.id for row in await tx.rows(select(partners.c.id).where(same).limit(_MOST))]


async def add(tx: WriteTx, partner_id: UUID, told: Descriptor, by: str) -> None:
    """Store a partner, or the new name, address and keys of one that is there."""
    values: dict[str, Any] = {
        "name": told.name,
        "base_url": told.base_url,
        "fingerprint": told.fingerprint,
        "added_by": by,
        "added_at": tx.now,
        "changed_at": tx.now,
    }
    row = upsert(partners).values(id=partner_id, status=PartnerStatus.ACTIVE.value, **values)
    await tx.execute(row.on_conflict_do_update(index_elements=[partners.c.id], set_=values))
    await _replace_keys(tx, partner_id, told)


async def _replace_keys(tx: WriteTx, partner_id: UUID, told: Descriptor) -> None:
    """Put the keys of the descriptor in force, and retire the others."""
    kids = [key.kid for key in told.keys]
    gone = update(partner_keys).where(
        partner_keys.c.partner_id == partner_id,
        partner_keys.c.kid.not_in(kids),
        partner_keys.c.retired_at.is_(None),
    )
    await tx.execute(gone.values(retired_at=tx.now))
    rows = [
        {"kid": key.kid, "partner_id": partner_id, "x": key.x, "added_at": tx.now, "retired_at": None}
        for key in told.keys
    ]
    new = upsert(partner_keys).values(rows)
    await tx.execute(
        new.on_conflict_do_update(index_elements=[partner_keys.c.kid], set_={"retired_at": None})
    )


async def set_status(tx: WriteTx, partner_id: UUID, status: PartnerStatus) -> None:
    """Suspend a partner, or take up the exchange again."""
    changed = update(partners).where(partners.c.id == partner_id)
    await tx.execute(changed.values(status=status.value, changed_at=tx.now))


async def keys_in_force(tx: ReadTx, partner_id: UUID | None = None) -> Mapping[str, KnownKey]:
    """Return every key that counts, by kid; those of one partner where it is given."""
    chosen = select(partners, partner_keys.c.kid, partner_keys.c.x).join_from(partner_keys, partners)
    chosen = chosen.where(partner_keys.c.retired_at.is_(None)).limit(_MOST)
    if partner_id is not None:
        chosen = chosen.where(partners.c.id == partner_id)
    return {row.kid: KnownKey(_partner(row), row.x) for row in await tx.rows(chosen)}


async def grants_of(tx: ReadTx, partner_id: UUID) -> list[Grant]:
    """Return a partner's grants, in force or not."""
    chosen = select(partner_grants).where(partner_grants.c.partner_id == partner_id)
    return [_grant(row) for row in await tx.rows(chosen.limit(_MOST))]


async def grant_lines(tx: ReadTx, partner_id: UUID | None) -> Sequence[GrantLine]:
    """Return the grants of a partner, or all, newest first."""
    chosen = select(partner_grants, partners.c.name).join_from(partner_grants, partners)
    if partner_id is not None:
        chosen = chosen.where(partner_grants.c.partner_id == partner_id)
    newest = chosen.order_by(partner_grants.c.granted_at.desc(), partner_grants.c.id.desc()).limit(_MOST)
    return [GrantLine(row.name, _grant(row)) for row in await tx.rows(newest)]


async def add_grant(tx: WriteTx, partner_id: UUID, grant: Grant, by: str) -> None:
    """Store a grant."""
    row = {
        "id": grant.id,
        "partner_id": partner_id,
        "operation": grant.ask.operation.value,
        "data_class": grant.ask.data_class.value,
        "jurisdiction": grant.ask.jurisdiction,
        "purpose": grant.ask.purpose.value,
        "expires_at": grant.expires_at,
        "granted_by": by,
        "granted_at": tx.now,
    }
    await tx.execute(insert(partner_grants).values(row))


async def revoke_grant(tx: WriteTx, grant_id: UUID) -> bool:
    """End a grant; False when there is none, or it has ended before."""
    one = update(partner_grants).where(partner_grants.c.id == grant_id, partner_grants.c.revoked_at.is_(None))
    return await tx.execute(one.values(revoked_at=tx.now)) == 1


def _partner(row: Row[Any]) -> Partner:
    status = PartnerStatus(row.status)
    return Partner(row.id, row.name, row.base_url, row.fingerprint, status, row.added_by, row.added_at)


def _grant(row: Row[Any]) -> Grant:
    ask = Ask(Operation(row.operation), DataClass(row.data_class), row.jurisdiction, Purpose(row.purpose))
    return Grant(row.id, ask, row.expires_at, row.revoked_at)
