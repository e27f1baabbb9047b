"""For which day the daily and monthly jobs were last done."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.warning.repository.tables import job_marks
from shared.db.tx import ReadTx, WriteTx


async def done_for(tx: ReadTx, job: str) -> date | None:
    """Return the day for which `job` was last done."""
    day: date | None = await tx.value(select(job_marks.c.done_for).where(job_marks.c.job == job))
    return day


async def mark(tx: WriteTx, job: str, day: date) -> None:
    """Note that `job` is done for `day`."""
    row = {"job": job, "done_for": day, "done_at": tx.now}
    statement = insert(job_marks).values(row)
    await tx.execute(statement.on_conflict_do_update(index_elements=[job_marks.c.job], set_=row))
