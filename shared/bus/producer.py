"""Publishing to Kafka: a publish is done when every record is acknowledged by all in-sync replicas."""

import asyncio
import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from shared.bus.client import KafkaError, MessageSizeTooLargeError, Producer, abort, open_producer
from shared.bus.port import BusUnavailable, Message, MessageRefused
from shared.bus.records import headers_of
from shared.bus.settings import KafkaSettings

_log = logging.getLogger(__name__)
_CLOSE_SECONDS = 1.0


class AcknowledgedProducer:
    """Keeps the library's producer, whose calls block, in one thread, which also keeps the order.

    After any failure the producer is thrown away with all it still holds: were later records of a
    partition to go through, the repeated publish would put the earlier ones behind them.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="kafka-producer")
        self._producer: Producer | None = None
        self.healthy = True

    async def publish(self, messages: Sequence[Message]) -> None:
        if not messages:
            return
        loop = asyncio.get_running_loop()
        receipt = _Receipt(len(messages), loop)
        try:
            async with asyncio.timeout(self._settings.publish_timeout_seconds):
                await loop.run_in_executor(self._thread, self._send_all, messages, receipt)
                await receipt.acknowledged()
        except (TimeoutError, KafkaError, BusUnavailable) as error:
            self._give_up(receipt)
            if isinstance(error, BusUnavailable):
                raise
            raise BusUnavailable(f"{len(messages)} message(s) not acknowledged: {error!r}") from error
        finally:
            receipt.abandoned = True
        self.healthy = True

    async def close(self) -> None:
        """Send what is on its way, then let go of the connections."""
        self.healthy = False
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    def _give_up(self, receipt: "_Receipt") -> None:
        self.healthy = False
        # Not awaited: the caller gets its answer now, and the next publish queues up behind this.
        self._thread.submit(self._discard, receipt)

    # The methods below run in the producer's thread.

    def _send_all(self, messages: Sequence[Message], receipt: "_Receipt") -> None:
        if self._producer is None:
            self._producer = open_producer(self._settings)
        receipt.producer = self._producer
        for message in messages:
            if receipt.abandoned:
                return
            _send(self._producer, self._settings.on_the_wire(message.topic), message, receipt)

    def _discard(self, receipt: "_Receipt") -> None:
        # Another publish may have failed with the same producer and replaced it since.
        if self._producer is not None and self._producer is receipt.producer:
            abort(self._producer)
            self._close()

    def _close(self) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            producer.close(_CLOSE_SECONDS)
        except KafkaError as error:
            _log.warning("the producer is closed with records not acknowledged: %r", error)
            abort(producer)
            with suppress(KafkaError):
                producer.close(_CLOSE_SECONDS)


def _send(producer: Producer, topic: str, message: Message, receipt: "_Receipt") -> None:
    try:
        sending = producer.send(
            topic, value=message.body, key=message.key.encode(), headers=headers_of(message)
        )
    except MessageSizeTooLargeError as error:
        raise MessageRefused(message, "too large") from error
    sending.add_callback(receipt.succeeded)
    sending.add_errback(receipt.failed)


class _Receipt:
    """Counts acknowledgements in the producer's threads and wakes the loop once."""

    def __init__(self, expected: int, loop: asyncio.AbstractEventLoop) -> None:
        self._left = expected
        self._lock = threading.Lock()
        self._loop = loop
        self._outcome: asyncio.Future[BaseException | None] = loop.create_future()
        self.producer: Producer | None = None
        self.abandoned = False

    async def acknowledged(self) -> None:
        error = await self._outcome
        if error is not None:
            raise BusUnavailable(f"a message was not acknowledged: {error!r}") from error

    def succeeded(self, _metadata: object) -> None:
        with self._lock:
            self._left -= 1
            done = self._left == 0
        if done:
            self._settle(None)

    def failed(self, error: BaseException) -> None:
        # At once and in the sending thread: the next batch of the partition must not go out.
        if self.producer is not None:
            abort(self.producer)
        self._settle(error)

    def _settle(self, error: BaseException | None) -> None:
        # The loop may be gone when an abandoned producer fails its last records.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._set, error)

    def _set(self, error: BaseException | None) -> None:
        if not self._outcome.done():
            self._outcome.set_result(error)
