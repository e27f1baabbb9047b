"""A small proxy before several processes of one service: it sends nothing to one that says it is not ready.

This is what a cluster's load balancer does. SO_REUSEPORT alone would lose the connections that wait in the queue of a
process that ends.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from itertools import count

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared.bus.free_ports import free_port

_LOOK_SECONDS = 0.25
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "date", "server"}
_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


class Door:
    """The address of a service that stays, whatever happens to its processes."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.port = free_port()
        self.failures: list[str] = []
        self.spared: set[int] = set()
        self._ports = ports
        self._ready: list[int] = []
        self._turn = count()
        # One connection for each request: a kept one may be closed by the other end just when it is used again.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.AsyncClient(timeout=30, limits=limits)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Serve until the block ends."""
        app = Starlette(routes=[Route("/{path:path}", self._forward, methods=_METHODS)])
        config = uvicorn.Config(
            app, port=self.port, log_level="error", lifespan="off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        # Signals are for the test run.
        server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]  # signals are ours
        tasks = [asyncio.create_task(server.serve()), asyncio.create_task(self._watch())]
        try:
            yield
        finally:
            server.should_exit = True
            tasks[1].cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(*tasks)
            await self._client.aclose()

    async def _watch(self) -> None:
        while True:
            asked = [port for port in self._ports if port not in self.spared]
            found = [port for port in asked if await self._says_ready(port)]
            self._ready = found
            await asyncio.sleep(_LOOK_SECONDS)

    async def _says_ready(self, port: int) -> bool:
        try:
            answer = await self._client.get(f"http://127.0.0.1:{port}/readyz", timeout=2)
        except httpx.HTTPError:
            return False
        return answer.is_success

    async def _forward(self, request: Request) -> Response:
        if not self._ready:
            return self._unavailable("nobody is ready")
        port = self._ready[next(self._turn) % len(self._ready)]
        headers = [(name, value) for name, value in request.headers.items() if name not in _HOP_BY_HOP]
        url = f"http://127.0.0.1:{port}{request.url.path}"
        try:
            answer = await self._client.request(
                request.method,
                url,
                params=request.query_params,
                headers=headers,
                content=await request.body(),
            )
        except httpx.TransportError as error:
            return self._unavailable(repr(error))
        kept = {name: value for name, value in answer.headers.items() if name not in _HOP_BY_HOP}
        return Response(answer.content, answer.status_code, kept)

    def _unavailable(self, why: str) -> Response:
        self.failures.append(why)
        return Response(status_code=503, headers={"Retry-After": "1"})
