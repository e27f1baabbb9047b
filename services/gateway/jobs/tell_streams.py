"""Keeps the open streams of this process going, and ends those that may not go on."""

from datetime import timedelta

import structlog

from services.gateway.repository.notifications import CHANNEL
from services.gateway.usecases.notification_streams import NotificationStreams
from shared.db.engine import is_unreachable
from shared.runtime.service import Job

log = structlog.get_logger(__name__)


def tell_streams_job(streams: NotificationStreams) -> Job:
    """Return the round that a new notification wakes."""

    async def run() -> bool:
        try:
            return await streams.tell()
        except Exception as error:
            # A process that serves outlives a loss of the database, and so do its streams.
            if not is_unreachable(error):
                raise
            log.warning("notifications cannot be read", error=repr(error))
            return False

    return Job("tell_streams", run, timedelta(seconds=2), wake_channel=CHANNEL, everywhere=True)


def end_streams_job(streams: NotificationStreams) -> Job:
    """Return the round that looks whether sessions are over."""

    async def run() -> bool:
        await streams.end_refused()
        return False

    return Job("end_streams", run, timedelta(seconds=3), everywhere=True)
