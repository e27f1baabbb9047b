"""Takes messages of a topic that others write to: no events of ours, but anything that a partner may send.

The handler must be idempotent by the content of the messages. What it refuses for good goes to the dead letters in
the same transaction. A batch on which it fails is handled message by message, so that a single one cannot stop the
topic.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import structlog
from opentelemetry.trace import SpanKind
from sqlalchemy import ColumnElement, Row, and_

from shared.bus.port import Message
from shared.db.engine import is_unreachable
from shared.db.tx import Database, WriteTx
from shared.kernel.errors import DomainError
from shared.observability import correlation, spans
from shared.observability.metrics import DEAD_LETTERS
from shared.outbox.burial import Burials, burial
from shared.outbox.tables import Mailboxes

Refused = tuple[Message, DomainError]
FeedHandler = Callable[[WriteTx, Sequence[Message]], Awaitable[Sequence[Refused]]]

log = structlog.get_logger(__name__)


class Feed:
    """One service's consumer of one foreign topic."""

    def __init__(self, db: Database, mailboxes: Mailboxes, handler: FeedHandler) -> None:
        """Keep the parts."""
        self._db = db
        self._mailboxes = mailboxes
        self._handler = handler
        self._burials = Burials(db, mailboxes)

    def settled(self, letter: Row[Any]) -> ColumnElement[bool]:
        """Return the condition under which a letter that was handed over again is handled: it did not die anew."""
        table = self._mailboxes.dead_letters
        return and_(table.c.event_id == letter.event_id, table.c.attempts == letter.attempts)

    async def supersede(self, message: Message) -> bool:  # noqa: ARG002  as of an inbox
        """Return False: the handler knows by the content what is newer."""
        return False

    async def handle(self, messages: Sequence[Message]) -> None:
        """Handle a batch; raises only when the database cannot be reached, and then the batch must come again."""
        correlation.begin()
        try:
            await self._apply(messages)
        except Exception as error:
            if is_unreachable(error):
                raise
            log.warning("batch failed, going one by one", service=self._db.service, error=repr(error))
            for message in messages:
                await self._burials.unless_handled(message, partial(self._apply, [message]))

    async def _apply(self, messages: Sequence[Message]) -> None:
        # Whoever writes to the topic is a stranger: their trace is not gone on with, but a new one begun.
        with spans.span(f"{self._db.service} take {messages[0].topic}", SpanKind.CONSUMER, parent=""):
            async with self._db.write() as tx:
                refused = await self._handler(tx, messages)
                for message, error in refused:
                    await tx.execute(burial(self._mailboxes.dead_letters, message, error, 1, tx.now))
        DEAD_LETTERS.labels(self._db.service).inc(len(refused))
