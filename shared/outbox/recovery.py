"""What a service's mailboxes need after a restore: its facts leave once more, to topics that start empty.

The topics that were there know of facts from after the restored moment, which never happened now, and consumers stood
further in them than the restored services do. So the topics begin anew, and each outbox tells what it still has. What
a consumer had handled by that moment is in its inbox and does nothing; the rest takes effect.
"""

from datetime import datetime

from sqlalchemy import func, select, text, update

from shared.db.tx import ReadTx, WriteTx
from shared.kernel.errors import DomainError, Kind
from shared.outbox.relay import turn_of
from shared.outbox.tables import Mailboxes


class ServiceRuns(DomainError):
    """A relay is at work on the outbox."""

    kind = Kind.CONFLICT
    code = "service_runs"


async def last_fact_at(tx: ReadTx, mailboxes: Mailboxes) -> datetime | None:
    """Return when the service last told, sent or handled a fact, None when it never did."""
    outbox, inbox = mailboxes.outbox.c, mailboxes.inbox.c
    newest = [
        select(func.max(at)).scalar_subquery()
        for at in (outbox.created_at, outbox.published_at, inbox.handled_at)
    ]
    found: datetime | None = await tx.value(select(func.greatest(*newest)))
    return found


async def relay_again(tx: WriteTx, service: str, mailboxes: Mailboxes, since: datetime) -> int:
    """Let every fact that left since then leave again; return how many. Raises ServiceRuns.

    What the inbox knows is kept as if it had come now: the relay would otherwise clear away what is old by today's
    date, before the facts that it has to recognise are there.
    """
    key = func.hashtextextended(turn_of(service), 0)
    if not await tx.value(select(func.pg_try_advisory_xact_lock(key))):
        raise ServiceRuns(
            f"服务 {service} 正在运行，请先停止所有服务。",
            f"The service {service} is running: stop all services first.",
        )
    await tx.execute(text("SET LOCAL statement_timeout = 0"))
    inbox, outbox = mailboxes.inbox, mailboxes.outbox
    await tx.execute(update(inbox).values(handled_at=func.greatest(inbox.c.handled_at, tx.now)))
    again = update(outbox).where(outbox.c.published_at >= since).values(published_at=None)
    return await tx.execute(again)
