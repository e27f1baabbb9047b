"""Sets the gauges that tell a state, at the moment when somebody asks for the metrics.

The state lies in the database, so that it is told also where the loop that should change it is stuck, and by each
process alike: over several processes take the greatest.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from math import nan

import structlog
from sqlalchemy import func, select

from shared.db.tx import Database
from shared.observability.metrics import DEAD_LETTERS_WAITING, OUTBOX_AGE_SECONDS, READY
from shared.outbox.tables import Mailboxes

_PATIENCE_SECONDS = 3.0

log = structlog.get_logger(__name__)


async def look_around(
    mailboxes: Sequence[tuple[Database, Mailboxes]],
    readiness: Callable[[], Awaitable[Mapping[str, str | None]]],
) -> None:
    """Look at the mailboxes of these services, and whether the process is ready."""
    await asyncio.gather(_look_at_readiness(readiness), *(_look_into(*one) for one in mailboxes))


async def _look_at_readiness(readiness: Callable[[], Awaitable[Mapping[str, str | None]]]) -> None:
    for check, finding in (await readiness()).items():
        READY.labels(check).set(finding is None)


async def _look_into(db: Database, mailboxes: Mailboxes) -> None:
    """Tell nothing rather than something old where the database does not answer."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            age, letters = await _state(db, mailboxes)
    except Exception as error:  # noqa: BLE001  whatever it is, the other metrics are wanted all the more
        log.warning("the mailboxes cannot be looked into", service=db.service, error=repr(error))
        age = letters = nan
    OUTBOX_AGE_SECONDS.labels(db.service).set(age)
    DEAD_LETTERS_WAITING.labels(db.service).set(letters)


async def _state(db: Database, mailboxes: Mailboxes) -> tuple[float, float]:
    outbox, letters = mailboxes.outbox, mailboxes.dead_letters
    oldest = (
        select(outbox.c.created_at).where(outbox.c.published_at.is_(None)).order_by(outbox.c.seq).limit(1)
    )
    waiting = select(func.count()).where(letters.c.replayed_at.is_(None))
    async with db.read() as tx:
        since = await tx.value(oldest)
        age = (tx.now - since).total_seconds() if since is not None else 0.0
        return max(age, 0.0), float(await tx.value(waiting))
