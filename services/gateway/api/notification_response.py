"""Sends notifications as server-sent events (WHATWG HTML, 9.2) for as long as the client may listen.

It speaks ASGI itself: the end of the connection, of the session and of the process each end it at once, also while
a slow client does not take what was sent.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from services.gateway.domain.notifications import Notification
from services.gateway.schemas.notifications import NotificationOut
from services.gateway.usecases.notification_streams import NotificationStream, NotificationStreams
from shared.db.engine import is_unreachable

EVENT_STREAM: Final = "text/event-stream"
HEARTBEAT_SECONDS: Final = 15.0
_LAST_WORD_SECONDS: Final = 1.0
_RETRY: Final = b"retry: 2000\n\n"
_HEARTBEAT: Final = b": \n\n"
# What a client that was told nothing yet sends back: older than anything that is kept.
_BEFORE_ALL: Final = UUID(int=0)

log = structlog.get_logger(__name__)


def shown(one: Notification) -> NotificationOut:
    """Return a notification as clients see it."""
    return NotificationOut.model_validate(
        {
            "id": one.id,
            "at": one.at,
            "kind": one.kind,
            "level": one.level,
            "title": one.title.zh,
            "title_en": one.title.en,
            "subject": one.subject.value,
            "subject_id": one.subject_id,
            "uscc": one.uscc,
            "division": one.division,
            "read": one.read,
        }
    )


class NotificationResponse(Response):
    """What the client missed, how many are unread, then each new one; a comment when there is nothing to say."""

    def __init__(
        self, streams: NotificationStreams, stream: NotificationStream, last_seen: UUID | None
    ) -> None:
        """Keep the parts."""
        super().__init__(media_type=EVENT_STREAM, headers={"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._streams = streams
        self._stream = stream
        self._last_seen = last_seen

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the stream; nothing of it outlives the call."""
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await _until_one_ends(self._send(send), _client_gone(receive), self._stream.ended.wait())
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORD_SECONDS):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._streams.close(self._stream)

    async def _send(self, send: Send) -> None:
        try:
            async for piece in self._pieces():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except Exception as error:
            # The answer has begun: the client comes again, and then hears that the database is away.
            if not is_unreachable(error):
                raise
            log.warning("a stream of notifications lost the database", error=repr(error))

    async def _pieces(self) -> AsyncIterator[bytes]:
        yield _RETRY
        async for page in self._streams.missed(self._stream, self._last_seen):
            yield _events(page)
        unread, newest = await self._streams.standing(self._stream)
        yield _event("unread", newest or _BEFORE_ALL, b'{"unread":%d}' % unread)
        while True:
            yield _events(await self._stream.arrived(HEARTBEAT_SECONDS)) or _HEARTBEAT


def _events(page: Iterable[Notification]) -> bytes:
    return b"".join(_event("notification", one.id, shown(one).model_dump_json().encode()) for one in page)


def _event(name: str, event_id: UUID, data: bytes) -> bytes:
    return b"event: %b\nid: %b\ndata: %b\n\n" % (name.encode(), str(event_id).encode(), data)


async def _client_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _until_one_ends(*works: Coroutine[Any, Any, object]) -> None:
    """Run all until the first ends, end the others, and raise what it raised."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
