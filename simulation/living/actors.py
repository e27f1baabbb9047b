"""Somebody at the doors, with a password or a machine's secret; one request at a time."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from shared.kernel.clock import Clock
from simulation.demo.doors import Doors, Refused
from simulation.demo.people import DepartmentClient, Official

Json = dict[str, Any]
_UNAUTHENTICATED, _NOT_FOUND, _CONFLICT = 401, 404, 409
_MARGIN = timedelta(seconds=5)
_PAGE = 200


class Session(Protocol):
    """Where a token comes from."""

    async def fresh(self, doors: Doors) -> Json:
        """Return the next token, with its lifetime in `expires_in` seconds."""
        ...


class _Login:
    """A person's session: by refresh token as long as that holds, else by password."""

    def __init__(self, who: Official) -> None:
        self._who = who
        self._refresh: str | None = None

    async def fresh(self, doors: Doors) -> Json:
        given = await self._renewed(doors) if self._refresh else None
        if given is None:
            login = {"username": self._who.username, "password": self._who.password}
            given = await doors.call("POST", "/api/auth/v1/login", body=login)
        self._refresh = given["refresh_token"]
        return given

    async def _renewed(self, doors: Doors) -> Json | None:
        try:
            return await doors.call("POST", "/api/auth/v1/refresh", body={"refresh_token": self._refresh})
        except Refused as error:
            if error.status != _UNAUTHENTICATED:
                raise
            return None


class _Machine:
    def __init__(self, who: DepartmentClient) -> None:
        self._who = who

    async def fresh(self, doors: Doors) -> Json:
        return await doors.new_client_token(self._who)


class Actor:
    """Somebody who reads and acts. What another one did first, or took away, is part of life."""

    def __init__(self, doors: Doors, clock: Clock, session: Session) -> None:
        self._doors = doors
        self._clock = clock
        self._session = session
        self._token = ""
        self._until: datetime | None = None

    @classmethod
    def official(cls, doors: Doors, clock: Clock, who: Official) -> "Actor":
        return cls(doors, clock, _Login(who))

    @classmethod
    def machine(cls, doors: Doors, clock: Clock, who: DepartmentClient) -> "Actor":
        return cls(doors, clock, _Machine(who))

    async def read(self, path: str) -> Json:
        """Return what a door shows. Raises Refused."""
        return await self._call("GET", path)

    async def pages(self, path: str) -> AsyncIterator[list[Json]]:
        """Yield a list's pages. Raises Refused."""
        cursor: str | None = ""
        while cursor is not None:
            page = await self.read(f"{path}?limit={_PAGE}" + (f"&cursor={cursor}" if cursor else ""))
            yield page["items"]
            cursor = page["next_cursor"]

    async def read_all(self, path: str) -> list[Json]:
        """Return a whole list. Raises Refused."""
        return [one async for page in self.pages(path) for one in page]

    async def look_at(self, path: str) -> Json | None:
        """Return what a door shows, None when it is no longer theirs to see. Raises Refused."""
        try:
            return await self.read(path)
        except Refused as error:
            if error.status != _NOT_FOUND:
                raise
            return None

    async def act(self, path: str, action_id: str, **fields: object) -> bool:
        """Do something; False when somebody or something was quicker. Raises Refused."""
        try:
            await self._call("POST", path, {"action_id": action_id} | fields)
        except Refused as error:
            if error.status not in {_NOT_FOUND, _CONFLICT}:
                raise
            return False
        return True

    async def send(self, path: str, body: bytes) -> Json:
        """Post a body. Raises Refused."""
        return await self._call("POST", path, body)

    async def _call(self, method: str, path: str, body: Mapping[str, Any] | bytes | None = None) -> Json:
        if self._until is None or self._clock.now() >= self._until:
            await self._log_in()
        try:
            return await self._doors.call(method, path, self._token, body)
        except Refused as error:
            # Their hour may have ended on the way.
            if error.status != _UNAUTHENTICATED:
                raise
        await self._log_in()
        return await self._doors.call(method, path, self._token, body)

    async def _log_in(self) -> None:
        given = await self._session.fresh(self._doors)
        self._token = given["access_token"]
        self._until = self._clock.now() + timedelta(seconds=given["expires_in"]) - _MARGIN
