"""How long a login lasts, and what a refresh token that comes back is worth."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long credentials hold (OWASP ASVS 5.0, 7.3.1 inactivity and 7.3.2 absolute session lifetime).

    access: an access token. idle: a session in which nothing is refreshed. session: a session in all.
    """

    access: timedelta
    idle: timedelta
    session: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """A login. Times are instants in UTC."""

    id: UUID
    account_id: UUID
    expires_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One link of a session's chain of refresh tokens; each is good once."""

    session: Session
    account_enabled: bool
    expires_at: datetime
    used_at: datetime | None


class Refresh(StrEnum):
    """What becomes of a refresh token that is presented."""

    RENEW = "renew"
    REFUSE = "refuse"
    END_SESSION = "end_session"


def judge_refresh(token: RefreshToken | None, now: datetime) -> Refresh:
    """Decide on a presented token.

    A token that was used before has been copied: whoever holds the other copy loses the session too
    (RFC 9700, 4.14.2).
    """
    if token is None or token.session.ended_at is not None:
        return Refresh.REFUSE
    if token.used_at is not None:
        return Refresh.END_SESSION
    if now >= token.expires_at or now >= token.session.expires_at or not token.account_enabled:
        return Refresh.REFUSE
    return Refresh.RENEW


def refresh_expiry(session_expires_at: datetime, now: datetime, lifetimes: Lifetimes) -> datetime:
    """Return until when a refresh token issued now holds: never longer than its session."""
    return min(now + lifetimes.idle, session_expires_at)
