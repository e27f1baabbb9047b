"""Lines that were read and wait for their call: few enough that memory stays constant."""

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress

from services.gateway.domain.lines import Line

MOST_LINES = 1_000
MOST_BYTES = 1024 * 1024
LINGER_SECONDS = 0.01
"""How long a call waits for more lines, so that a client that waits for answers gets them soon."""


class Backlog:
    """Hands lines from one reader to one taker; a full backlog makes the reader wait."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lines: deque[Line] = deque()
        self._bytes = 0
        self._ended = False
        self._changed = asyncio.Condition()

    async def put(self, lines: Iterable[Line]) -> None:
        """Add lines; returns when there is room for more."""
        async with self._changed:
            for line in lines:
                self._lines.append(line)
                self._bytes += len(line or b"")
            self._changed.notify_all()
            await self._changed.wait_for(lambda: not self._full() or self._ended)

    async def end(self) -> None:
        """Say that no more lines come."""
        async with self._changed:
            self._ended = True
            self._changed.notify_all()

    async def abandon(self) -> None:
        """Drop what waits, and end: nobody is there to hear of it."""
        self._lines.clear()
        self._bytes = 0
        await self.end()

    async def take(self) -> list[Line]:
        """Return the lines of the next call, waiting for them; none at the end."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._lines) or self._ended)
            with suppress(TimeoutError):
                async with asyncio.timeout(LINGER_SECONDS):
                    await self._changed.wait_for(lambda: self._full() or self._ended)
            taken = self._cut()
            self._changed.notify_all()
            return taken

    def _full(self) -> bool:
        return len(self._lines) >= MOST_LINES or self._bytes >= MOST_BYTES

    def _cut(self) -> list[Line]:
        taken: list[Line] = []
        size = 0
        while self._lines and len(taken) < MOST_LINES and size < MOST_BYTES:
            line = self._lines.popleft()
            taken.append(line)
            size += len(line or b"")
        self._bytes -= size
        return taken
