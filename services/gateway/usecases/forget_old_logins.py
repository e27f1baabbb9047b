"""What is left of old logins goes: failures that no longer count, sessions long over."""

from datetime import timedelta

from services.gateway.domain.throttle import LOGIN_THROTTLE
from services.gateway.repository import login_failures, sessions
from shared.db.tx import WriteTx

KEEP_SESSIONS = timedelta(days=30)
_AT_ONCE = 5_000


async def forget_old_logins(tx: WriteTx) -> bool:
    """Remove one portion; True when there is more."""
    gone = await login_failures.purge(tx, tx.now - LOGIN_THROTTLE.forget_after, _AT_ONCE)
    over = await sessions.purge(tx, tx.now - KEEP_SESSIONS, _AT_ONCE)
    return _AT_ONCE in (gone, over)
