"""Runs the forgetting of old logins once an hour."""

from datetime import timedelta

from services.gateway.usecases.forget_old_logins import forget_old_logins
from shared.db.tx import Database
from shared.runtime.service import Job


def forget_old_logins_job(db: Database) -> Job:
    """Return the job."""

    async def run() -> bool:
        async with db.write() as tx:
            return await forget_old_logins(tx)

    return Job("forget_old_logins", run, every=timedelta(hours=1), exclusive=True)
