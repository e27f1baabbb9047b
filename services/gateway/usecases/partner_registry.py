"""The registry of partners and grants, kept by an administrator at the command line."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.gateway.domain.audit import AuditEntry, Deed
from services.gateway.domain.exchange import BEGINNING, first_break
from services.gateway.domain.partners import (
    Ask,
    Descriptor,
    Grant,
    KeyTaken,
    Partner,
    PartnerStatus,
    PartnerUnknown,
)
from services.gateway.repository import audit, exchange, partners
from services.gateway.repository.partners import GrantLine
from shared.db.tx import Database, ReadTx, WriteTx
from shared.kernel.divisions import Division
from shared.kernel.errors import DomainError, FieldProblem, NotFound
from shared.kernel.ids import new_id

_CHUNK = 500


class GrantInvalid(DomainError):
    """A grant cannot be given like this."""

    code = "federation.grant_invalid"


async def add_partner(tx: WriteTx, told: Descriptor, own: Descriptor, by: str) -> Partner:
    """Add a partner, or take the new descriptor of one; its fingerprint was compared. Raises KeyTaken.

    A partner that is there stays what it was, active or suspended, and keeps its grants.
    """
    if told.base_url == own.base_url or {key.kid for key in told.keys} & {key.kid for key in own.keys}:
        raise KeyTaken("这是本院自己的文件。", "This is our own file.")
    rivals = await partners.rivals(tx, told)
    if len(rivals) > 1:
        raise KeyTaken
    partner_id = rivals[0] if rivals else new_id()
    await partners.add(tx, partner_id, told, by)
    await audit.append(tx, AuditEntry(Deed.PARTNER_ADD, "ok", by, object=told.name))
    return await _named(tx, told.name)


async def set_partner_status(tx: WriteTx, name: str, status: PartnerStatus, by: str) -> None:
    """Suspend a partner at once, or take the exchange up again. Raises PartnerUnknown."""
    partner = await _named(tx, name)
    await partners.set_status(tx, partner.id, status)
    deed = Deed.PARTNER_SUSPEND if status is PartnerStatus.SUSPENDED else Deed.PARTNER_RESUME
    await audit.append(tx, AuditEntry(deed, "ok", by, object=name))


async def list_partners(tx: ReadTx) -> Sequence[Partner]:
    """Return all partners."""
    return await partners.listing(tx)


async def add_grant(tx: WriteTx, name: str, ask: Ask, expires_at: datetime, by: str) -> Grant:
    """Allow a partner one thing until a date. Raises PartnerUnknown, DivisionInvalid or GrantInvalid."""
    partner = await _named(tx, name)
    Division(ask.jurisdiction)
    if expires_at <= tx.now:
        past = FieldProblem("expires", "past", "到期日须在将来。", "The date must lie in the future.")
        raise GrantInvalid(fields=(past,))
    grant = Grant(new_id(), ask, expires_at)
    await partners.add_grant(tx, partner.id, grant, by)
    told = f"{name} {ask.operation} {ask.data_class} {ask.jurisdiction} {ask.purpose}"
    await audit.append(tx, AuditEntry(Deed.PARTNER_GRANT, "ok", by, object=told))
    return grant


async def list_grants(tx: ReadTx, name: str | None) -> Sequence[GrantLine]:
    """Return the grants of a partner, or all. Raises PartnerUnknown."""
    return await partners.grant_lines(tx, (await _named(tx, name)).id if name else None)


async def revoke_grant(tx: WriteTx, grant_id: UUID, by: str) -> None:
    """End a grant at once. Raises NotFound."""
    if not await partners.revoke_grant(tx, grant_id):
        raise NotFound("没有这项有效授权。", "No such grant in force.")
    await audit.append(tx, AuditEntry(Deed.PARTNER_REVOKE, "ok", by, object=str(grant_id)))


async def _named(tx: ReadTx, name: str) -> Partner:
    partner = await partners.by_name(tx, name)
    if partner is None:
        raise PartnerUnknown
    return partner


async def check_log(db: Database) -> tuple[int, int | None]:
    """Return how many messages the log holds, and the number of the first that was tampered with."""
    seq, count, previous = 0, 0, BEGINNING
    while True:
        async with db.read() as tx:
            chunk = await exchange.chunk_after(tx, seq, _CHUNK)
        if not chunk:
            return count, None
        broken = first_break(chunk, previous)
        if broken is not None:
            return count, broken
        seq, previous, count = chunk[-1].seq, chunk[-1].hash, count + len(chunk)
