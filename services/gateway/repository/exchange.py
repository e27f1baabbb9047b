"""Nonces, and the log of exchanged messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.gateway.domain.exchange import BEGINNING, ChainedEntry, LogEntry, MessageKind
from services.gateway.repository.federation_tables import federation_messages, federation_nonces
from shared.db.tx import ReadTx, WriteTx

_CHAIN = "gateway.federation_messages"


async def take_nonce(tx: WriteTx, partner_id: UUID, nonce: str, expires_at: datetime) -> bool:
    """Use a nonce up; False when it was before. Of two at once the second waits for the first's commit."""
    row = {"partner_id": partner_id, "nonce": nonce, "expires_at": expires_at}
    return await tx.execute(upsert(federation_nonces).values(row).on_conflict_do_nothing()) == 1


async def forget_nonces(tx: WriteTx, before: datetime, most: int) -> int:
    """Remove nonces that no signature could bring again."""
    old = (
        select(federation_nonces.c.partner_id, federation_nonces.c.nonce)
        .where(federation_nonces.c.expires_at < before)
        .limit(most)
        .subquery()
    )
    return await tx.execute(
        delete(federation_nonces).where(
            federation_nonces.c.partner_id == old.c.partner_id, federation_nonces.c.nonce == old.c.nonce
        )
    )


async def append(tx: WriteTx, *entries: LogEntry) -> None:
    """Add messages to the log; the chain is locked until the transaction ends."""
    await tx.lock(_CHAIN)
    newest = select(federation_messages.c.hash).order_by(federation_messages.c.seq.desc()).limit(1)
    previous = await tx.value(newest) or BEGINNING
    rows = []
    for entry in entries:
        rows.append(_row(entry, previous))
        previous = rows[-1]["hash"]
    await tx.execute(insert(federation_messages), rows)


async def messages_of(tx: ReadTx, request_id: UUID) -> Sequence[ChainedEntry]:
    """Return what was exchanged about a request, oldest first."""
    chosen = select(federation_messages).where(federation_messages.c.request_id == request_id)
    return [_entry(row) for row in await tx.rows(chosen.order_by(federation_messages.c.seq).limit(200))]


async def chunk_after(tx: ReadTx, seq: int, most: int) -> Sequence[ChainedEntry]:
    """Return the next part of the log."""
    chosen = select(federation_messages).where(federation_messages.c.seq > seq)
    return [_entry(row) for row in await tx.rows(chosen.order_by(federation_messages.c.seq).limit(most))]


def _row(entry: LogEntry, previous: str) -> dict[str, Any]:
    return {
        "at": entry.at,
        "partner_id": entry.partner_id,
        "request_id": entry.request_id,
        "direction": entry.direction,
        "kind": entry.kind.value,
        "kid": entry.kid,
        "signed": entry.signed,
        "signature": entry.signature,
        "body": entry.body,
        "previous_hash": previous,
        "hash": entry.hash_after(previous),
    }


def _entry(row: Row[Any]) -> ChainedEntry:
    entry = LogEntry(
        row.at,
        row.partner_id,
        row.request_id,
        row.direction,
        MessageKind(row.kind),
        row.kid,
        bytes(row.signed),
        row.signature,
        bytes(row.body),
    )
    return ChainedEntry(row.seq, entry, row.previous_hash, row.hash)
