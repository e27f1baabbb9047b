"""The demo as the outside world sees it: people and machines at the system's HTTP doors."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import stamina

from shared.kernel.errors import DomainError, Kind
from simulation.demo.people import DepartmentClient, Official

_SECONDS = 60.0
_BUSY = {429, 503}
_FAILED = 400


class DoorClosed(DomainError):
    """The running system refused what the demo does as a matter of course."""

    kind = Kind.UNAVAILABLE
    code = "demo.door_closed"


class Refused(DoorClosed):
    """A door answered with a refusal; `status` is what HTTP calls it."""

    def __init__(self, path: str, status: int, told: str) -> None:
        self.status = status
        super().__init__(
            f"系统未接受演示请求 {path}（{status}）：{told[:200]}",
            f"The system did not take the demo's request {path} ({status}).",
        )


class _Busy(Exception):
    """Try again in a moment."""


class Doors:
    """A client of the running system."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Keep the client."""
        self._client = client

    @classmethod
    @asynccontextmanager
    async def at(cls, address: str) -> AsyncIterator["Doors"]:
        """Open a client, whatever proxy the environment names."""
        async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=_SECONDS) as client:
            yield cls(client)

    async def wait(self) -> None:
        """Return when the server answers."""
        async for attempt in stamina.retry_context(
            httpx.TransportError,
            attempts=None,
            timeout=_SECONDS,
            wait_initial=0.05,
            wait_max=0.2,
            wait_jitter=0,
        ):
            with attempt:
                await self._client.get("/healthz")

    async def log_in(self, who: Official) -> str:
        """Return an access token."""
        given = {"username": who.username, "password": who.password}
        return str((await self.call("POST", "/api/auth/v1/login", body=given))["access_token"])

    async def log_out(self, token: str) -> None:
        """End the session."""
        await self.call("POST", "/api/auth/v1/logout", token)

    async def client_token(self, who: DepartmentClient) -> str:
        """Return an access token for a department's machine."""
        return str((await self.new_client_token(who))["access_token"])

    async def new_client_token(self, who: DepartmentClient) -> dict[str, Any]:
        """Return the token door's whole answer, with the token's lifetime."""
        path, form = "/api/auth/v1/token", {"grant_type": "client_credentials"}
        basic = httpx.BasicAuth(who.client_id, who.client_secret)
        return await self._answered(path, lambda: self._client.post(path, data=form, auth=basic))

    async def call(
        self, method: str, path: str, token: str | None = None, body: Mapping[str, Any] | bytes | None = None
    ) -> dict[str, Any]:
        """Call a door and return its answer; a busy system is asked again. Raises Refused, DoorClosed."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        given: dict[str, Any] = {"json": body}
        if isinstance(body, bytes):
            given = {"content": body}
            headers["Content-Type"] = "application/json"
        return await self._answered(
            path, lambda: self._client.request(method, path, headers=headers, **given)
        )

    async def _answered(self, path: str, ask: Callable[[], Awaitable[httpx.Response]]) -> dict[str, Any]:
        try:
            async for attempt in stamina.retry_context(
                (_Busy, httpx.TransportError), attempts=8, wait_max=2.0
            ):
                with attempt:
                    answer = await ask()
                    if answer.status_code in _BUSY:
                        raise _Busy
                    return _read(path, answer)
        except (_Busy, httpx.TransportError) as error:
            raise DoorClosed(
                f"系统没有应答 {path}：演示是否还在运行？",
                f"The system gives no answer to {path}: does the demo still run?",
            ) from error
        raise AssertionError("stamina raises what the last attempt met")


def _read(path: str, answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code >= _FAILED:
        raise Refused(path, answer.status_code, answer.text)
    document: dict[str, Any] = answer.json() if answer.content else {}
    return document
