"""Handles what arrives exactly once in effect, though messages come twice.

A batch is one transaction: its event ids go into the inbox with the effects. A batch that fails is handled event
by event, so that one poison event goes to the dead letters and the rest go through in order.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from opentelemetry.trace import SpanKind
from pydantic import ValidationError
from sqlalchemy import ColumnElement, Row, exists, select
from sqlalchemy.dialects.postgresql import insert

from shared.bus.port import Message
from shared.db.tx import Database, WriteTx
from shared.events.base import EVENT_TYPES, Envelope, Event
from shared.observability import correlation, spans
from shared.observability.correlation import Cause
from shared.observability.metrics import EVENTS_HANDLED, EVENTS_SKIPPED
from shared.outbox.burial import Burials
from shared.outbox.tables import Mailboxes

EventHandler = Callable[[WriteTx, Sequence[Any]], Awaitable[None]]
Handlers = Mapping[type[Event], EventHandler]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Arrived:
    message: Message
    envelope: Envelope
    event: Event

    @property
    def traceparent(self) -> str:
        """Return what the handling goes on from: the sending, or else where the event came to be."""
        return self.message.traceparent or self.envelope.traceparent


class Inbox:
    """One service's consumer of events."""

    def __init__(self, db: Database, mailboxes: Mailboxes, handlers: Handlers) -> None:
        """Keep the parts; `handlers` take the events that follow each other in a batch and are theirs, in order."""
        self._db = db
        self._mailboxes = mailboxes
        self._handlers = handlers
        self._burials = Burials(db, mailboxes)

    @property
    def topics(self) -> frozenset[str]:
        """Return the topics that hold a handled event."""
        return frozenset(event.TOPIC for event in self._handlers)

    def settled(self, letter: Row[Any]) -> ColumnElement[bool]:
        """Return the condition under which a letter that was handed over again is handled."""
        return exists().where(self._mailboxes.inbox.c.event_id == letter.event_id)

    async def supersede(self, message: Message) -> bool:
        """Take an event as handled, without effect, where a later one has said anew what it says; tell whether so.

        Ids are made in the order of time (shared.kernel.ids).
        """
        declared = EVENT_TYPES.get(message.type)
        if declared is None or not declared.REPLACES:
            return False
        rivals = [one.TYPE for one in EVENT_TYPES.values() if one.REPLACES == declared.REPLACES]
        inbox = self._mailboxes.inbox
        later = exists().where(
            inbox.c.key == message.key, inbox.c.type.in_(rivals), inbox.c.event_id > message.event_id
        )
        async with self._db.write() as tx:
            if not await tx.value(select(later)):
                return False
            row = {
                "event_id": message.event_id,
                "type": message.type,
                "key": message.key,
                "handled_at": tx.now,
            }
            await tx.execute(insert(inbox).values(row).on_conflict_do_nothing())
        return True

    async def handle(self, messages: Sequence[Message]) -> None:
        """Handle a batch in order; returns when every message is handled or a dead letter.

        Raises only when the database cannot be reached: then the batch must come again.
        """
        arrived = [item for message in messages if (item := await self._open(message)) is not None]
        if not arrived:
            return
        try:
            await self._apply(arrived)
        except Exception as error:  # noqa: BLE001  whatever a handler raises, the rest of the batch must go on
            log.warning("batch failed, going event by event", service=self._db.service, error=repr(error))
            for item in arrived:
                await self._burials.unless_handled(item.message, partial(self._apply, [item]))

    async def _open(self, message: Message) -> _Arrived | None:
        declared = EVENT_TYPES.get(message.type)
        if declared is None or declared not in self._handlers:
            EVENTS_SKIPPED.labels(self._db.service, "not handled here").inc()
            return None
        try:
            envelope = Envelope.model_validate_json(message.body)
            return _Arrived(message, envelope, declared.read(envelope.data))
        except ValidationError as error:
            await self._burials.bury(message, error, attempts=1)
            return None

    async def _apply(self, arrived: Sequence[_Arrived]) -> None:
        correlation.begin(arrived[0].envelope.correlationid)
        steps = [(f"{self._db.service} process {item.event.TYPE}", item.traceparent) for item in arrived]
        with spans.each(SpanKind.CONSUMER, steps) as traceparents:
            going_on = {item.message.event_id: one for item, one in zip(arrived, traceparents, strict=True)}
            async with self._db.write() as tx:
                fresh = await self._claim(tx, arrived)
                tx.causes = {
                    item.event.key: Cause(item.envelope.correlationid, going_on[item.message.event_id])
                    for item in fresh
                }
                for handler, events in self._by_handler(fresh):
                    await handler(tx, events)
        for item in fresh:
            EVENTS_HANDLED.labels(self._db.service, item.event.TYPE).inc()

    async def _claim(self, tx: WriteTx, arrived: Sequence[_Arrived]) -> list[_Arrived]:
        inbox = self._mailboxes.inbox
        distinct = {item.message.event_id: item for item in arrived}
        rows = [
            {"event_id": event_id, "type": item.event.TYPE, "key": item.message.key, "handled_at": tx.now}
            for event_id, item in distinct.items()
        ]
        claimed = await tx.rows(
            insert(inbox).values(rows).on_conflict_do_nothing().returning(inbox.c.event_id)
        )
        fresh = {row.event_id for row in claimed}
        return [item for event_id, item in distinct.items() if event_id in fresh]

    def _by_handler(self, arrived: Sequence[_Arrived]) -> list[tuple[EventHandler, list[Event]]]:
        """Cut a batch into runs of one handler, so that the order across handlers is kept."""
        runs: list[tuple[EventHandler, list[Event]]] = []
        for item in arrived:
            handler = self._handlers[type(item.event)]
            if not runs or runs[-1][0] is not handler:
                runs.append((handler, []))
            runs[-1][1].append(item.event)
        return runs
