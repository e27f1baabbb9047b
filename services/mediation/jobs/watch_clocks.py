"""Watches over the periods of open cases."""

from datetime import timedelta

from services.mediation.usecases.notice_breaches import BATCH, notice_breaches
from services.mediation.usecases.timing import TimingSource
from shared.db.tx import Database
from shared.observability.metrics import CLOCK_BREACHES
from shared.runtime.service import Job


def breaches_job(db: Database, timing: TimingSource) -> Job:
    """Return the round that notices what ended; any number of processes may run it."""
    breaches = CLOCK_BREACHES.labels("mediation")

    async def run() -> bool:
        async with db.write() as tx:
            noticed = await notice_breaches(tx, await timing.now(tx))
        breaches.inc(noticed)
        return noticed == BATCH

    return Job("breaches", run, timedelta(seconds=5))
