"""Answers a stream while it is still arriving.

Starlette's StreamingResponse listens for the end of the connection by reading the request, and so loses a body that
is still under way; this response speaks ASGI itself.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from services.gateway.clients.warning import NDJSON, WarningService
from services.gateway.usecases.relay_stream import ClientGone, StreamRelay
from services.gateway.usecases.spool import Spool

_PIECE = 64 * 1024


class SignalStreamResponse(Response):
    """Reads the request's lines and sends their results in order, each as soon as the client takes it."""

    def __init__(
        self,
        warning: WarningService,
        stream_id: UUID,
        first_line: int,
        authorize: Callable[[], Awaitable[str]],
        spool_folder: Path | None,
    ) -> None:
        """Keep the parts."""
        super().__init__(media_type=NDJSON, headers={"Stream-Id": str(stream_id)})
        del self.headers["content-length"]
        self._warning = warning
        self._stream_id = stream_id
        self._first_line = first_line
        self._authorize = authorize
        self._spool_folder = spool_folder

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the stream; nothing of it outlives the call."""
        with Spool(self._spool_folder) as spool:
            relay = StreamRelay(self._warning, self._stream_id, self._first_line, self._authorize, spool)
            async with asyncio.TaskGroup() as group:
                group.create_task(relay.run(_chunks(receive)))
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                while piece := await spool.take(_PIECE):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        yield message.get("body", b"")
        more = message.get("more_body", False)
