"""Calls another service with the caller's own token: it decides on the caller's rights, not on the gateway's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import httpx
import structlog

from shared.kernel.errors import DomainError
from shared.observability.correlation import correlation_id
from shared.runtime.service import Destination
from shared.web.errors import Unavailable

JSON: Final = "application/json"

Header = tuple[bytes, bytes]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service answered, unread. `headers` are those that the caller may see."""

    status: int
    content: bytes
    headers: Mapping[str, str]


class AddressTooLong(DomainError):
    """The path with its query is longer than an address can be."""

    code = "address_too_long"
    message_zh = "请求地址过长，请缩短查询参数。"
    message_en = "The address is too long: shorten its parameters."


_TIMEOUT = httpx.Timeout(30.0).as_dict()
_PASSED_ON = ("content-type", "retry-after", "www-authenticate")


class Upstream:
    """A service, in this process or at an address."""

    def __init__(self, name: str, destination: Destination) -> None:
        """Keep one way for all calls: connections are reused."""
        self._name = name
        self._destination = destination

    async def call(
        self,
        method: str,
        target: str,
        authorization: str,
        *,
        content: bytes = b"",
        headers: Sequence[Header] = (),
    ) -> Answer:
        """Send a request and return its answer, whatever its status. Raises Unavailable and AddressTooLong.

        `target` is a path with its query, ready for the wire.
        """
        sent = [
            (b"authorization", authorization.encode("latin-1")),
            (b"x-correlation-id", correlation_id().encode()),
            *headers,
        ]
        url = self._destination.base_url + target
        try:
            request = httpx.Request(
                method, url, headers=sent, content=content, extensions={"timeout": _TIMEOUT}
            )
            response = await self._destination.transport.handle_async_request(request)
            answer = Answer(response.status_code, await response.aread(), _visible(response.headers))
        except httpx.InvalidURL:
            raise AddressTooLong from None
        except httpx.HTTPError as error:
            log.warning("a service does not answer", service=self._name, error=repr(error))
            raise Unavailable(retry_after_seconds=1) from error
        return answer


def _visible(headers: httpx.Headers) -> dict[str, str]:
    return {name: value for name in _PASSED_ON if (value := headers.get(name)) is not None}
