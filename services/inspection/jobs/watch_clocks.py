"""Watches over open cases: notices each clock that ran out, once."""

from datetime import timedelta

from prometheus_client import Counter

from services.inspection.usecases.notice_breaches import BATCH, notice_breaches
from shared.db.tx import Database
from shared.runtime.service import Job

BREACHES = Counter("inspection_breaches_total", "Clocks of inspection cases that ran out")


def watch_clocks_job(db: Database) -> Job:
    """Return the watch's round; any number of processes may run it."""

    async def run() -> bool:
        async with db.write() as tx:
            noticed = await notice_breaches(tx)
        BREACHES.inc(noticed)
        return noticed == BATCH

    return Job("watch_clocks", run, timedelta(seconds=5))
