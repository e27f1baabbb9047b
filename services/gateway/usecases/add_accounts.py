"""Officials get their accounts; the other services hear of it by event."""

from collections.abc import Sequence
from uuid import UUID

from services.gateway.domain.accounts import Account, NameTaken, NewAccount, check_account
from services.gateway.domain.audit import AuditEntry, Deed
from services.gateway.repository import accounts, audit
from services.gateway.repository.accounts import Credentials
from services.gateway.usecases.account_events import account_changed
from services.gateway.usecases.password_hashing import Passwords
from shared.auth.permissions import Role
from shared.db.tx import Database
from shared.kernel.errors import FieldProblem
from shared.kernel.ids import new_id

ROLES = frozenset(role.value for role in Role if role is not Role.DEPARTMENT)


async def add_accounts(db: Database, passwords: Passwords, new: Sequence[NewAccount], by: str) -> list[UUID]:
    """Add them all or none, and return their ids in order. Raises AccountRefused or NameTaken.

    It opens its transaction itself: the hashing before it takes long.
    """
    for one in new:
        check_account(one, ROLES)
    _check_distinct([one.username for one in new])
    hashes = await passwords.hash_all([one.password for one in new])
    if not new:
        return []
    added = [_account(one) for one in new]
    credentials = [Credentials(account, hashed) for account, hashed in zip(added, hashes, strict=True)]
    async with db.write() as tx:
        _refuse_taken(await accounts.names_taken(tx, [one.username for one in new]))
        await accounts.add(tx, credentials)
        await audit.append(tx, *(_entry(account, by) for account in added))
        for account in added:
            tx.emit(account_changed(account))
    return [account.id for account in added]


def _account(new: NewAccount) -> Account:
    return Account(
        new_id(), new.username, new.role, new.division, new.grid_cells, new.deputy_cells, enabled=True
    )


def _check_distinct(names: Sequence[str]) -> None:
    _refuse_taken(sorted({name for name in names if names.count(name) > 1}))


def _refuse_taken(names: Sequence[str]) -> None:
    if names:
        listed = ", ".join(names[:10])
        problem = FieldProblem("username", "taken", f"用户名已被使用：{listed}。", f"Taken: {listed}.")
        raise NameTaken(fields=[problem])


def _entry(account: Account, by: str) -> AuditEntry:
    return AuditEntry(Deed.ACCOUNT_ADD, "ok", by, object=account.username)
