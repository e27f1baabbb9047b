"""Assesses whoever is due, and puts everybody into the queue once a night: signals age."""

import asyncio
import time
from datetime import timedelta

from prometheus_client import Counter, Histogram

from services.warning.repository import assessments, job_marks
from services.warning.repository.assessments import WAKE_CHANNEL
from services.warning.usecases.assess_enterprises import apply, collect, examine
from services.warning.usecases.reference_data import ReferenceData
from shared.db.tx import Database
from shared.kernel.clock import shanghai_day
from shared.runtime.spec import Job

ASSESSED = Counter("warning_assessed_total", "Enterprises assessed")
ASSESS_SECONDS = Histogram("warning_assess_seconds", "Time to assess one chunk")
# So many enterprises come at once only under a bulk load.
LARGE_ROUND = 1_000
GATHER_SHARE = 2.0
LONGEST_GATHER_SECONDS = 2.0
QUIET_SECONDS = 0.1
NIGHTLY = "assess_everybody"


def assess_job(db: Database, reference_data: ReferenceData) -> Job:
    """Return the job that takes chunks off the queue; one process at a time does it."""

    async def run() -> bool:
        began = time.perf_counter()
        async with db.read() as reading:
            work = await collect(reading, reference_data)
            if work is None:
                return False
            large = len(work.due.enterprise_ids) >= LARGE_ROUND
            newest = await assessments.newest_request(reading) if large else None
        examined = await asyncio.to_thread(examine, work)
        async with db.write() as tx:
            ASSESSED.inc(await apply(tx, examined))
        took = time.perf_counter() - began
        ASSESS_SECONDS.observe(took)
        if large:
            await _let_requests_gather(db, newest, min(GATHER_SHARE * took, LONGEST_GATHER_SECONDS))
        return True

    return Job("assess", run, timedelta(seconds=2), wake_channel=WAKE_CHANNEL, exclusive=True)


async def _let_requests_gather(db: Database, newest: int | None, seconds: float) -> None:
    """Wait while requests keep coming after the `newest` known one, at most so long.

    A round costs by its enterprises: under a bulk load, round upon round would assess the same ones again, and
    take from the intake the time that it needs.
    """
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        async with db.read() as tx:
            last = await assessments.newest_request(tx)
        if last == newest:
            return
        newest = last
        await asyncio.sleep(min(QUIET_SECONDS, left))


def nightly_job(db: Database) -> Job:
    """Return the job that asks for everybody's assessment once per day in Shanghai."""

    async def run() -> bool:
        async with db.write() as tx:
            today = shanghai_day(tx.now)
            if await job_marks.done_for(tx, NIGHTLY) == today:
                return False
            await assessments.enqueue_all(tx)
            await job_marks.mark(tx, NIGHTLY, today)
        return False

    return Job("nightly", run, timedelta(minutes=1), exclusive=True)
