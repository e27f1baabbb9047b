"""Assesses whoever is due, and puts everybody into the queue once a night: signals age."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Histogram

from services.warning.repository import assessments, job_marks
from services.warning.repository.assessments import WAKE_CHANNEL
from services.warning.usecases.assess_enterprises import apply, collect, examine
from services.warning.usecases.reference_data import ReferenceData
from shared.db.tx import Database
from shared.kernel.clock import shanghai_day
from shared.observability import spans
from shared.runtime.service import Job

ASSESSED = Counter("warning_assessed_total", "Enterprises assessed")
ASSESS_SECONDS = Histogram("warning_assess_seconds", "Time to assess one chunk")
WAIT_SECONDS = Histogram(
    "warning_assessment_wait_seconds",
    "Time from a signal to its enterprise's assessment, with the warnings that follow",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300),
)
# So many requests come within one look only under a bulk load.
BULK_REQUESTS = 500
LOOK_SECONDS = 0.3
LONGEST_GATHER_SECONDS = 10.0
NIGHTLY = "assess_everybody"


def assess_job(db: Database, reference_data: ReferenceData) -> Job:
    """Return the job that takes chunks off the queue; one process at a time does it."""
    gathering = _Gathering(db)

    async def run() -> bool:
        await gathering.until_over()
        began = time.perf_counter()
        async with db.read() as reading:
            work = await collect(reading, reference_data)
        if work is None:
            return False
        asked_in = [cause.traceparent for cause in work.due.causes.values()]
        with spans.together("warning assess", SpanKind.INTERNAL, asked_in):
            examined = await asyncio.to_thread(examine, work)
            async with db.write() as tx:
                ASSESSED.inc(await apply(tx, examined))
        ASSESS_SECONDS.observe(time.perf_counter() - began)
        _note_waits(work.due.asked_at, db.clock.now())
        return True

    return Job("assess", run, timedelta(seconds=2), wake_channel=WAKE_CHANNEL, exclusive=True)


def _note_waits(since: Sequence[datetime], until: datetime) -> None:
    for asked_at in since:
        WAIT_SECONDS.observe((until - asked_at).total_seconds())


class _Gathering:
    """Under a bulk load, lets requests gather until it is over, but not for long.

    A round costs by its enterprises: round upon round would assess the same ones again, and take from the intake
    the time that it needs.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._newest = 0

    async def until_over(self) -> None:
        until = time.monotonic() + LONGEST_GATHER_SECONDS
        while await self._came() >= BULK_REQUESTS and time.monotonic() < until:  # noqa: ASYNC110  others send them
            await asyncio.sleep(LOOK_SECONDS)

    async def _came(self) -> int:
        """Return how many requests are new since the last look."""
        async with self._db.read() as tx:
            oldest, newest = await assessments.waiting_span(tx)
        came, self._newest = newest - max(oldest - 1, self._newest), newest
        return came


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
