"""Access tokens: Ed25519-signed JWTs (RFC 7519, RFC 8037), short-lived.

The gateway alone holds the private key; every service verifies with the public one, so that each decides on the
originating caller's rights and no service has to be trusted by another.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.auth.permissions import Role
from shared.auth.principal import Principal
from shared.kernel.clock import Clock
from shared.kernel.errors import DomainError, Kind
from shared.kernel.ids import new_id

ISSUER = "labour-warning/gateway"
AUDIENCE = "labour-warning"
_ALGORITHM = "Ed25519"
_CACHE_SIZE = 4096
# How far the clocks of the gateway and of whoever says when a token was shown may be apart.
_SKEW_SECONDS = 60


class Unauthenticated(DomainError):
    """There is no valid credential."""

    kind = Kind.UNAUTHENTICATED
    code = "unauthenticated"
    message_zh = "请先登录：缺少有效的访问令牌，或令牌已过期。"
    message_en = "Log in first: the access token is missing, invalid or expired."


def generate_key() -> bytes:
    """Return a new private key as PEM (PKCS 8)."""
    return OKPKey.generate_key("Ed25519").as_pem(private=True)


def public_half(private_pem: bytes) -> bytes:
    """Return the public key, as PEM, that belongs to `private_pem`."""
    return OKPKey.import_key(private_pem).as_pem(private=False)


def read_key(path: Path) -> bytes:
    """Return a key file's content. Raises FileNotFoundError when it is not there."""
    return path.read_bytes()


class TokenIssuer:
    """Signs access tokens; lives in the gateway only."""

    def __init__(self, private_pem: bytes, clock: Clock, lifetime: timedelta) -> None:
        """Keep the key and how long a token lasts."""
        self._key = OKPKey.import_key(private_pem)
        self._clock = clock
        self.lifetime = lifetime

    def issue(self, principal: Principal) -> str:
        """Return a signed token for `principal`, valid from now for `lifetime`."""
        now = int(self._clock.now().timestamp())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "jti": str(new_id()),
            "iat": now,
            "exp": now + int(self.lifetime.total_seconds()),
            "sub": str(principal.account_id),
            "name": principal.username,
            "role": principal.role.value,
            "division": principal.division,
            "sid": str(principal.session_id),
        }
        if principal.source is not None:
            claims |= {"source": principal.source, "indicators": sorted(principal.indicators)}
        return jwt.encode({"alg": _ALGORITHM, "typ": "at+jwt"}, claims, self._key, algorithms=[_ALGORITHM])


@dataclass(frozen=True, slots=True)
class _Known:
    issued_at: int
    expires_at: int
    principal: Principal


class TokenVerifier:
    """Verifies access tokens. A signature once checked is remembered, its expiry is not."""

    def __init__(self, public_pem: bytes, clock: Clock) -> None:
        """Keep the public key."""
        self._key = OKPKey.import_key(public_pem)
        self._clock = clock
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def verify(self, token: str) -> Principal:
        """Return the caller that `token` names. Raises Unauthenticated."""
        known = self._known.get(token) or self._check(token)
        if self._clock.now().timestamp() >= known.expires_at:
            self._known.pop(token, None)
            raise Unauthenticated
        return known.principal

    def verify_at(self, token: str, at: datetime) -> Principal:
        """Return who held `token` when it was shown, `at` by a clock that is not theirs. Raises Unauthenticated."""
        known = self._known.get(token) or self._check(token)
        if not known.issued_at - _SKEW_SECONDS <= at.timestamp() < known.expires_at:
            raise Unauthenticated
        return known.principal

    def _check(self, token: str) -> "_Known":
        try:
            decoded = jwt.decode(token, self._key, algorithms=[_ALGORITHM])
            claims = decoded.claims
            if decoded.header.get("typ") != "at+jwt" or claims["iss"] != ISSUER or claims["aud"] != AUDIENCE:
                raise Unauthenticated
            known = _Known(int(claims["iat"]), int(claims["exp"]), _principal(claims))
        except (JoseError, KeyError, ValueError, TypeError) as error:
            raise Unauthenticated from error
        self._known[token] = known
        if len(self._known) > _CACHE_SIZE:
            self._known.popitem(last=False)
        return known


def _principal(claims: dict[str, Any]) -> Principal:
    return Principal(
        account_id=UUID(claims["sub"]),
        username=str(claims["name"]),
        role=Role(claims["role"]),
        division=str(claims["division"]),
        session_id=UUID(claims["sid"]),
        source=claims.get("source"),
        indicators=frozenset(claims.get("indicators", ())),
    )


__all__ = ["TokenIssuer", "TokenVerifier", "Unauthenticated", "generate_key", "public_half", "read_key"]
