"""Open streams of notifications: what is new is read once per round, for all streams of this process.

Places (`seq`) become visible in their order, so that one number says what a stream has had. A stream is told
everything after its start by the rounds, and everything up to it by its own reading: nothing twice, nothing never.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from uuid import UUID

from prometheus_client import Gauge

from services.gateway.domain.notifications import Notification, Reader
from services.gateway.repository import notifications
from services.gateway.usecases.read_notifications import reader_of
from shared.auth.principal import Principal
from shared.auth.tokens import Unauthenticated
from shared.db.tx import Database
from shared.kernel.errors import DomainError, Kind
from shared.web.errors import Unavailable

MOST_WAITING = 1_000
_AT_ONCE = 500
_PAGE = 200
_COME_AGAIN_SECONDS = 2

OPEN = Gauge("gateway_notification_streams", "Open streams of notifications")

StillAllowed = Callable[[], Awaitable[object]]
"""Raises Unauthenticated when whoever opened the stream may not go on."""


class TooManyStreams(DomainError):
    """The account has as many streams open as it may."""

    kind = Kind.TOO_MANY
    code = "too_many_streams"
    message_zh = "同时打开的通知连接过多：请关闭其他窗口后重试。"
    message_en = "Too many streams of notifications are open: close another window, then try again."


class NotificationStream:
    """What one client waits for. `start`: the place after which the rounds tell it everything."""

    def __init__(self, who: Reader, start: int, still_allowed: StillAllowed, most_waiting: int) -> None:
        """Begin with nothing waiting."""
        self.who = who
        self.start = start
        self.still_allowed = still_allowed
        self.ended = asyncio.Event()
        self._told_up_to = start
        self._most_waiting = most_waiting
        self._waiting: deque[Notification] = deque()
        self._arrived = asyncio.Event()

    def offer(self, notification: Notification) -> None:
        """Let it wait; a client too slow for that has its stream ended, and goes on later where it was."""
        if notification.seq <= self._told_up_to or self.ended.is_set():
            return
        self._told_up_to = notification.seq
        if len(self._waiting) >= self._most_waiting:
            self.ended.set()
            return
        self._waiting.append(notification)
        self._arrived.set()

    async def arrived(self, timeout_seconds: float) -> Sequence[Notification]:
        """Return what arrives; nothing when the time is over."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._arrived.wait()
        except TimeoutError:
            return ()
        self._arrived.clear()
        fresh = tuple(self._waiting)
        self._waiting.clear()
        return fresh


class NotificationStreams:
    """The open streams of this process."""

    def __init__(self, db: Database, most_per_account: int, most_waiting: int = MOST_WAITING) -> None:
        """Begin with none."""
        self._db = db
        self._most_per_account = most_per_account
        self._most_waiting = most_waiting
        self._streams: set[NotificationStream] = set()
        self._told_up_to: int | None = None
        self._shut = False

    async def open(self, who: Principal, still_allowed: StillAllowed) -> NotificationStream:
        """Return a new stream; who opens it closes it. Raises TooManyStreams, or Unavailable at shutdown."""
        newest = 0
        if self._told_up_to is None:
            async with self._db.read() as tx:
                newest = await notifications.newest_seq(tx)
        # From here on nothing waits: no round can come between the place and the stream that begins there.
        if self._shut:
            raise Unavailable(retry_after_seconds=_COME_AGAIN_SECONDS)
        if sum(one.who.account_id == who.account_id for one in self._streams) >= self._most_per_account:
            raise TooManyStreams(retry_after_seconds=_COME_AGAIN_SECONDS)
        if self._told_up_to is None:
            self._told_up_to = newest
        stream = NotificationStream(reader_of(who), self._told_up_to, still_allowed, self._most_waiting)
        self._streams.add(stream)
        OPEN.set(len(self._streams))
        return stream

    def close(self, stream: NotificationStream) -> None:
        """Forget a stream."""
        self._streams.discard(stream)
        OPEN.set(len(self._streams))

    async def missed(
        self, stream: NotificationStream, last_seen: UUID | None
    ) -> AsyncIterator[Sequence[Notification]]:
        """Give, in pages, what came after `last_seen` and before the stream's start.

        An id that is no longer kept is older than all that is.
        """
        if last_seen is None:
            return
        async with self._db.read() as tx:
            after = await notifications.place_of(tx, stream.who, last_seen)
        while after < stream.start:
            async with self._db.read() as tx:
                page = await notifications.between(tx, stream.who, after, stream.start, _PAGE)
            if not page:
                return
            yield page
            after = page[-1].seq

    async def standing(self, stream: NotificationStream) -> tuple[int, UUID | None]:
        """Return how many were unread at the stream's start, and the newest of all; None where there is none."""
        async with self._db.read() as tx:
            unread = await notifications.unread_by_kind(tx, stream.who, stream.start)
            newest = await notifications.listing(tx, stream.who, stream.start + 1, 1, unread_only=False)
        return sum(unread.values()), newest[0].id if newest else None

    async def tell(self) -> bool:
        """Read what is new and give it to the streams; True when there is more."""
        if not self._streams or self._told_up_to is None:
            self._told_up_to = None
            return False
        async with self._db.read() as tx:
            fresh = await notifications.all_after(tx, self._told_up_to, _AT_ONCE)
        if not fresh:
            return False
        listening: dict[str, list[NotificationStream]] = {}
        for stream in self._streams:
            for addressee in stream.who.addressees:
                listening.setdefault(addressee, []).append(stream)
        for notification in fresh:
            for stream in listening.get(notification.addressee, ()):
                if stream.who.reads(notification):
                    stream.offer(notification)
        self._told_up_to = fresh[-1].seq
        return len(fresh) == _AT_ONCE

    async def end_refused(self) -> None:
        """End the streams whose session is over or whose token has expired."""
        asked = list(self._streams)
        answers = await asyncio.gather(*(one.still_allowed() for one in asked), return_exceptions=True)
        for stream, answer in zip(asked, answers, strict=True):
            if isinstance(answer, Unauthenticated):
                stream.ended.set()

    def shut(self) -> None:
        """End all streams and open no more: the process stops."""
        self._shut = True
        for stream in self._streams:
            stream.ended.set()
