"""Carries a message to a partner and brings its answer back, verified. Nothing else is ever called.

An answer counts when it is signed by that partner and bound to the very request; anything else is no answer.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from typing import Final

import httpx
from pydantic_core import from_json

from services.gateway.domain.refusals import Expired, MessageRefused, Stale
from services.gateway.federation.identity import Identity
from services.gateway.federation.profile import Evidence, Request, Response, sign_request, verify_response
from shared.kernel.clock import Clock

TIMEOUT_SECONDS: Final = 10.0
_LONGEST_ANSWER: Final = 256 * 1024
# Of a signed answer these are about the message itself. Whatever else is in the way (no grant, a suspension,
# a clock) the partner or time can lift.
_FINAL: Final = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}
_OF_CLOCKS: Final = {Stale.code, Expired.code}


class NotDelivered(Exception):
    """The partner has not confirmed the message. `final`: it said, signed, that it will not take it."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        """Keep the reason, which officers see."""
        super().__init__(reason)
        self.reason = reason
        self.final = final


@dataclass(frozen=True, slots=True)
class Delivered:
    """A partner's answer, with the evidence of both messages."""

    status: int
    body: bytes
    sent: Evidence
    answered: Evidence


class PartnerPost:
    """Sends signed messages; one client for all partners."""

    def __init__(self, identity: Identity, clock: Clock, client: httpx.AsyncClient) -> None:
        """Keep the parts. The client must follow no redirects and trust no environment."""
        self._identity = identity
        self._clock = clock
        self.client = client

    async def send(
        self, base_url: str, keys: Mapping[str, str], method: str, path: str, body: bytes
    ) -> Delivered:
        """Sign and send one message; return the verified answer. Raises NotDelivered."""
        request = Request(method, base_url + path, _headers(body))
        sent = sign_request(self._identity, request, body, self._clock.now())
        response, content = await self._exchanged(request, body)
        try:
            answered = verify_response(response, content, keys, self._clock.now())
        except MessageRefused as error:
            raise NotDelivered(_not_proven(response, content, error, self._clock.now())) from error
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            raise NotDelivered(
                f"HTTP {response.status_code}: {_code_in(content)}",
                final=response.status_code in _FINAL,
            )
        return Delivered(response.status_code, content, sent, answered)

    async def _exchanged(self, request: Request, body: bytes) -> tuple[Response, bytes]:
        try:
            async with self.client.stream(
                request.method, request.url, headers=dict(request.headers), content=body
            ) as answer:
                content = await _limited(answer)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotDelivered(f"{type(error).__name__}: {error}"[:200]) from error
        return Response(answer.status_code, dict(answer.headers), request), content

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()


def make_client() -> httpx.AsyncClient:
    """Return a client that goes where it is sent and nowhere else."""
    return httpx.AsyncClient(
        verify=_trusted(), follow_redirects=False, trust_env=False, timeout=TIMEOUT_SECONDS
    )


@cache
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _headers(body: bytes) -> dict[str, str]:
    headers = {"accept": "application/json", "accept-encoding": "identity"}
    return headers | {"content-type": "application/json"} if body else headers


async def _limited(answer: httpx.Response) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in answer.aiter_raw():
        size += len(chunk)
        if size > _LONGEST_ANSWER:
            raise NotDelivered("the answer is too long")
        chunks.append(chunk)
    return b"".join(chunks)


def _not_proven(response: Response, content: bytes, error: MessageRefused, now: datetime) -> str:
    """Say why an answer does not count. A refusal for its time carries no signature: the sender is not known yet."""
    code = error.code
    if response.status_code == HTTPStatus.UNAUTHORIZED and _code_in(content) in _OF_CLOCKS:
        code = _code_in(content)
    said = f"HTTP {response.status_code}, {code}: the answer is not proven"
    if code not in _OF_CLOCKS:
        return said
    return f"{said}; the partner's clock and ours differ{_difference(response, now)}: set the clock"


def _difference(response: Response, now: datetime) -> str:
    """Return by how much, where the partner's Date header tells."""
    dates = [value for name, value in response.headers.items() if name.lower() == "date"]
    try:
        ahead = now - parsedate_to_datetime(dates[0]).replace(tzinfo=UTC)
    except (IndexError, TypeError, ValueError, OverflowError):
        return ""
    side = "ahead of" if ahead > timedelta(0) else "behind"
    return f" (ours {now:%Y-%m-%d %H:%M:%S} UTC, {abs(ahead).total_seconds():.0f} s {side} its Date)"


def _code_in(content: bytes) -> str:
    """Return the code of a problem, which is text of the partner's making."""
    try:
        code = from_json(content)["code"]
    except (ValueError, KeyError, TypeError):
        return "refused"
    return str(code)[:80]
