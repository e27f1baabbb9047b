"""A keep-alive HTTP/1.1 client that costs little: on a small machine the load must not starve what it measures."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple, cast

from typing_extensions import override

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_STATUS = slice(9, 12)


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    port: int


class Reply(NamedTuple):
    """What a server answered."""

    status: int
    body: bytes


def request(
    method: str, path: str, token: str = "", body: bytes = b"", media_type: str = "application/json"
) -> bytes:
    """Return a whole request as bytes."""
    head = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1"]
    if token:
        head.append(f"authorization: Bearer {token}")
    if body:
        head += [f"content-type: {media_type}", f"content-length: {len(body)}"]
    return "\r\n".join([*head, "", ""]).encode("ascii") + body


class Connection(asyncio.Protocol):
    """One connection with one request under way at a time; answers must tell their length."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._waiting: asyncio.Future[Reply] | None = None
        self._received = bytearray()

    @classmethod
    async def opened(cls, address: Address) -> "Connection":
        """Return a connection that is ready."""
        _, protocol = await asyncio.get_running_loop().create_connection(cls, *address)
        return protocol

    async def ask(self, raw: bytes) -> Reply:
        """Send a request and return its answer. Raises ConnectionError."""
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError("the server closed the connection")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(raw)
        return await self._waiting

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast("asyncio.WriteTransport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        self._received += data
        head_ends = self._received.find(b"\r\n\r\n")
        if head_ends < 0:
            return
        found = _LENGTH.search(self._received, 0, head_ends)
        if found is None:
            self._fail("an answer without content-length")
            return
        ends = head_ends + 4 + int(found[1])
        if len(self._received) < ends:
            return
        reply = Reply(int(self._received[_STATUS]), bytes(self._received[head_ends + 4 : ends]))
        del self._received[:ends]
        self._settle(reply)

    def _settle(self, reply: Reply) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(reply)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(f"connection lost: {exc}")

    def _fail(self, why: str) -> None:
        self.close()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError(why))


async def ask_once(address: Address, raw: bytes) -> Reply:
    """Send one request on a connection of its own."""
    connection = await Connection.opened(address)
    try:
        return await connection.ask(raw)
    finally:
        connection.close()


async def in_parallel(
    address: Address, count: int, client: Callable[[Connection], Coroutine[Any, Any, None]]
) -> None:
    """Run `count` clients at once, each on its own connection."""
    connections = [await Connection.opened(address) for _ in range(count)]
    try:
        async with asyncio.TaskGroup() as group:
            for connection in connections:
                group.create_task(client(connection))
    finally:
        for connection in connections:
            connection.close()
