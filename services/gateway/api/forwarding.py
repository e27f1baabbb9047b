"""Passes a request on to the service that owns the matter, and its answer back, unread."""

from urllib.parse import quote

from fastapi import Request, Response

from services.gateway.api.bodies import ACTION_LIMIT, read_body
from services.gateway.api.parts import authorization_of, parts
from services.gateway.clients.upstream import JSON, Answer

_CONTENT_TYPE = [(b"content-type", JSON.encode())]


async def forward(request: Request, path: str, to: str = "warning") -> Response:
    """Forward a request that has no body, with its query as it came."""
    query = request.scope["query_string"]
    target = f"{path}?{query.decode('latin-1')}" if query else path
    service = parts(request).services[to]
    return passed_on(await service.call(request.method, target, authorization_of(request)))


async def forward_body(
    request: Request, path: str, limit: int = ACTION_LIMIT, *, to: str = "warning"
) -> Response:
    """Forward a request with its JSON body, which the service validates."""
    content = await read_body(request, limit)
    answer = (
        await parts(request)
        .services[to]
        .call(request.method, path, authorization_of(request), content=content, headers=_CONTENT_TYPE)
    )
    return passed_on(answer)


def passed_on(answer: Answer) -> Response:
    """Return a service's answer as our own."""
    return Response(answer.content, answer.status, headers=answer.headers)


def segment(text: str) -> str:
    """Return `text` as one segment of a path."""
    return quote(text, safe="")
