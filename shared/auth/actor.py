"""Who did something, as it stands on a record."""

from dataclasses import dataclass
from uuid import UUID

from shared.auth.principal import Principal


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: an account, or the system itself."""

    id: UUID | None
    name: str

    @classmethod
    def of(cls, who: Principal) -> "Actor":
        """Return the actor behind a principal."""
        return cls(who.account_id, who.username)


SYSTEM = Actor(None, "system")
