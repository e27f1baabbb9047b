"""A department may no longer send; it holds from the next request on."""

from services.gateway.domain.accounts import Department, DepartmentUnknown
from services.gateway.domain.audit import AuditEntry, Deed
from services.gateway.repository import audit, departments
from shared.db.tx import WriteTx
from shared.kernel.ids import new_id


async def disable_department(tx: WriteTx, source: str, by: str) -> None:
    """Disable the department that sends as `source`, and end its tokens. Again changes nothing.

    Raises DepartmentUnknown.
    """
    department = await department_for_change(tx, source)
    if department.enabled:
        await departments.change(tx, department.id, enabled=False, session_id=new_id())
        await audit.append(tx, AuditEntry(Deed.DEPARTMENT_DISABLE, "ok", by, object=source))


async def department_for_change(tx: WriteTx, source: str) -> Department:
    """Return the department, locked until the transaction ends. Raises DepartmentUnknown."""
    department = await departments.for_change(tx, source)
    if department is None:
        raise DepartmentUnknown(source)
    return department
