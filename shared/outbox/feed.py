"""Takes messages of a topic that others write to: no events of ours, but anything that a partner may send.

The handler must be idempotent by the content of the messages. What it refuses for good goes to the dead letters in
the same transaction; when it raises, the whole batch comes again.
"""

from collections.abc import Awaitable, Callable, Sequence

from shared.bus.port import Message
from shared.db.tx import Database, WriteTx
from shared.kernel.errors import DomainError
from shared.observability import correlation
from shared.observability.metrics import DEAD_LETTERS
from shared.outbox.burial import burial
from shared.outbox.tables import Mailboxes

Refused = tuple[Message, DomainError]
FeedHandler = Callable[[WriteTx, Sequence[Message]], Awaitable[Sequence[Refused]]]


class Feed:
    """One service's consumer of one foreign topic."""

    def __init__(self, db: Database, mailboxes: Mailboxes, handler: FeedHandler) -> None:
        """Keep the parts."""
        self._db = db
        self._mailboxes = mailboxes
        self._handler = handler

    async def handle(self, messages: Sequence[Message]) -> None:
        """Handle a batch in one transaction."""
        correlation.begin()
        async with self._db.write() as tx:
            refused = await self._handler(tx, messages)
            for message, error in refused:
                await tx.execute(burial(self._mailboxes.dead_letters, message, error, 1, tx.now))
        DEAD_LETTERS.labels(self._db.service).inc(len(refused))
