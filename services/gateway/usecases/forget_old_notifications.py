"""Notifications that are no news any more go, oldest first."""

from datetime import timedelta

from services.gateway.repository import notifications
from shared.db.tx import WriteTx

_AT_ONCE = 5_000


async def forget_old_notifications(tx: WriteTx, keep: timedelta) -> bool:
    """Remove one portion; True when there is more."""
    return await notifications.purge(tx, tx.now - keep, _AT_ONCE) == _AT_ONCE
