"""That somebody looked at a warning or an enterprise is recorded, whatever the answer was."""

from services.gateway.domain.audit import AuditEntry, Deed
from services.gateway.repository import audit
from shared.auth.principal import Principal
from shared.db.tx import WriteTx


async def record_look(
    tx: WriteTx, who: Principal, deed: Deed, looked_at: str, status: int, address: str
) -> None:
    """Add the look to the audit log; `status` is what the owner of the data answered."""
    outcome = "ok" if status == 200 else str(status)  # noqa: PLR2004  HTTP's OK
    await audit.append(
        tx, AuditEntry(deed, outcome, who.username, who.account_id, who.role.value, looked_at, address)
    )
