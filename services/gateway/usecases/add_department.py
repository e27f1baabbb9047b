"""A department gets credentials with which its machine sends signals."""

import secrets
from dataclasses import dataclass

from services.gateway.domain.accounts import Department, NameTaken, NewDepartment, check_department
from services.gateway.domain.audit import AuditEntry, Deed
from services.gateway.repository import audit, departments
from services.gateway.repository.departments import ClientSecret
from services.gateway.usecases.opened_session import digest
from shared.db.tx import WriteTx
from shared.kernel.errors import FieldProblem
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What the department is told, once: the secret is not kept."""

    client_id: str
    client_secret: str


async def add_department(tx: WriteTx, new: NewDepartment, by: str) -> ClientCredentials:
    """Add a department. Raises AccountRefused or NameTaken."""
    check_department(new)
    if await departments.for_change(tx, new.source) is not None:
        raise NameTaken(fields=[_taken(new.source)])
    given = ClientCredentials(f"{new.source}-{secrets.token_hex(4)}", new_secret())
    department = Department(
        new_id(), new_id(), given.client_id, new.source, frozenset(new.indicators), new.division, enabled=True
    )
    await departments.add(tx, ClientSecret(department, digest(given.client_secret)))
    await audit.append(tx, AuditEntry(Deed.DEPARTMENT_ADD, "ok", by, object=new.source))
    return given


def new_secret() -> str:
    """Return a secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def _taken(source: str) -> FieldProblem:
    return FieldProblem(
        "source",
        "taken",
        f"来源已被使用：{source}。调整指标用 departments grant 或 revoke，换发密钥用 renew，恢复使用用 enable。",
        f"Taken: {source}. departments grant and revoke change its indicators, renew its secret, enable lets it"
        " send again.",
    )
