"""The bus over Kafka. The client is synchronous: producer and consumers live in threads of their own."""

import asyncio
import logging
from collections.abc import Sequence

from shared.bus.consumer import ConsumerThread
from shared.bus.port import Message, Subscription
from shared.bus.producer import AcknowledgedProducer
from shared.bus.settings import KafkaSettings
from shared.bus.topics import ensure_topics

__all__ = ["ConsumerDied", "KafkaBus", "KafkaSettings", "ensure_topics"]

_log = logging.getLogger(__name__)
_STOP_SECONDS = 5.0


class ConsumerDied(Exception):
    """A consumer's thread ended on its own; the process must end too, so that it is started anew."""


class KafkaBus:
    """One producer, and one consumer group member for each subscription."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producer = AcknowledgedProducer(settings)
        self._subscriptions: list[Subscription] = []
        self._consumers: list[ConsumerThread] = []
        self._running = False

    async def publish(self, messages: Sequence[Message]) -> None:
        await self._producer.publish(messages)

    def subscribe(self, subscription: Subscription) -> None:
        if self._running:
            raise RuntimeError("subscribe before the bus runs")
        self._subscriptions.append(subscription)

    async def run(self) -> None:
        self._running = True
        self._consumers = [ConsumerThread(each, self._settings) for each in self._subscriptions]
        for consumer in self._consumers:
            consumer.start()
        try:
            await self._first_death()
        finally:
            await self._stop_consumers()

    async def close(self) -> None:
        await self._stop_consumers()
        await self._producer.close()

    def healthy(self) -> bool:
        """Whether the last publish went through and, while it runs, every consumer has its group."""
        return self._producer.healthy and all(consumer.healthy() for consumer in self._consumers)

    async def _first_death(self) -> None:
        ends = [consumer.ended for consumer in self._consumers]
        if not ends:
            await asyncio.Event().wait()
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        error = done.pop().result()
        raise ConsumerDied(f"a consumer of the bus ended: {error!r}") from error

    async def _stop_consumers(self) -> None:
        for consumer in self._consumers:
            consumer.stop()
        ends = [consumer.ended for consumer in self._consumers if not consumer.ended.done()]
        if ends:
            _, late = await asyncio.wait(ends, timeout=_STOP_SECONDS)
            if late:
                _log.warning("%d consumer(s) did not stop in %.0f s", len(late), _STOP_SECONDS)
