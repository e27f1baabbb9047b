"""Re-sets the score bands at the beginning of each month, on the record."""

from datetime import timedelta

from services.warning.repository import assessments, job_marks
from services.warning.usecases.reference_data import ReferenceData
from services.warning.usecases.train_model import set_bands
from shared.db.tx import Database
from shared.runtime.service import Job

MONTHLY = "set_score_bands"


def bands_job(db: Database, reference_data: ReferenceData) -> Job:
    """Return the job that sets this month's bands from the newest scores of the live model."""

    async def run() -> bool:
        async with db.write() as tx:
            reference = await reference_data.current(tx)
            month = reference.today.replace(day=1)
            done = await job_marks.done_for(tx, f"{MONTHLY}.{reference.model.version}")
            if done == month:
                return False
            scores = await assessments.scores_of(tx, reference.model.version)
            if not scores:
                return False
            if await set_bands(tx, reference.model.version, scores, reference.policy, reference.today):
                await assessments.enqueue_all(tx)
            await job_marks.mark(tx, f"{MONTHLY}.{reference.model.version}", month)
        return False

    return Job("set_bands", run, timedelta(minutes=5), exclusive=True)
