"""An endless stream of signals, cut into calls of the warning service; the results of each follow its commit."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import structlog
from pydantic_core import from_json, to_json

from services.gateway.clients.upstream import Answer
from services.gateway.clients.warning import WarningService
from services.gateway.domain.lines import OVERLONG, Line, LineCutter
from services.gateway.usecases.backlog import Backlog
from services.gateway.usecases.spool import Spool, SpoolFull
from shared.kernel.errors import DomainError, Kind, WholeBodyRefused
from shared.web.errors import Unavailable, problem_of

LONGEST_LINE = 64 * 1024
_OK = 200
# Sent in place of an overlong line, so that the service counts and refuses it like any other.
_STAND_IN = b"{}"

log = structlog.get_logger(__name__)


class ClientGone(Exception):
    """The connection was lost before the stream's end."""


class LineTooLong(WholeBodyRefused):
    """A line is longer than a signal may be."""

    kind = Kind.TOO_LARGE
    code = "line_too_long"
    message_zh = f"该行超过 {LONGEST_LINE // 1024} KiB，请缩短后重发。"
    message_en = f"The line is longer than {LONGEST_LINE // 1024} KiB: shorten it and send it again."


class TooMuchUnread(DomainError):
    """The client sends on and on without reading."""

    kind = Kind.TOO_LARGE
    code = "too_much_unread"
    message_zh = "未读取的结果过多，请先读取结果再继续发送。"
    message_en = "Too many results are unread: read them before sending more."


class StreamRelay:
    """One stream on its way. `authorize` gives the authorization for the next call, or raises."""

    def __init__(
        self,
        warning: WarningService,
        stream_id: UUID,
        first_line: int,
        authorize: Callable[[], Awaitable[str]],
        spool: Spool,
    ) -> None:
        """Keep the parts."""
        self._warning = warning
        self._stream_id = stream_id
        self._next_line = first_line
        self._authorize = authorize
        self._spool = spool
        self._backlog = Backlog()

    async def run(self, chunks: AsyncIterator[bytes]) -> None:
        """Relay until the stream ends, the client is gone, or a call fails: then a last line tells of it."""
        reader = asyncio.create_task(self._read(chunks))
        try:
            while lines := await self._backlog.take():
                self._spool.append(await self._results(lines))
        except SpoolFull:
            self._stop(problem_of(TooMuchUnread()))
        except DomainError as error:
            self._stop(problem_of(error))
        except _CallRefused as error:
            self._stop(error.problem)
        except Exception:
            log.exception("stream broken", stream_id=str(self._stream_id))
            self._stop(problem_of(Unavailable()))
        finally:
            self._spool.end()
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    async def _read(self, chunks: AsyncIterator[bytes]) -> None:
        cutter = LineCutter(LONGEST_LINE)
        try:
            async for chunk in chunks:
                if lines := cutter.feed(chunk):
                    await self._backlog.put(lines)
            await self._backlog.put(cutter.finish())
        except ClientGone:
            await self._backlog.abandon()
        finally:
            await self._backlog.end()

    async def _results(self, lines: Sequence[Line]) -> bytes:
        first = self._next_line
        body = b"\n".join(_STAND_IN if line is OVERLONG else line for line in lines)
        answer = await self._warning.send_signals(
            body, await self._authorize(), stream_id=self._stream_id, first_line=first
        )
        if answer.status != _OK:
            raise _CallRefused(answer)
        results = from_json(answer.content)["results"]
        self._next_line += len(lines)
        numbered = zip(range(first, self._next_line), lines, results, strict=True)
        return b"".join(_result(index, line, result) for index, line, result in numbered)

    def _stop(self, problem: dict[str, Any]) -> None:
        """Tell why it stops, and the first line that has no answer."""
        self._spool.append_last(to_json(problem | {"index": self._next_line}) + b"\n")


class _CallRefused(Exception):
    """The service refused a whole call."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        try:
            self.problem: dict[str, Any] = dict(from_json(answer.content))
        except ValueError:
            self.problem = problem_of(Unavailable())


def _result(index: int, line: Line, result: dict[str, Any]) -> bytes:
    result["index"] = index
    if line is OVERLONG:
        result |= {"status": "refused", "signal_id": None, "problem": problem_of(LineTooLong())}
    return to_json(result) + b"\n"
