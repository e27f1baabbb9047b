"""A department's machine shows its secret and may send for a while (RFC 6749, 4.4)."""

import hmac

from services.gateway.domain.audit import AuditEntry, Deed
from services.gateway.repository import audit, departments
from services.gateway.usecases.opened_session import digest
from shared.auth.permissions import Role
from shared.auth.principal import Principal
from shared.db.tx import WriteTx

_NOBODY = "0" * 64


async def issue_client_token(
    tx: WriteTx, client_id: str, client_secret: str, address: str
) -> Principal | None:
    """Return who may send; None when refused. It does not raise, so that the refusal is recorded.

    The secret has 256 random bits: guessing needs no slowing.
    """
    known = await departments.by_client_id(tx, client_id.replace("\x00", "\ufffd"))
    fits = hmac.compare_digest(digest(client_secret), known.secret_sha256 if known is not None else _NOBODY)
    if known is None or not fits or not known.department.enabled:
        actor = known.department.source if known is not None else f"unknown:{digest(client_id)[:16]}"
        await audit.append(tx, AuditEntry(Deed.CLIENT_TOKEN, "refused", actor, address=address))
        return None
    department = known.department
    granted = AuditEntry(
        Deed.CLIENT_TOKEN, "ok", department.source, department.id, Role.DEPARTMENT.value, address=address
    )
    await audit.append(tx, granted)
    return Principal(
        account_id=department.id,
        username=department.source,
        role=Role.DEPARTMENT,
        division=department.division,
        session_id=department.session_id,
        source=department.source,
        indicators=department.indicators,
    )
