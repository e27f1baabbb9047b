"""What a login or a refresh gives its caller, and how refresh tokens are made."""

import hashlib
import secrets
from dataclasses import dataclass

from services.gateway.domain.accounts import Account
from services.gateway.domain.sessions import Lifetimes, Session, refresh_expiry
from services.gateway.repository import sessions
from shared.auth.permissions import Role
from shared.auth.principal import Principal
from shared.db.tx import WriteTx


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """Who logged in, and the refresh token that goes on from here."""

    principal: Principal
    refresh_token: str


def digest(secret: str) -> str:
    """Return under which digest a secret of our own making is kept: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def give_refresh_token(
    tx: WriteTx, account: Account, session: Session, lifetimes: Lifetimes
) -> OpenedSession:
    """Add the next refresh token to a session."""
    token = secrets.token_urlsafe(32)
    await sessions.add_refresh_token(
        tx, digest(token), session.id, refresh_expiry(session.expires_at, tx.now, lifetimes)
    )
    principal = Principal(account.id, account.username, Role(account.role), account.division, session.id)
    return OpenedSession(principal, token)
