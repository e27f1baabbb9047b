"""More connections than a server takes: at PostgreSQL until all are used, at a process until its files are."""

import asyncio
import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg

_STORM = "storm"
_TERMINATE = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND application_name <> 'storm'"""
_AT_ONCE = 50
# Half a request: whoever reads it waits for the rest.
_HALF = b"GET /api/auth/v1/docs HTTP/1.1\r\nHost: gateway\r\n"


class DatabaseStorm:
    """Holds every connection that a PostgreSQL has, also those that others had."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.held: list[asyncpg.Connection] = []
        self.ended = 0

    async def rage(self, seconds: float) -> None:
        """Take all connections, again and again, and let go of them at the end."""
        until = time.monotonic() + seconds
        try:
            await self._fill()
            while time.monotonic() < until:
                self.ended += await self.held[0].fetchval(_TERMINATE)
                await self._fill()
                await asyncio.sleep(0.1)
        finally:
            await asyncio.gather(*(one.close(timeout=5) for one in self.held), return_exceptions=True)

    async def _fill(self) -> None:
        with suppress(asyncpg.TooManyConnectionsError):
            while True:
                settings = {"application_name": _STORM}
                self.held.append(await asyncpg.connect(self._url, server_settings=settings, timeout=10))


@asynccontextmanager
async def half_requests(port: int, pid: int, files: int, count: int) -> AsyncIterator[list[str]]:
    """Let a process have `files` descriptors at most, and ask it `count` questions that never end.

    Gives how each of them stands: "open" or "refused".
    """
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (files, limits[1]))
    writers: list[asyncio.StreamWriter] = []
    told: list[str] = []

    async def ask() -> None:
        try:
            async with asyncio.timeout(5):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writers.append(writer)
                writer.write(_HALF)
                await writer.drain()
        except OSError:
            told.append("refused")
        else:
            told.append("open")

    try:
        for _ in range(0, count, _AT_ONCE):
            await asyncio.gather(*(ask() for _ in range(_AT_ONCE)))
        yield told
    finally:
        for writer in writers:
            writer.close()
        await asyncio.gather(*(one.wait_closed() for one in writers), return_exceptions=True)
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
