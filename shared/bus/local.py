"""The bus inside one process: a publish is done when every local handler is done.

It gives the same promise as a broker, at least once and in order for each key, because the outbox
publishes again what was not delivered and the handlers are idempotent.
"""

import asyncio
from collections.abc import Iterator, Sequence

from shared.bus.port import MAX_BATCH, BusUnavailable, Message, Subscription


class LocalBus:
    """Hands messages straight to the handlers of this process."""

    def __init__(self) -> None:
        self._lanes: list[_Lane] = []
        self._running = False
        self._closed = False

    async def publish(self, messages: Sequence[Message]) -> None:
        if self._closed:
            raise BusUnavailable("the bus is closed")
        errors = [error for lane in self._lanes if (error := await lane.deliver(messages)) is not None]
        if errors:
            raise BusUnavailable(f"{len(errors)} subscription(s) did not handle the messages") from errors[0]

    def subscribe(self, subscription: Subscription) -> None:
        if self._running:
            raise RuntimeError("subscribe before the bus runs")
        self._lanes.append(_Lane(subscription))

    async def run(self) -> None:
        self._running = True
        await asyncio.Event().wait()

    async def close(self) -> None:
        self._closed = True

    def healthy(self) -> bool:
        return not self._closed


class _Lane:
    """One subscription with its turn: like a consumer of a broker, it handles one batch at a time."""

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription
        self._turn = asyncio.Lock()

    async def deliver(self, messages: Sequence[Message]) -> Exception | None:
        """Return the handler's failure instead of raising it, so that the other lanes get their turn."""
        wanted = [message for message in messages if message.topic in self._subscription.topics]
        try:
            async with self._turn:
                for batch in _batches(wanted):
                    await self._subscription.handle(batch)
        except Exception as error:  # noqa: BLE001 -- whatever a handler raises means "not handled"
            # Later batches wait for the next publish too, or they would overtake this one.
            return error
        return None


def _batches(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    for start in range(0, len(messages), MAX_BATCH):
        yield messages[start : start + MAX_BATCH]
