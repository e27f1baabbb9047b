"""What clients send to, and get from, the auth door."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Incoming, Outgoing


class Login(Incoming):
    """A name and a password."""

    username: str = Field(min_length=1, max_length=128)
    password: str = Field(min_length=1, max_length=1024)


class Refresh(Incoming):
    """The refresh token that came with the last answer; it is good once."""

    refresh_token: str = Field(min_length=1, max_length=256)


class Tokens(Outgoing):
    """A short-lived access token, and the refresh token for the next pair."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  the scheme's name
    expires_in: int
    refresh_token: str


class ClientToken(Outgoing):
    """An access token for a department's machine (RFC 6749, 5.1)."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  the scheme's name
    expires_in: int


class ClientTokenForm(Incoming):
    """The form of the token request. The credentials stand here or in HTTP Basic, not in both."""

    grant_type: Literal["client_credentials"]
    client_id: str | None = None
    client_secret: str | None = None


class Me(Outgoing):
    """Who the token names."""

    account_id: UUID
    username: str
    role: str
    division: str
    source: str | None
    indicators: list[str]
