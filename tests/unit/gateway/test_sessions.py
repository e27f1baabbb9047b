from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.gateway.domain.sessions import (
    Lifetimes,
    Refresh,
    RefreshToken,
    Session,
    judge_refresh,
    refresh_expiry,
)

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SESSION = Session(UUID(int=1), UUID(int=2), NOW + HOUR, None)
TOKEN = RefreshToken(SESSION, account_enabled=True, expires_at=NOW + HOUR, used_at=None)


def test_a_sound_token_is_renewed() -> None:
    assert judge_refresh(TOKEN, NOW) is Refresh.RENEW


@pytest.mark.parametrize(
    "token",
    [
        None,
        replace(TOKEN, expires_at=NOW),
        replace(TOKEN, account_enabled=False),
        replace(TOKEN, session=replace(SESSION, ended_at=NOW)),
        replace(TOKEN, session=replace(SESSION, expires_at=NOW)),
        replace(TOKEN, session=replace(SESSION, ended_at=NOW), used_at=NOW),
    ],
)
def test_whatever_is_over_is_refused(token: RefreshToken | None) -> None:
    assert judge_refresh(token, NOW) is Refresh.REFUSE


def test_a_spent_token_ends_its_session_even_when_it_is_too_old() -> None:
    assert judge_refresh(replace(TOKEN, used_at=NOW), NOW) is Refresh.END_SESSION
    assert judge_refresh(replace(TOKEN, used_at=NOW, expires_at=NOW), NOW) is Refresh.END_SESSION


def test_a_refresh_token_never_outlives_its_session() -> None:
    lifetimes = Lifetimes(access=HOUR, idle=4 * HOUR, session=12 * HOUR)
    assert refresh_expiry(NOW + 12 * HOUR, NOW, lifetimes) == NOW + 4 * HOUR
    assert refresh_expiry(NOW + HOUR, NOW, lifetimes) == NOW + HOUR
