"""Pure ASGI middleware: correlation id, request metrics, response hygiene.

Not Starlette's BaseHTTPMiddleware: it buffers, and a streamed request body does not survive it.
"""

import re
import time
from collections.abc import Callable, MutableMapping
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.observability import correlation
from shared.observability.metrics import REQUEST_SECONDS, REQUESTS

_ACCEPTABLE = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_CLIENT_GONE = 499
_HYGIENE = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]


class RequestContext:
    """Begins the correlation id of a request, counts it, and sets the headers that every answer has."""

    def __init__(self, app: ASGIApp, service: str, answer_to: Callable[[Exception], Response]) -> None:
        """Wrap `app`; `answer_to` makes the answer to an exception that nothing in it foresaw."""
        self._app = app
        self._service = service
        self._answer_to = answer_to

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identifier = correlation.begin(_given(scope))
        began = time.perf_counter()
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _dress(message, identifier)
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except ClientDisconnect:
            status = _CLIENT_GONE
        except Exception as error:
            if status:  # begun already: the server can only break it off
                raise
            await self._answer_to(error)(scope, receive, answer)
        finally:
            self._count(scope, status, time.perf_counter() - began)

    def _count(self, scope: MutableMapping[str, Any], status: int, seconds: float) -> None:
        route = route_of(scope)
        REQUESTS.labels(self._service, scope["method"], route, str(status)).inc()
        REQUEST_SECONDS.labels(self._service, route).observe(seconds)


def route_of(scope: MutableMapping[str, Any]) -> str:
    """Return the address of the route that answered, without anybody's values in it."""
    return str(getattr(scope.get("route"), "path_format", "other"))


def _given(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-correlation-id" and _ACCEPTABLE.fullmatch(value):
            return str(value, "ascii")
    return ""


def _dress(message: Message, identifier: str) -> None:
    headers = message.setdefault("headers", [])
    present = {name for name, _ in headers}
    headers.extend(pair for pair in _HYGIENE if pair[0] not in present)
    headers.append((b"x-correlation-id", identifier.encode()))
