"""A session ends at once, with every token that belongs to it."""

from uuid import UUID

from services.gateway.domain.audit import AuditEntry, Deed
from services.gateway.repository import accounts, audit, sessions
from services.gateway.usecases.opened_session import digest
from shared.auth.principal import Principal
from shared.db.tx import WriteTx


async def log_out(tx: WriteTx, who: Principal, address: str) -> None:
    """End the caller's session."""
    if await sessions.end(tx, who.session_id):
        await audit.append(tx, _entry(who.username, who.account_id, who.role.value, address))


async def log_out_by_refresh_token(tx: WriteTx, token: str, address: str) -> None:
    """End the session that a refresh token belongs to; an unknown one ends nothing (RFC 7009, 2.2)."""
    presented = await sessions.refresh_token_for_use(tx, digest(token))
    if presented is None or not await sessions.end(tx, presented.session.id):
        return
    account = await accounts.by_id(tx, presented.session.account_id)
    if account is not None:
        await audit.append(tx, _entry(account.username, account.id, account.role, address))


def _entry(username: str, account_id: UUID, role: str, address: str) -> AuditEntry:
    return AuditEntry(Deed.LOGOUT, "ok", username, account_id, role, address=address)
