"""A small mediation network for tests: a centre, a town, a park, a committee, and their mediators."""

from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.auth.permissions import Role
from shared.events.gateway import AccountChanged
from shared.events.warning import WarningHandedOver
from shared.kernel.ids import new_id
from tests.support.enterprises import a_uscc
from tests.support.system import System

TOWN = "310112101"
OTHER_TOWN = "310112102"
DISTRICT = "310112"
CENTRE = "MED-D-1"
HOUSE = a_uscc(7)
ZONE = "莘庄商圈"
ORGANISATIONS: dict[str, dict[str, Any]] = {
    "T-1": {"tier": "town", "division": TOWN},
    "T-2": {"tier": "town", "division": OTHER_TOWN},
    "P-1": {"tier": "park", "division": TOWN, "grid_cells": [f"{TOWN}-G01"], "zone": ZONE},
    "E-1": {"tier": "enterprise", "division": TOWN, "uscc": HOUSE},
}


class Network:
    """The organisations with one mediator each, two in the town, none in the centre."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.officer = system.client("mediation", system.token(Role.DISTRICT_OFFICER))
        self.people: dict[str, UUID] = {}

    async def build(self) -> None:
        for code, place in ORGANISATIONS.items():
            answer = await self.officer.put(f"/organisations/{code}", json={"name": f"组织{code}"} | place)
            assert answer.status_code == 200, answer.text
        people = {"t1": "T-1", "t1b": "T-1", "t2": "T-2", "p1": "P-1", "e1": "E-1"}
        await self.system.tell(*(self._account(name, code) for name, code in people.items()))
        for name, code in people.items():
            await self._attach(name, code)

    async def employ(self, name: str, code: str | None = None, **changes: Any) -> None:
        """Let the gateway tell of a mediator, and attach them."""
        await self.system.tell(self._account(name, code, **changes))
        if code is not None:
            await self._attach(name, code)

    def _account(self, name: str, code: str | None, **changes: Any) -> AccountChanged:
        """Return what the gateway tells of a mediator, who sees the division of the organisation."""
        account_id = self.people.setdefault(name, new_id())
        facts: dict[str, Any] = {
            "role": Role.MEDIATOR,
            "division": ORGANISATIONS[code]["division"] if code in ORGANISATIONS else DISTRICT,
            "grid_cells": (),
            "deputy_cells": (),
        }
        facts |= {"account_id": account_id, "username": name, "enabled": True} | changes
        return AccountChanged.model_validate(facts)

    async def _attach(self, name: str, code: str) -> None:
        answer = await self.officer.put(f"/organisations/{code}/mediators/{name}")
        assert answer.status_code == 200, answer.text

    def mediator(self, name: str) -> httpx.AsyncClient:
        token = self.system.token(Role.MEDIATOR, TOWN, account_id=self.people[name], username=name)
        return self.system.client("mediation", token)

    def reader(self, role: Role, division: str = "310112") -> httpx.AsyncClient:
        return self.system.client("mediation", self.system.token(role, division))

    async def hand_over(self, **changes: Any) -> UUID:
        """Let the warning service hand a warning over; return the warning's id."""
        event = handed_over(self.system, **changes)
        await self.system.tell(event)
        return event.warning_id

    async def cases(self, name: str, **query: Any) -> list[dict[str, Any]]:
        answer = await self.mediator(name).get("/cases", params=query)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def case(self, warning_id: UUID) -> dict[str, Any]:
        """Return the newest case of a warning as the district sees it."""
        found = []
        for state in ("received", "accepted", "closed"):
            page = (await self.officer.get("/cases", params={"state": state})).json()
            found += [one for one in page["items"] if one["warning_id"] == str(warning_id)]
        newest = max(found, key=lambda one: one["id"])
        detail: dict[str, Any] = (await self.officer.get(f"/cases/{newest['id']}")).json()
        return detail

    async def accepted(self, **changes: Any) -> str:
        """Return a case that t1 of the town accepted."""
        case = await self.case(await self.hand_over(**changes))
        answer = await step(self.mediator("t1"), case["id"], "accept")
        assert answer.status_code == 201, answer.text
        return str(case["id"])


def handed_over(system: System, **changes: Any) -> WarningHandedOver:
    """Return the event of a hand-over: five workers in a town, nothing narrower known."""
    facts: dict[str, Any] = {
        "warning_id": new_id(),
        "uscc": a_uscc(1),
        "division": TOWN,
        "level": "orange",
        "state": "handed_over",
        "version": 6,
        "at": system.clock.now(),
        "assignee_id": new_id(),
        "enterprise_name": "上海某某电子有限公司",
        "sole_trader": False,
        "grid_cell": None,
        "zone": None,
        "industry": "C39",
        "headcount": 120,
        "workers": 5,
        "amount_cny": "81234.50",
        "note": "双方愿意调解",
    }
    return WarningHandedOver.model_validate(facts | changes)


async def step(client: httpx.AsyncClient, case_id: str, name: str, **fields: Any) -> httpx.Response:
    """Do a step under a new action id."""
    return await client.post(f"/cases/{case_id}/{name}", json={"action_id": str(uuid4())} | fields)
