"""Runs the forgetting of old notifications once an hour."""

from datetime import timedelta

from services.gateway.usecases.forget_old_notifications import forget_old_notifications
from shared.db.tx import Database
from shared.runtime.service import Job


def forget_old_notifications_job(db: Database, keep: timedelta) -> Job:
    """Return the job."""

    async def run() -> bool:
        async with db.write() as tx:
            return await forget_old_notifications(tx, keep)

    return Job("forget_old_notifications", run, every=timedelta(hours=1), exclusive=True)
