"""An app behind a real server on the loopback, for what an in-process transport cannot show."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

import uvicorn
from starlette.types import ASGIApp


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what gives no signal of its own."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  there is no event to wait for
            await asyncio.sleep(0.005)


@asynccontextmanager
async def served(app: ASGIApp, port: int = 0) -> AsyncIterator[int]:
    """Serve `app` and give its port, a free one unless it is named."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve([listener]))
        await until(lambda: server.started)
        try:
            yield int(listener.getsockname()[1])
        finally:
            server.should_exit = True
            server.force_exit = True
            await serving


@dataclass(slots=True)
class StreamClient:
    """A client of the stream that decides for itself when to send and when to read."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def connected(cls, port: int, token: str, **headers: str | int | UUID) -> Self:
        """Connect and send the request's head."""
        connection = socket.socket()
        # A small window, so that what the client does not read is soon felt by the server.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
        connection.setblocking(False)  # noqa: FBT003  the library's own signature
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
        reader, writer = await asyncio.open_connection(sock=connection)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        fields = {
            "Host": "gateway",
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/x-ndjson",
            "Transfer-Encoding": "chunked",
        } | named
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        writer.write(f"POST /api/intake/v1/signals:stream HTTP/1.1\r\n{head}\r\n".encode())
        return cls(reader, writer)

    async def send(self, data: bytes) -> None:
        """Send a piece of the body; waits when the server takes no more."""
        if data:
            self.writer.write(b"%x\r\n%b\r\n" % (len(data), data))
            await self.writer.drain()

    async def send_lines(self, signals: Iterable[Any]) -> None:
        await self.send(b"".join(json.dumps(signal).encode() + b"\n" for signal in signals))

    async def end(self) -> None:
        self.writer.write(b"0\r\n\r\n")
        await self.writer.drain()

    async def read_head(self) -> None:
        """Read the answer's status and headers."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        self.status = int(head[0].split()[1])
        self.headers = {line.split(": ")[0].lower(): line.split(": ")[1] for line in head[1:] if line}

    async def results(self) -> AsyncIterator[dict[str, Any]]:
        """Read results until the answer ends."""
        if not self.status:
            await self.read_head()
        rest = b""
        while size := int(await self.reader.readline(), 16):
            rest += (await self.reader.readexactly(size + 2))[:-2]
            *lines, rest = rest.split(b"\n")
            for line in lines:
                yield json.loads(line)

    async def all_results(self) -> list[dict[str, Any]]:
        return [result async for result in self.results()]

    def cut(self) -> None:
        """Break the connection off."""
        self.writer.transport.abort()
