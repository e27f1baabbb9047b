"""Calls the warning service with the caller's own token: it decides on the caller's rights, not on the gateway's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import httpx
import structlog

from shared.observability.correlation import correlation_id
from shared.web.errors import Unavailable

JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"

Header = tuple[bytes, bytes]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service answered, unread. `headers` are those that the caller may see."""

    status: int
    content: bytes
    headers: Mapping[str, str]


_PASSED_ON = ("content-type", "retry-after", "www-authenticate")


class WarningService:
    """The warning service, in this process or at an address."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Keep one client for all calls: connections are reused."""
        self._client = client
        self._base = str(client.base_url).rstrip("/")
        self._extensions = {"timeout": client.timeout.as_dict()}

    async def call(
        self,
        method: str,
        target: str,
        authorization: str,
        *,
        content: bytes = b"",
        headers: Sequence[Header] = (),
    ) -> Answer:
        """Send a request and return its answer, whatever its status. Raises Unavailable.

        `target` is a path with its query, ready for the wire.
        """
        sent = [
            (b"authorization", authorization.encode("latin-1")),
            (b"x-correlation-id", correlation_id().encode()),
            *headers,
        ]
        # Built by hand: the client's own way merges URLs, parameters, cookies and headers for every call.
        request = httpx.Request(
            method, self._base + target, headers=sent, content=content, extensions=dict(self._extensions)
        )
        try:
            response = await self._client.send(request)
        except httpx.HTTPError as error:
            log.warning("the warning service does not answer", error=repr(error))
            raise Unavailable(retry_after_seconds=1) from error
        return Answer(response.status_code, response.content, _visible(response.headers))

    async def send_signals(
        self, lines: bytes, authorization: str, *, stream_id: UUID | None = None, first_line: int = 0
    ) -> Answer:
        """Send signals, one JSON object a line; a 200 holds shared.contracts.warning.SignalResults."""
        headers: list[Header] = [(b"content-type", NDJSON.encode())]
        if stream_id is not None:
            headers.append((b"stream-id", str(stream_id).encode()))
            headers.append((b"first-line", str(first_line).encode()))
        return await self.call("POST", "/signals", authorization, content=lines, headers=headers)


def _visible(headers: httpx.Headers) -> dict[str, str]:
    return {name: value for name in _PASSED_ON if (value := headers.get(name)) is not None}
