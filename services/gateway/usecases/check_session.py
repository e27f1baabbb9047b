"""May this caller still work? Asked of the database at every request, so that disabling someone works at once."""

from collections.abc import Sequence
from uuid import UUID

from services.gateway.repository import sessions
from services.gateway.usecases.group_calls import GroupCalls
from shared.auth.principal import Principal
from shared.auth.tokens import Unauthenticated
from shared.db.tx import Database

_MOST_AT_ONCE = 1_000


class SessionCheck:
    """Checks sessions; requests that arrive while a query runs share the next one."""

    def __init__(self, db: Database) -> None:
        """Keep the database."""
        self._db = db
        self._calls: GroupCalls[None, UUID, bool] = GroupCalls(self._alive, _MOST_AT_ONCE)

    async def __call__(self, principal: Principal) -> None:
        """Raise Unauthenticated when the session is over, or the account or department is disabled."""
        if not await self._calls.ask(None, principal.session_id):
            raise Unauthenticated

    async def _alive(self, _key: None, ids: Sequence[UUID]) -> list[bool]:
        async with self._db.read() as tx:
            found = await sessions.alive(tx, ids)
        return [one in found for one in ids]
