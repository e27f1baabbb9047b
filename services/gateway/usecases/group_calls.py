"""Group commit: at most one call in flight per key; what arrives meanwhile goes into the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
R = TypeVar("R")


class GroupCalls(Generic[K, T, R]):
    """Turns single questions into calls with many. A call begins after each of its questions was asked."""

    def __init__(self, call: Callable[[K, Sequence[T]], Awaitable[Sequence[R]]], most: int) -> None:
        """Keep the call; it gets at most `most` items and answers them in their order."""
        self._call = call
        self._most = most
        self._waiting: dict[K, deque[tuple[T, asyncio.Future[R]]]] = {}
        self._workers: set[asyncio.Task[None]] = set()

    async def ask(self, key: K, item: T) -> R:
        """Return the answer for `item`; raises what its call raised."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        queue = self._waiting.get(key)
        if queue is None:
            self._waiting[key] = deque([(item, future)])
            worker = asyncio.create_task(self._work(key))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        else:
            queue.append((item, future))
        return await future

    async def _work(self, key: K) -> None:
        queue = self._waiting[key]
        try:
            while queue:
                group = [queue.popleft() for _ in range(min(len(queue), self._most))]
                await self._answer(key, [one for one in group if not one[1].done()])
        finally:
            del self._waiting[key]
            for _, future in queue:
                future.cancel()

    async def _answer(self, key: K, group: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        if not group:
            return
        try:
            answers = await self._call(key, [item for item, _ in group])
        except asyncio.CancelledError:
            for _, future in group:
                future.cancel()
            raise
        except Exception as error:  # noqa: BLE001  it belongs to those who asked, each of whom handles it
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(group, answers, strict=True):
            if not future.done():
                future.set_result(answer)
