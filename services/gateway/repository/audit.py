"""The audit log: lines are only ever added."""

from sqlalchemy import insert

from services.gateway.domain.audit import AuditEntry
from services.gateway.repository.tables import audit_log
from shared.db.tx import WriteTx
from shared.observability.correlation import correlation_id


async def append(tx: WriteTx, *entries: AuditEntry) -> None:
    """Add lines to the log."""
    rows = [
        {
            "at": tx.now,
            "actor_id": entry.actor_id,
            "actor": entry.actor,
            "role": entry.role,
            "action": entry.deed.value,
            "object": entry.object,
            "address": entry.address,
            "correlation_id": correlation_id(),
            "outcome": entry.outcome,
        }
        for entry in entries
    ]
    await tx.execute(insert(audit_log), rows)
