"""A client of the notifications' stream, which decides for itself when to read."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self

from tests.service.gateway.newsroom import DOOR

PATIENCE_SECONDS = 10


@dataclass(slots=True)
class Heard:
    """One event as it came."""

    name: str
    id: str
    data: dict[str, Any]


@dataclass(slots=True)
class Listener:
    """Reads one stream over a socket with a small window."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    comments: int = 0
    _rest: bytes = b""

    @classmethod
    @asynccontextmanager
    async def opened(cls, port: int, token: str, last_event_id: str | None = None) -> AsyncIterator[Self]:
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
        connection.setblocking(False)  # noqa: FBT003  the library's own signature
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=connection, limit=4 * 1024)
        fields = {"Host": "gateway", "Authorization": f"Bearer {token}"}
        if last_event_id is not None:
            fields["Last-Event-ID"] = last_event_id
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        writer.write(f"GET {DOOR}/stream HTTP/1.1\r\n{head}\r\n".encode())
        listener = cls(reader, writer)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await listener._read_head()
            yield listener
        finally:
            writer.transport.abort()

    async def _read_head(self) -> None:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        self.status = int(head[0].split()[1])
        self.headers = {line.split(": ")[0].lower(): line.split(": ")[1] for line in head[1:] if line}

    async def next(self) -> Heard | None:
        """Return the next event; None when the stream has ended. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                block = await self._block()
                if block is None:
                    return None
                fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
                self.comments += not fields
                if "event" in fields:
                    return Heard(fields["event"], fields["id"], json.loads(fields["data"]))

    async def told(self, number: int) -> list[Heard]:
        """Return the next events, as many as said."""
        found = [await self.next() for _ in range(number)]
        assert None not in found
        return [one for one in found if one is not None]

    async def rest(self) -> list[Heard]:
        """Return what still comes until the stream ends."""
        found = []
        while (one := await self.next()) is not None:
            found.append(one)
        return found

    async def _block(self) -> str | None:
        while b"\n\n" not in self._rest:
            chunk = await self._chunk()
            if not chunk:
                return None
            self._rest += chunk
        block, self._rest = self._rest.split(b"\n\n", 1)
        return block.decode()

    async def _chunk(self) -> bytes:
        """Return one chunk; empty at the end, also when the connection was closed before it was whole."""
        assert self.status == HTTPStatus.OK
        try:
            size = int(await self.reader.readline() or b"0", 16)
            return (await self.reader.readexactly(size + 2))[:-2] if size else b""
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""
