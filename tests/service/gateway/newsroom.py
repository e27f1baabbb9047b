"""The whole system with people who are told things, and the events that tell them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from services.gateway.domain.accounts import NewAccount
from services.gateway.usecases.add_accounts import add_accounts
from shared.auth.permissions import Role
from shared.events.base import Event, Recipient
from shared.events.warning import WarningAssigned, WarningRaised
from shared.kernel.clock import FixedClock
from shared.kernel.ids import new_id
from tests.service.gateway.fake_warning import FakeWarning
from tests.service.gateway.house import CHEAP, PASSWORD, House
from tests.support.system import System

DISTRICT = "310112"
TOWN = "310112101"
OTHER_TOWN = "310112102"
USCC = "91310112133304518C"
DOOR = "/api/notifications/v1"
TOWN_OFFICE = Recipient(role=Role.TOWN_OFFICER, division=TOWN)
DISTRICT_OFFICE = Recipient(role=Role.DISTRICT_OFFICER, division=DISTRICT)


@dataclass(slots=True)
class Person:
    """Somebody who is logged in."""

    house: House
    account_id: UUID
    username: str
    token: str = ""

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.house.call(self.token, "GET", f"{DOOR}{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def kinds(self) -> list[str]:
        """Return the kinds of what they were told, newest first."""
        return [item["kind"] for item in (await self.get("/"))["items"]]

    async def unread(self) -> int:
        return int((await self.get("/unread"))["unread"])

    async def read(self, **body: Any) -> int:
        """Mark as read; return what is left unread."""
        answer = await self.house.call(self.token, "POST", f"{DOOR}/read", json=body)
        assert answer.status_code == 200, answer.text
        return int(answer.json()["unread"])

    async def log_in(self) -> None:
        """Take a new token: one lasts ten minutes."""
        self.token = (await self.house.log_in(self.username)).json()["access_token"]

    async def log_out(self) -> None:
        answer = await self.house.call(self.token, "POST", "/api/auth/v1/logout")
        assert answer.status_code == 204


@dataclass(slots=True)
class Newsroom:
    """Tells events as their owners do, and lets people log in."""

    system: System
    house: House

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, clock: FixedClock, folder: Path) -> AsyncIterator[Self]:
        async with System.started(url, clock, folder) as system:
            yield cls(system, House(system.host.front, system.db("gateway"), clock, FakeWarning(), {}))

    async def person(self, role: Role, division: str = TOWN, name: str | None = None) -> Person:
        """Add somebody and log them in."""
        username = name or f"{role.value}.{division}".replace("_", ".")
        new = NewAccount(username, PASSWORD, role.value, division)
        (account_id,) = await add_accounts(self.house.db, CHEAP, [new], "tests")
        person = Person(self.house, account_id, username)
        await person.log_in()
        return person

    async def tell(self, *events: Event) -> None:
        """Let the events' owners tell them, and everything come to rest."""
        await self.system.tell(*events)

    async def later(self, **by: float) -> None:
        self.system.clock.advance(timedelta(**by))


def facts(system: System, **changes: Any) -> Mapping[str, Any]:
    """Return what every event of a warning says."""
    known = {
        "warning_id": new_id(),
        "uscc": USCC,
        "division": TOWN,
        "level": "red",
        "state": "assigned",
        "version": 1,
        "at": system.clock.now(),
    }
    return known | changes


def case_facts(system: System, **changes: Any) -> Mapping[str, Any]:
    """Return what every event of a case says."""
    known = {
        "case_id": new_id(),
        "warning_id": new_id(),
        "uscc": USCC,
        "division": TOWN,
        "state": "open",
        "version": 1,
        "at": system.clock.now(),
    }
    return known | changes


def raised(system: System, *told: Recipient, **changes: Any) -> WarningRaised:
    known = facts(system, rule_ids=("wage_arrears",), double_red=False, told=told or (TOWN_OFFICE,))
    return WarningRaised.model_validate({**known, **changes})


def assigned(
    system: System, to: UUID | None, queue: str | None = None, former: UUID | None = None
) -> WarningAssigned:
    known = facts(system, assignee_id=to, queue_division=queue, reason="cell", former_assignee_id=former)
    return WarningAssigned.model_validate(known)
