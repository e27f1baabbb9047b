"""Who is calling, as every service sees them."""

from dataclasses import dataclass
from uuid import UUID

from shared.auth.permissions import GRANTS, Permission, Role


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller.

    division: code of the district, town or village whose data the caller may see (a prefix of theirs).
    source, indicators: only for departments, what they may send and under which name.
    session_id: the session that the token belongs to; the gateway ends it at logout.
    """

    account_id: UUID
    username: str
    role: Role
    division: str
    session_id: UUID
    source: str | None = None
    indicators: frozenset[str] = frozenset()

    def may(self, permission: Permission) -> bool:
        """Tell whether the caller's role holds `permission`."""
        return permission in GRANTS[self.role]
