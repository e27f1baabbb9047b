"""A sending and a receiving service on one database, with a receiver that leaves a visible effect."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.repository.tables import MAILBOXES as SENT
from services.mediation.repository.tables import MAILBOXES as RECEIVED
from shared.bus.local import LocalBus
from shared.bus.port import Bus, Message, Subscription
from shared.db.engine import make_engine
from shared.db.tx import Database, WriteTx, outbox_channel
from shared.db.wake import Waker
from shared.events.base import Emitted
from shared.events.gateway import AccountChanged
from shared.kernel.clock import Clock
from shared.kernel.ids import new_id
from shared.outbox.dead_letters import DeadLetter, waiting
from shared.outbox.inbox import Inbox
from shared.outbox.relay import Relay
from tests.support.bus import Ear, subscription

SENDER, RECEIVER = "gateway", "mediation"
_EFFECTS = "effects (seq bigint GENERATED ALWAYS AS IDENTITY, account_id uuid, username text)"
T = TypeVar("T")


async def eventually(check: Callable[[], Awaitable[T]], seconds: float = 10) -> T:
    """Return what `check` returns as soon as it is true."""
    async with asyncio.timeout(seconds):
        while True:
            if found := await check():
                return found
            await asyncio.sleep(0.01)


def a_change(number: int = 0, account_id: UUID | None = None) -> AccountChanged:
    """Return an event; its username tells its number."""
    return AccountChanged(
        account_id=account_id or new_id(),
        username=f"u{number}",
        role="grid_coordinator",
        division="310112101",
        grid_cells=(),
        deputy_cells=(),
        enabled=True,
    )


@dataclass(slots=True)
class Receiver:
    """Handles events by writing a row for each; refuses those it is told to, after having begun with them."""

    refused: set[str] = field(default_factory=set)
    failures: int = 0
    calls: int = 0

    async def handle(self, tx: WriteTx, events: Sequence[AccountChanged]) -> None:
        self.calls += 1
        for event in events:
            values = {"account_id": event.account_id, "username": event.username}
            await tx.execute(
                text("INSERT INTO effects (account_id, username) VALUES (:account_id, :username)"), values
            )
            if event.username in self.refused:
                raise ValueError(f"{event.username} cannot be handled")
        if self.calls <= self.failures:
            raise RuntimeError("not yet")


@dataclass(slots=True)
class Post:
    """Both services with the way between them."""

    url: str
    sender: Database
    receiver: Database
    at_work: Receiver
    inbox: Inbox

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, clock: Clock) -> AsyncIterator[Self]:
        sender = Database(make_engine(url, application=SENDER), SENDER, SENT.outbox, clock)
        receiver = Database(make_engine(url, application=RECEIVER), RECEIVER, RECEIVED.outbox, clock)
        at_work = Receiver()
        async with receiver.write() as tx:
            await tx.execute(text(f"CREATE TABLE IF NOT EXISTS {_EFFECTS}"))
        yield cls(url, sender, receiver, at_work, Inbox(receiver, RECEIVED, {AccountChanged: at_work.handle}))
        await sender.close()
        await receiver.close()

    def consumer_of(self, _topic: str) -> Inbox:
        """Return what takes letters again."""
        return self.inbox

    async def emit(self, *events: AccountChanged) -> None:
        """Emit events in one transaction of the sender."""
        async with self.sender.write() as tx:
            for event in events:
                tx.emit(event)

    def bus(self) -> LocalBus:
        """Return a bus that takes the sender's events to the receiver's inbox."""
        bus = LocalBus()
        bus.subscribe(Subscription(RECEIVER, self.inbox.topics, self.inbox.handle))
        return bus

    def relay(self, bus: Bus, waker: Waker | None = None) -> Relay:
        """Return a relay of the sender; without a waker it is for `publish_batch`, not for `run`."""
        return Relay(self.sender, SENT, bus, waker or Waker(self.url, [outbox_channel(SENDER)]))

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection of the sender as the relay has it."""
        async with self.sender.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            yield connection

    async def publish(self, bus: Bus) -> int:
        """Let the sender's relay publish one batch."""
        async with self.autocommit() as connection:
            return await self.relay(bus).publish_batch(connection)

    async def effects(self, account_id: UUID | None = None) -> list[str]:
        """Return what the receiver did, in order: all, or for one account."""
        which = "" if account_id is None else "WHERE account_id = :account_id"
        statement = text(f"SELECT username FROM effects {which} ORDER BY seq")  # noqa: S608  fixed words
        async with self.receiver.read() as tx:
            return [
                row.username for row in await tx.rows(statement, {"account_id": account_id} if which else {})
            ]

    async def handled(self) -> int:
        """Return how many events the receiver's inbox holds."""
        async with self.receiver.read() as tx:
            return int(await tx.value(select(func.count()).select_from(RECEIVED.inbox)))

    async def letters(self) -> Sequence[DeadLetter]:
        """Return the receiver's dead letters."""
        async with self.receiver.read() as tx:
            return await waiting(tx, RECEIVED)


def messages(clock: Clock, events: Iterable[AccountChanged], **extra: Any) -> list[Message]:
    """Return events as they arrive; `extra` are data fields that a newer producer has added."""
    return [_message(clock, event, extra) for event in events]


def _message(clock: Clock, event: AccountChanged, extra: dict[str, Any]) -> Message:
    envelope = Emitted(new_id(), event, clock.now(), "case-2026-11-18").envelope(SENDER)
    sent = envelope.model_copy(update={"data": envelope.data | extra})
    return Message(event.TOPIC, event.key, envelope.id, event.TYPE, sent.model_dump_json().encode())


def an_ear(*, failures: int = 0) -> tuple[LocalBus, Ear]:
    """Return a bus on which somebody listens to the sender's events."""
    bus, ear = LocalBus(), Ear(failures=failures)
    bus.subscribe(subscription(ear, AccountChanged.TOPIC))
    return bus, ear
