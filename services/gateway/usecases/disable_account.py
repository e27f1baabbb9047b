"""An official may no longer work here, or may again; it holds from the next request on."""

from dataclasses import replace
from uuid import UUID

from services.gateway.domain.audit import AuditEntry, Deed
from services.gateway.repository import accounts, audit, sessions
from services.gateway.usecases.account_events import account_changed
from shared.db.tx import WriteTx
from shared.kernel.errors import found


async def disable_account(tx: WriteTx, username: str, by: str) -> UUID:
    """Disable the account and end its sessions. Disabling it again changes nothing. Raises NotFound."""
    account = found(await accounts.for_change(tx, username))
    if account.enabled:
        await accounts.set_enabled(tx, account.id, enabled=False)
        await sessions.end_all_of(tx, account.id)
        await audit.append(tx, AuditEntry(Deed.ACCOUNT_DISABLE, "ok", by, object=username))
        tx.emit(account_changed(replace(account, enabled=False)))
    return account.id


async def enable_account(tx: WriteTx, username: str, by: str) -> UUID:
    """Let the account log in again. Enabling it again changes nothing. Raises NotFound."""
    account = found(await accounts.for_change(tx, username))
    if not account.enabled:
        await accounts.set_enabled(tx, account.id, enabled=True)
        await audit.append(tx, AuditEntry(Deed.ACCOUNT_ENABLE, "ok", by, object=username))
        tx.emit(account_changed(replace(account, enabled=True)))
    return account.id
