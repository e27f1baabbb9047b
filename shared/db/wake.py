"""Wakes waiting work by PostgreSQL's NOTIFY, with polling as the fallback of whoever waits."""

import asyncio
from collections.abc import Iterable

import asyncpg
from sqlalchemy.engine import make_url

_RECONNECT_SECONDS = 1.0


class Waker:
    """Listens on channels and sets an event for each notification."""

    def __init__(self, url: str, channels: Iterable[str]) -> None:
        """Keep the address and the channels; `run` connects."""
        self._dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._events = {channel: asyncio.Event() for channel in channels}

    async def wait(self, channel: str | None, timeout_seconds: float) -> None:
        """Return when `channel` was notified, or after the timeout."""
        if channel is None:
            await asyncio.sleep(timeout_seconds)
            return
        event = self._events[channel]
        try:
            async with asyncio.timeout(timeout_seconds):
                await event.wait()
        except TimeoutError:
            return
        event.clear()

    async def run(self) -> None:
        """Listen until cancelled; a lost connection is made anew."""
        while True:
            try:
                await self._listen()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=5)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _connection: lost.set())
        try:
            for channel, event in self._events.items():
                await connection.add_listener(channel, lambda *_args, event=event: event.set())
                event.set()
            await lost.wait()
        finally:
            await connection.close(timeout=2)
