"""What a department may send, and with which secret, changes while its source and what it sent stay.

What is given counts from the next access token on; what is taken away ends the live ones at once.
"""

from collections.abc import Collection, Sequence

from services.gateway.domain.accounts import Department, DepartmentUnknown, without
from services.gateway.domain.audit import AuditEntry, Deed
from services.gateway.repository import audit, departments
from services.gateway.usecases.add_department import ClientCredentials, new_secret
from services.gateway.usecases.disable_department import department_for_change
from services.gateway.usecases.opened_session import digest
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.ids import new_id


async def list_departments(tx: ReadTx) -> Sequence[Department]:
    """Return every department, by its source."""
    return await departments.all_departments(tx)


async def department_of(tx: ReadTx, source: str) -> Department:
    """Return the department that sends as `source`. Raises DepartmentUnknown."""
    department = await departments.by_source(tx, source)
    if department is None:
        raise DepartmentUnknown(source)
    return department


async def grant_indicators(tx: WriteTx, source: str, indicators: Collection[str], by: str) -> frozenset[str]:
    """Allow further (registered) indicators, and return all that it may send. Raises DepartmentUnknown."""
    department = await department_for_change(tx, source)
    further = set(indicators) - department.indicators
    allowed = department.indicators | further
    if further:
        await departments.change(tx, department.id, indicators=sorted(allowed))
        await _note(tx, Deed.DEPARTMENT_GRANT, by, f"{source}: {', '.join(sorted(further))}")
    return allowed


async def revoke_indicators(tx: WriteTx, source: str, indicators: Collection[str], by: str) -> frozenset[str]:
    """Take indicators away, and return what is left. Raises DepartmentUnknown and AccountRefused."""
    department = await department_for_change(tx, source)
    left = without(department, indicators)
    await departments.change(tx, department.id, indicators=sorted(left), session_id=new_id())
    await _note(tx, Deed.DEPARTMENT_REVOKE, by, f"{source}: {', '.join(sorted(indicators))}")
    return left


async def renew_secret(tx: WriteTx, source: str, by: str) -> ClientCredentials:
    """Give a new secret: the former one and the tokens got with it are dead. Raises DepartmentUnknown."""
    department = await department_for_change(tx, source)
    given = ClientCredentials(department.client_id, new_secret())
    fresh = {"secret_sha256": digest(given.client_secret), "session_id": new_id()}
    await departments.change(tx, department.id, **fresh)
    await _note(tx, Deed.DEPARTMENT_RENEW, by, source)
    return given


async def enable_department(tx: WriteTx, source: str, by: str) -> None:
    """Let a disabled department send again. Again changes nothing. Raises DepartmentUnknown."""
    department = await department_for_change(tx, source)
    if not department.enabled:
        await departments.change(tx, department.id, enabled=True)
        await _note(tx, Deed.DEPARTMENT_ENABLE, by, source)


async def _note(tx: WriteTx, deed: Deed, by: str, what: str) -> None:
    await audit.append(tx, AuditEntry(deed, "ok", by, object=what))
