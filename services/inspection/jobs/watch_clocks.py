"""Watches over open cases: notices each clock that ran out, once."""

from datetime import timedelta

from services.inspection.usecases.notice_breaches import BATCH, notice_breaches
from shared.db.tx import Database
from shared.observability.metrics import CLOCK_BREACHES
from shared.runtime.service import Job


def watch_clocks_job(db: Database) -> Job:
    """Return the watch's round; any number of processes may run it."""
    breaches = CLOCK_BREACHES.labels("inspection")

    async def run() -> bool:
        async with db.write() as tx:
            noticed = await notice_breaches(tx)
        breaches.inc(noticed)
        return noticed == BATCH

    return Job("watch_clocks", run, timedelta(seconds=5))
