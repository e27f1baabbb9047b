"""Sends messages to partners as soon as they are written, and again when their pause is over."""

from datetime import timedelta

from services.gateway.repository.assistance import WAKE_CHANNEL
from services.gateway.usecases.exchange_messages import forget_nonces
from services.gateway.usecases.send_outgoing import SendOutgoing
from shared.db.tx import Database
from shared.runtime.service import Job


def send_outgoing_job(send: SendOutgoing) -> Job:
    """Return the job; one process at a time runs it."""
    return Job("send_outgoing", send, timedelta(seconds=1), wake_channel=WAKE_CHANNEL, exclusive=True)


def forget_nonces_job(db: Database) -> Job:
    """Return the job that removes nonces which are of no use any more."""

    async def run() -> bool:
        async with db.write() as tx:
            return await forget_nonces(tx)

    return Job("forget_nonces", run, every=timedelta(minutes=5), exclusive=True)
