"""What the rest of the house knows of the bus: messages, subscriptions and one protocol."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

MAX_BATCH = 1_000
"""The most messages that one call of a handler gets."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where on a broker a message lies, and what only the broker and its sender can say of it.

    appended_at: the broker's own time; None where the topic carries its senders' time.
    credential: what the sender proves itself with, "" where it does not.
    """

    partition: int
    offset: int
    appended_at: datetime | None = None
    credential: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """One event on its way: `body` is the structured CloudEvents JSON that the outbox made.

    traceparent: the W3C trace context of its sending, "" where nobody traces; the envelope's own says where the event
    came to be.
    origin: None on the local bus; it is no part of what the message says.
    """

    topic: str
    key: str
    event_id: UUID
    type: str
    body: bytes
    traceparent: str = ""
    origin: Origin | None = field(default=None, compare=False)


Handler = Callable[[Sequence[Message]], Awaitable[None]]
"""Takes a batch and is idempotent. It retries and dead-letters by itself, as the inbox does:
an exception that leaves it means "not handled, deliver again"."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one service hears; `consumer` is its name, and on Kafka its group id."""

    consumer: str
    topics: frozenset[str]
    handle: Handler


class BusUnavailable(Exception):
    """Not all messages of a publish are known to be delivered; publish the same ones again."""


class MessageRefused(BusUnavailable):
    """The bus will never take this message, so publishing it again does not help."""

    def __init__(self, message: Message, reason: str) -> None:
        super().__init__(f"{message.topic} refuses event {message.event_id}: {reason}")
        self.event_id = message.event_id


class Bus(Protocol):
    """Delivers at least once, and in order for each key of a topic."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Return when all are safely delivered; raise BusUnavailable otherwise."""
        ...

    def subscribe(self, subscription: Subscription) -> None:
        """Add a subscription; only before `run`."""
        ...

    async def run(self) -> None:
        """Consume until cancelled; raise when a consumer dies."""
        ...

    async def close(self) -> None:
        """Let go of every connection and thread."""
        ...

    def healthy(self) -> bool:
        """Whether messages can flow at this moment, as far as is known."""
        ...
