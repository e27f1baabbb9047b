"""Group commit: at most one call in flight; what arrives meanwhile goes into the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class GroupCalls(Generic[T, R]):
    """Turns single questions into calls with many. A call begins after each of its questions was asked."""

    def __init__(self, call: Callable[[Sequence[T]], Awaitable[Sequence[R]]], most: int) -> None:
        """Keep the call; it gets at most `most` items and answers them in their order."""
        self._call = call
        self._most = most
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def ask(self, item: T) -> R:
        """Return the answer for `item`; raises what its call raised."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        try:
            while self._waiting:
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._most))]
                await self._answer([one for one in group if not one[1].done()])
        finally:
            self._worker = None
            for _, future in self._waiting:
                future.cancel()
            self._waiting.clear()

    async def _answer(self, group: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        if not group:
            return
        try:
            answers = await self._call([item for item, _ in group])
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
