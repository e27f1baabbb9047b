"""A stream may outlive its access token: its department's right to send is asked again before every call."""

from shared.auth.principal import Principal
from shared.auth.tokens import TokenIssuer
from shared.kernel.clock import Clock
from shared.web.guard import SessionCheck


class StreamRights:
    """Gives the authorization for the next call of one stream."""

    def __init__(self, who: Principal, check: SessionCheck, issuer: TokenIssuer, clock: Clock) -> None:
        """Begin with a token of its own, so that it does not end with the caller's."""
        self._who = who
        self._check = check
        self._issuer = issuer
        self._clock = clock
        self._renew()

    async def __call__(self) -> str:
        """Return a valid authorization. Raises Unauthenticated when the department was disabled."""
        await self._check(self._who)
        if self._clock.now() >= self._renew_at:
            self._renew()
        return self._authorization

    def _renew(self) -> None:
        self._authorization = f"Bearer {self._issuer.issue(self._who)}"
        self._renew_at = self._clock.now() + self._issuer.lifetime / 2
