"""A warning service of a few lines: it remembers what it was asked and takes signals as the real one does."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from pydantic_core import from_json, to_json
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass(slots=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class FakeWarning:
    """Answers everything with `status` and `content`; signals by their content."""

    status: int = 200
    content: bytes = b'{"items":[],"next_cursor":null}'
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    asked: list[Asked] = field(default_factory=list)
    stored: dict[str, UUID] = field(default_factory=dict)
    streams: dict[str, int] = field(default_factory=dict)
    calls_before_failure: int | None = None
    seconds_per_call: float = 0.0
    under_way: int = 0
    most_under_way: int = 0

    def app(self) -> Starlette:
        every = ["GET", "POST", "PUT", "DELETE"]
        return Starlette(
            routes=[
                Route("/signals", self.signals, methods=["POST"]),
                Route("/signals:together", self.signals, methods=["POST"]),
                Route("/streams/{stream_id}", self.stream),
                Route("/{path:path}", self.anything, methods=every),
            ]
        )

    @property
    def calls(self) -> list[list[bytes]]:
        """The signals of every call for signals."""
        return [_signals(asked) for asked in self.asked if asked.path.startswith("/signals")]

    async def anything(self, request: Request) -> Response:
        await self._remember(request)
        return Response(self.content, self.status, self.headers)

    async def stream(self, request: Request) -> Response:
        await self._remember(request)
        lines_stored = self.streams.get(request.path_params["stream_id"], 0)
        return Response(to_json({"lines_stored": lines_stored}), media_type="application/json")

    async def signals(self, request: Request) -> Response:
        asked = await self._remember(request)
        if self.calls_before_failure is not None and len(self.calls) > self.calls_before_failure:
            problem = {"type": "/problems/unavailable", "status": 503, "code": "unavailable"}
            return Response(to_json(problem), 503, media_type="application/problem+json")
        async with self._counted():
            await asyncio.sleep(self.seconds_per_call)
        lines = _signals(asked)
        results = [{"index": index} | self._take(line) for index, line in enumerate(lines)]
        if stream_id := asked.headers.get("stream-id"):
            end = int(asked.headers["first-line"]) + len(lines)
            self.streams[stream_id] = max(self.streams.get(stream_id, 0), end)
        return Response(to_json({"results": results}), media_type="application/json")

    def _take(self, line: bytes) -> dict[str, object]:
        try:
            signal = from_json(line)
            reference = str(signal["source_ref"])
        except (ValueError, KeyError, TypeError):
            return _refused(422, "invalid_signal")
        if signal.get("months", 0) < 0:
            return _refused(422, "negative")
        if signal.get("source") == "other":
            return _refused(403, "foreign_source")
        if reference in self.stored:
            return {"status": "duplicate", "signal_id": str(self.stored[reference])}
        self.stored[reference] = uuid4()
        status = "held" if signal.get("uscc") == "unknown" else "accepted"
        return {"status": status, "signal_id": str(self.stored[reference])}

    async def _remember(self, request: Request) -> Asked:
        asked = Asked(
            request.method,
            request.scope["raw_path"].decode(),
            request.scope["query_string"].decode(),
            dict(request.headers),
            await request.body(),
        )
        self.asked.append(asked)
        return asked

    def _counted(self) -> "_Counted":
        return _Counted(self)


def _signals(asked: Asked) -> list[bytes]:
    """Without the heads of their senders' parts."""
    lines = asked.body.split(b"\n")
    return [line for line in lines if asked.path == "/signals" or b'"authorization"' not in line]


class _Counted:
    """Counts the calls that are under way at once."""

    def __init__(self, warning: FakeWarning) -> None:
        self._warning = warning

    async def __aenter__(self) -> None:
        self._warning.under_way += 1
        self._warning.most_under_way = max(self._warning.most_under_way, self._warning.under_way)

    async def __aexit__(self, *_: object) -> None:
        self._warning.under_way -= 1


def _refused(status: int, code: str) -> dict[str, object]:
    return {
        "status": "refused",
        "signal_id": None,
        "problem": {"status": status, "code": code, "title": "不行"},
    }


async def chunked(*pieces: bytes, pause_seconds: float = 0.0) -> AsyncIterator[bytes]:
    """Give a body in pieces."""
    for piece in pieces:
        yield piece
        await asyncio.sleep(pause_seconds)
