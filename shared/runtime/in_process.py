"""Carries a request to another service's app in this process.

httpx has a transport for this; it tries to import a package that is not installed at every call, which costs
more than a small request itself. This one also finds the app at the first call, so that services may be built
in any order.
"""

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any

import httpx
from starlette.types import ASGIApp, Message
from typing_extensions import override

_LOCAL = ("127.0.0.1", 0)


class InProcessTransport(httpx.AsyncBaseTransport):
    """Answers with what the app answers; what the app raises has been made a 500 by its own error handling."""

    def __init__(self, app: Callable[[], ASGIApp]) -> None:
        """Keep how to find the app."""
        self._app = app

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Run the app on one request; whole bodies both ways."""
        exchange = _Exchange(await request.aread())
        try:
            await self._app()(_scope(request), exchange.receive, exchange.send)
        except Exception:
            if not exchange.ended.is_set():
                raise
        finally:
            exchange.ended.set()
        return httpx.Response(exchange.status, headers=exchange.headers, content=b"".join(exchange.parts))


class _Exchange:
    """One request's body and its answer as it arrives."""

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.parts: list[bytes] = []
        self.ended = asyncio.Event()

    async def receive(self) -> Message:
        if self._body is None:
            await self.ended.wait()
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message.get("headers", ()))
        else:
            self.parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                self.ended.set()


def _scope(request: httpx.Request) -> dict[str, Any]:
    url = request.url
    raw_path, _, query = url.raw_path.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": raw_path,
        "query_string": query,
        "server": (url.host, url.port),
        "client": _LOCAL,
        "root_path": "",
    }
