"""Pure ASGI middleware: one span per request. Only where spans are made; elsewhere it is not in the way."""

from typing import Final

from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.observability import spans
from shared.observability.correlation import correlation_id
from shared.web.middleware import route_of

# Asked every few seconds by the platform: they would bury everything else.
_UNTOLD: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_SERVER_ERROR: Final = 500


class ServerSpans:
    """Begins the span of a request, in the caller's trace where the caller is one of us.

    A stranger's trace is linked to and not gone on with: its sampled flag would make us keep, and its trace id would
    let it mix, what is ours.
    """

    def __init__(self, app: ASGIApp, service: str, *, for_strangers: bool) -> None:
        """Wrap `app`, everything that it does for a request."""
        self._app = app
        self._service = service
        self._for_strangers = for_strangers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] in _UNTOLD:
            await self._app(scope, receive, send)
            return
        given = _given(scope)
        parent, links = ("", [given]) if self._for_strangers else (given, [])
        with spans.span(scope["method"], SpanKind.SERVER, parent=parent, links=links) as span:

            async def answer(message: Message) -> None:
                if message["type"] == "http.response.start":
                    _note_status(span, message["status"])
                await send(message)

            try:
                await self._app(scope, receive, answer)
            finally:
                self._describe(span, scope)

    def _describe(self, span: Span, scope: Scope) -> None:
        route = route_of(scope)
        span.update_name(f"{scope['method']} {route}")
        span.set_attributes(
            {
                "labour.service": self._service,
                "labour.correlation_id": correlation_id(),
                "http.request.method": scope["method"],
                "http.route": route,
            }
        )


def _note_status(span: Span, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    if status >= _SERVER_ERROR:
        span.set_status(Status(StatusCode.ERROR))


def _given(scope: Scope) -> str:
    return next((str(value, "latin-1") for name, value in scope["headers"] if name == b"traceparent"), "")
