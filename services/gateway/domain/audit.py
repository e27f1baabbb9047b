"""What the audit log keeps: who did what, when, from where, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Deed(StrEnum):
    """What is recorded."""

    LOGIN = "login"
    REFRESH = "refresh"
    LOGOUT = "logout"
    CLIENT_TOKEN = "client_token"  # noqa: S105  the name of a deed
    ACCOUNT_ADD = "account.add"
    ACCOUNT_DISABLE = "account.disable"
    ACCOUNT_ENABLE = "account.enable"
    DEPARTMENT_ADD = "department.add"
    DEPARTMENT_DISABLE = "department.disable"
    DEPARTMENT_ENABLE = "department.enable"
    DEPARTMENT_GRANT = "department.grant"
    DEPARTMENT_REVOKE = "department.revoke"
    DEPARTMENT_RENEW = "department.renew"
    WARNING_READ = "warning.read"
    ENTERPRISE_READ = "enterprise.read"
    MEDIATION_CASE_READ = "mediation_case.read"
    INSPECTION_READ = "inspection.read"
    PARTNER_ADD = "partner.add"
    PARTNER_SUSPEND = "partner.suspend"
    PARTNER_RESUME = "partner.resume"
    PARTNER_GRANT = "partner.grant"
    PARTNER_REVOKE = "partner.revoke"
    FEDERATION_MESSAGE = "federation.message"
    ASSISTANCE_ASK = "assistance.ask"
    ASSISTANCE_READ = "assistance.read"
    ASSISTANCE_DECIDE = "assistance.decide"
    ASSISTANCE_RESEND = "assistance.resend"
    ASSISTANCE_SEND = "assistance.send"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the log. `actor` is a handle, never a person's name; of an unknown caller, a digest."""

    deed: Deed
    outcome: str
    actor: str
    actor_id: UUID | None = None
    role: str | None = None
    object: str | None = None
    address: str | None = None
