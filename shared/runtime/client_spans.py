"""One span per request to another service, which goes on from it."""

import httpx
from opentelemetry.trace import SpanKind, Status, StatusCode
from typing_extensions import override

from shared.observability import spans

_SERVER_ERROR = 500


class ClientSpans(httpx.AsyncBaseTransport):
    """Carries requests by another transport, with the traceparent of their span."""

    def __init__(self, carrier: httpx.AsyncBaseTransport, service: str) -> None:
        """Keep the transport and whom it leads to."""
        self._carrier = carrier
        self._service = service

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request."""
        with spans.span(f"{request.method} {self._service}", SpanKind.CLIENT) as span:
            span.set_attributes({"http.request.method": request.method, "peer.service": self._service})
            request.headers["traceparent"] = spans.traceparent()
            response = await self._carrier.handle_async_request(request)
            span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= _SERVER_ERROR:
                span.set_status(Status(StatusCode.ERROR))
            return response

    @override
    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._carrier.aclose()
