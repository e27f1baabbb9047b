"""A department may no longer send; it holds from the next request on."""

from services.gateway.domain.audit import AuditEntry, Deed
from services.gateway.repository import audit, departments
from shared.db.tx import WriteTx
from shared.kernel.errors import found


async def disable_department(tx: WriteTx, source: str, by: str) -> None:
    """Disable the department that sends as `source`; again changes nothing. Raises NotFound."""
    department = found(await departments.for_change(tx, source))
    if department.enabled:
        await departments.set_enabled(tx, department.id, enabled=False)
        await audit.append(tx, AuditEntry(Deed.DEPARTMENT_DISABLE, "ok", by, object=source))
