"""Messages to send and an ear that remembers what it heard."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

from shared.bus.port import Bus, Message, Subscription


def a_message(topic: str, key: str = "91310112MA1GBNT55X", number: int = 0) -> Message:
    """Return a message whose body is its number."""
    return Message(topic, key, uuid4(), "warning.signal.accepted.v1", str(number).encode())


def numbered(topic: str, keys: Sequence[str], count: int) -> list[Message]:
    """Return `count` messages numbered in order, dealt to the keys in turn."""
    return [a_message(topic, keys[number % len(keys)], number) for number in range(count)]


def numbers_by_key(messages: Iterable[Message]) -> dict[str, list[int]]:
    """Return each key's numbers in order of their first arrival."""
    heard: dict[str, dict[int, None]] = {}
    for message in messages:
        heard.setdefault(message.key, {})[int(message.body)] = None
    return {key: list(numbers) for key, numbers in heard.items()}


class Ear:
    """A handler that keeps every batch, and refuses the first ones where it is told to."""

    def __init__(self, *, failures: int = 0) -> None:
        self.batches: list[list[Message]] = []
        self._failures = failures
        self._more = asyncio.Event()

    async def hear(self, messages: Sequence[Message]) -> None:
        self.batches.append(list(messages))
        self._more.set()
        if len(self.batches) <= self._failures:
            raise RuntimeError("not now")

    @property
    def heard(self) -> list[Message]:
        return [message for batch in self.batches for message in batch]

    async def until_heard(self, messages: Iterable[Message], *, seconds: float = 60.0) -> None:
        """Wait until every one of `messages` has been heard."""
        wanted = set(messages)
        async with asyncio.timeout(seconds):
            while not wanted <= set(self.heard):
                self._more.clear()
                await self._more.wait()


def subscription(ear: Ear, *topics: str, consumer: str = "mediation") -> Subscription:
    """Return a subscription by which `ear` hears `topics`."""
    return Subscription(consumer, frozenset(topics), ear.hear)


@asynccontextmanager
async def running(bus: Bus) -> AsyncIterator["asyncio.Task[None]"]:
    """Run the bus and take it down at the end."""
    task = asyncio.create_task(bus.run())
    await asyncio.sleep(0)  # so that it has begun
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await bus.close()
