"""Roles and what each may do. A route names a permission; this table says who holds it."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """The offices of the system; the administrators are three different people (三权分立)."""

    GRID_COORDINATOR = "grid_coordinator"
    TOWN_OFFICER = "town_officer"
    DISTRICT_OFFICER = "district_officer"
    INSPECTOR = "inspector"
    MEDIATOR = "mediator"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDITOR = "auditor"
    DEPARTMENT = "department"


class Permission(StrEnum):
    """One thing that may be done."""

    SIGNAL_SEND = "signal.send"
    WORKLIST_READ = "worklist.read"
    WARNING_HANDLE = "warning.handle"
    DASHBOARD_READ = "dashboard.read"
    WARNING_DIRECT = "warning.direct"
    ENTERPRISE_WRITE = "enterprise.write"
    ABSENCE_READ = "absence.read"
    ABSENCE_WRITE = "absence.write"
    RULE_PACK_READ = "rule_pack.read"
    RULE_PACK_WRITE = "rule_pack.write"
    MEDIATION_READ = "mediation.read"
    MEDIATION_HANDLE = "mediation.handle"
    ORGANISATION_WRITE = "organisation.write"
    INSPECTION_READ = "inspection.read"
    INSPECTION_HANDLE = "inspection.handle"
    INSPECTION_APPROVE = "inspection.approve"
    FEDERATION_READ = "federation.read"
    FEDERATION_DECIDE = "federation.decide"
    SELF_READ = "self.read"


_OFFICE = frozenset(
    {
        Permission.DASHBOARD_READ,
        Permission.RULE_PACK_READ,
        Permission.MEDIATION_READ,
        Permission.INSPECTION_READ,
        Permission.SELF_READ,
    }
)
_OFFICER = _OFFICE | {Permission.WARNING_DIRECT, Permission.ABSENCE_READ, Permission.ABSENCE_WRITE}

GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.GRID_COORDINATOR: frozenset(
        {Permission.WORKLIST_READ, Permission.WARNING_HANDLE, Permission.SELF_READ}
    ),
    Role.TOWN_OFFICER: _OFFICER,
    Role.DISTRICT_OFFICER: _OFFICER
    | {
        Permission.ENTERPRISE_WRITE,
        Permission.RULE_PACK_WRITE,
        Permission.ORGANISATION_WRITE,
        Permission.INSPECTION_APPROVE,
        Permission.FEDERATION_READ,
        Permission.FEDERATION_DECIDE,
    },
    Role.INSPECTOR: _OFFICE | {Permission.INSPECTION_HANDLE},
    Role.AUDITOR: _OFFICE | {Permission.ABSENCE_READ, Permission.FEDERATION_READ},
    Role.MEDIATOR: frozenset({Permission.MEDIATION_READ, Permission.MEDIATION_HANDLE, Permission.SELF_READ}),
    Role.SYSTEM_ADMIN: frozenset({Permission.SELF_READ}),
    Role.SECURITY_ADMIN: frozenset({Permission.SELF_READ}),
    Role.DEPARTMENT: frozenset({Permission.SIGNAL_SEND, Permission.SELF_READ}),
}
