"""May this caller still work? Asked of the database at every request, so that disabling someone works at once."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from services.gateway.repository.standing import LOST, Standing
from services.gateway.usecases.group_calls import GroupCalls
from shared.auth.principal import Principal
from shared.auth.tokens import Unauthenticated
from shared.kernel.clock import Clock
from shared.web.errors import Unavailable

_MOST_AT_ONCE = 1_000

log = structlog.get_logger(__name__)


class SessionCheck:
    """Checks sessions; requests that arrive while a query runs share the next one."""

    def __init__(self, standing: Standing, clock: Clock) -> None:
        """Keep whom to ask."""
        self._standing = standing
        self._clock = clock
        self._calls: GroupCalls[UUID, bool] = GroupCalls(self._alive, _MOST_AT_ONCE)

    async def __call__(self, principal: Principal) -> None:
        """Raise Unauthenticated when the session is over, or the account or department is disabled."""
        if not await self._calls.ask(principal.session_id):
            raise Unauthenticated

    async def _alive(self, ids: Sequence[UUID]) -> list[bool]:
        try:
            alive = await self._standing.alive(ids, self._clock.now())
        except LOST as error:
            log.warning("sessions cannot be checked", error=repr(error))
            raise Unavailable(retry_after_seconds=1) from error
        return [one in alive for one in ids]

    async def close(self) -> None:
        """Let go of the connection."""
        await self._standing.close()
