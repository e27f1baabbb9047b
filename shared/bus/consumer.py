"""Consuming from Kafka: one thread per subscription, offsets committed only after the handler returned.

A short batch holds up a rebalance until it is committed, so that nothing is handled twice. During
a long one, and between two attempts at a failing one, the thread polls with its partitions paused:
the group sees it alive, however long the handler takes.
"""

import asyncio
import concurrent.futures
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from shared.bus.client import (
    Consumer,
    KafkaError,
    Partition,
    Record,
    heartbeat_age,
    is_transient,
    offset_after,
    open_consumer,
    poll,
)
from shared.bus.member_watch import MemberWatch
from shared.bus.port import MAX_BATCH, Message, Subscription
from shared.bus.records import message_of
from shared.bus.settings import KafkaSettings
from shared.observability.metrics import BUS_RECORDS

_log = logging.getLogger(__name__)

# kafka-python 3 cannot be woken from a poll, so this also bounds how fast a stop is noticed.
_POLL_MS = 200
_COMMIT_MS = 1_500
_CLOSE_MS = 1_000
_FIRST_PAUSE_SECONDS = 0.2
_BROKER_PAUSE_SECONDS = 5.0
# What a handler still gets to finish its batch when the process stops.
_DRAIN_SECONDS = 2.0

Batch = Mapping[Partition, Sequence[Record]]


class ConsumerThread:
    """One member of a consumer group, from the first contact to the last commit."""

    def __init__(self, subscription: Subscription, settings: KafkaSettings) -> None:
        self._subscription = subscription
        self._settings = settings
        # What others write to is one reading through all epochs: it goes on from where the last one stood.
        self._topics = sorted(map(settings.on_the_wire, subscription.topics))
        renamed = set(self._topics).isdisjoint(subscription.topics)
        self._group = settings.on_the_wire(subscription.consumer) if renamed else subscription.consumer
        self._loop = asyncio.get_running_loop()
        self._stopping = threading.Event()
        self._heartbeat_age: Callable[[], float] | None = None
        self._broker_pause = _Pauses(_BROKER_PAUSE_SECONDS)
        self._handler_pause = _Pauses(settings.retry_max_seconds)
        self.ended: asyncio.Future[BaseException | None] = self._loop.create_future()
        name = f"kafka-consumer-{subscription.consumer}"
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end; `ended` tells when it has."""
        self._stopping.set()

    def healthy(self) -> bool:
        """Whether the group's coordinator was in reach within the session timeout."""
        age = self._heartbeat_age
        return self._thread.is_alive() and age is not None and age() < self._settings.session_timeout_seconds

    # The methods below run in the consumer's thread.

    def _main(self) -> None:
        error: BaseException | None = None
        try:
            self._consume()
        except BaseException as raised:  # noqa: BLE001 -- the supervisor must hear of any end
            error = raised
        # The loop is gone where nobody waits for the end any more.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.ended.set_result, error)

    def _consume(self) -> None:
        consumer = self._connect()
        if consumer is None:
            return
        self._heartbeat_age = heartbeat_age(consumer)
        offsets = _Offsets(consumer)
        watch = MemberWatch(consumer, self._group)
        try:
            while not self._stopping.is_set():
                self._round(consumer, offsets, watch)
                watch.look()
        finally:
            self._heartbeat_age = None
            watch.end()
            with suppress(KafkaError):
                consumer.close(autocommit=False, timeout_ms=_CLOSE_MS)

    def _connect(self) -> Consumer | None:
        while not self._stopping.is_set():
            try:
                return open_consumer(self._settings, self._group, self._topics)
            except KafkaError as error:
                self._rest_after(error)
        return None

    def _round(self, consumer: Consumer, offsets: "_Offsets", watch: MemberWatch) -> None:
        try:
            batch = poll(consumer, _POLL_MS, MAX_BATCH)
            self._broker_pause.reset()
            if not batch:
                offsets.commit_if_due()
            elif self._handled(consumer, batch, watch):
                self._handler_pause.reset()
                offsets.handled(batch)
                offsets.commit()
                self._count(batch)
            else:
                _rewind(consumer, batch)
                self._rest_paused(consumer)
        except KafkaError as error:
            self._rest_after(error)
        finally:
            consumer.resume(*consumer.paused())

    def _count(self, batch: Batch) -> None:
        for partition, records in batch.items():
            BUS_RECORDS.labels(self._group, partition.topic).inc(len(records))

    def _handled(self, consumer: Consumer, batch: Batch, watch: MemberWatch) -> bool:
        messages = [
            message_of(record, self._settings.as_declared(record.topic))
            for records in batch.values()
            for record in records
        ]
        handling = asyncio.run_coroutine_threadsafe(self._handle(messages), self._loop)
        try:
            self._wait(handling, partial(self._keep_alive, consumer, watch, batch))
        except BaseException:
            handling.cancel()
            raise
        if handling.cancelled():
            return False
        error = handling.exception()
        if error is not None:
            who = self._subscription.consumer
            _log.error("%s did not handle %d message(s)", who, len(messages), exc_info=error)
        return error is None

    async def _handle(self, messages: Sequence[Message]) -> None:
        await self._subscription.handle(messages)

    def _wait(self, handling: "concurrent.futures.Future[None]", keep_alive: Callable[[], None]) -> None:
        poll_at = time.monotonic() + min(10.0, self._settings.max_poll_interval_seconds / 3)
        while not _done(handling, seconds=_POLL_MS / 1_000):
            if self._stopping.is_set():
                if not _done(handling, seconds=_DRAIN_SECONDS):
                    handling.cancel()
                return
            if time.monotonic() >= poll_at:
                keep_alive()

    def _keep_alive(self, consumer: Consumer, watch: MemberWatch, batch: Batch) -> None:
        try:
            _poll_paused(consumer)
            watch.look_while_busy({partition: records[0].offset for partition, records in batch.items()})
        except KafkaError as error:
            self._rest_after(error)

    def _rest_paused(self, consumer: Consumer) -> None:
        until = time.monotonic() + self._handler_pause.next_seconds()
        while time.monotonic() < until and not self._stopping.is_set():
            _poll_paused(consumer)

    def _rest_after(self, error: Exception) -> None:
        if not is_transient(error):
            raise error
        _log.warning("%s has trouble with the broker: %r", self._subscription.consumer, error)
        self._stopping.wait(self._broker_pause.next_seconds())


class _Pauses:
    """Waits that double from attempt to attempt, up to a bound."""

    def __init__(self, longest_seconds: float) -> None:
        self._longest_seconds = longest_seconds
        self._next_seconds = _FIRST_PAUSE_SECONDS

    def next_seconds(self) -> float:
        pause = min(self._next_seconds, self._longest_seconds)
        self._next_seconds = 2 * pause
        return pause

    def reset(self) -> None:
        self._next_seconds = _FIRST_PAUSE_SECONDS


class _Offsets:
    """Offsets of handled records, kept until a commit of them succeeds."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer
        self._handled: dict[Partition, Any] = {}
        self._due_at = 0.0

    def handled(self, batch: Batch) -> None:
        self._handled.update({partition: offset_after(records[-1]) for partition, records in batch.items()})

    def commit_if_due(self) -> None:
        if self._handled and time.monotonic() >= self._due_at:
            self.commit()

    def commit(self) -> None:
        """Commit for the partitions that are still ours.

        A failure loses nothing: after a rebalance the records come again, to handlers that know
        them, and while the broker is away the next attempt covers these offsets too.
        """
        assigned = self._consumer.assignment()
        self._handled = {partition: at for partition, at in self._handled.items() if partition in assigned}
        if not self._handled:
            return
        try:
            self._consumer.commit(self._handled, _COMMIT_MS)
        except KafkaError as error:
            if not is_transient(error):
                raise
            _log.warning("offsets are not committed yet: %r", error)
            self._due_at = time.monotonic() + 1.0
        else:
            self._handled = {}


def _done(handling: "concurrent.futures.Future[None]", *, seconds: float) -> bool:
    return len(concurrent.futures.wait([handling], timeout=seconds).done) > 0


def _poll_paused(consumer: Consumer) -> None:
    """Show the group that this member lives, and take no records."""
    consumer.pause(*consumer.assignment())
    # Partitions that a rebalance brings in just now are not paused yet.
    newcomers = poll(consumer, _POLL_MS // 2)
    _rewind(consumer, newcomers)


def _rewind(consumer: Consumer, batch: Batch) -> None:
    """Make the records of `batch` come again, as far as their partitions are still ours."""
    assigned = consumer.assignment()
    for partition, records in batch.items():
        if partition in assigned:
            consumer.seek(partition, records[0].offset)
