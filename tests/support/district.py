"""A small district for tests of the warning service."""

from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.auth.permissions import Role
from shared.events.gateway import AccountChanged
from shared.kernel.ids import new_id
from tests.support.system import System

TOWN = "310112101"
USCC = "91310112133304518C"
HRSS = frozenset({"wage_arrears", "labour_relations_change", "complaint", "social_insurance_arrears"})


class District:
    """One town with two coordinators, and an enterprise in the first one's cell."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.first, self.second = new_id(), new_id()
        self.officer = system.client("warning", system.token(Role.DISTRICT_OFFICER))
        department = system.token(Role.DEPARTMENT, source="hrss", indicators=HRSS)
        self.department = system.client("warning", department)

    def coordinator(self, account_id: UUID) -> httpx.AsyncClient:
        token = self.system.token(Role.GRID_COORDINATOR, TOWN, account_id=account_id)
        return self.system.client("warning", token)

    async def open(self) -> None:
        """Let the gateway tell of the coordinators, and register the enterprise."""
        await self.system.tell(
            coordinator(self.first, "c1", (f"{TOWN}-G01",)), coordinator(self.second, "c2", (f"{TOWN}-G02",))
        )
        answer = await self.register(headcount=120)
        assert answer.status_code == 200, answer.text

    async def employ(self, account_id: UUID, name: str, cells: tuple[str, ...] = (), **changes: Any) -> None:
        """Let the gateway tell of a coordinator."""
        await self.system.tell(coordinator(account_id, name, cells, **changes))

    async def register(self, uscc: str = USCC, **changes: Any) -> httpx.Response:
        body = {
            "name": "上海某某电子有限公司",
            "workplace_division": TOWN,
            "grid_cell": f"{TOWN}-G01",
        } | changes
        return await self.officer.put(f"/enterprises/{uscc}", json=body)

    async def send(self, **fields: Any) -> dict[str, Any]:
        """Send one signal of the department, let everything come to rest, and return its result."""
        result = await self.store(**fields)
        await self.system.settle()
        return result

    async def store(self, **fields: Any) -> dict[str, Any]:
        """Send one signal, which nobody assesses yet, and return its result."""
        signal = {
            "source": "hrss",
            "source_ref": uuid4().hex,
            "uscc": USCC,
            "indicator": "wage_arrears",
        } | fields
        answer = await self.department.post(
            "/signals", json=signal, headers={"Content-Type": "application/x-ndjson"}
        )
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()["results"][0]
        return result

    async def warnings(self) -> list[dict[str, Any]]:
        answer = await self.officer.get("/warnings")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def worklist(self, account_id: UUID) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.coordinator(account_id).get("/worklist")).json()["items"]
        return items

    async def detail(self, warning_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.officer.get(f"/warnings/{warning_id}")).json()
        return found


async def act(client: httpx.AsyncClient, warning_id: str, step: str, **fields: Any) -> httpx.Response:
    """Do a step under a new action id."""
    return await client.post(f"/warnings/{warning_id}/{step}", json={"action_id": str(uuid4())} | fields)


def coordinator(account_id: UUID, name: str, cells: tuple[str, ...] = (), **changes: Any) -> AccountChanged:
    """Return what the gateway tells of a coordinator."""
    facts = {
        "account_id": account_id,
        "username": name,
        "role": Role.GRID_COORDINATOR,
        "division": TOWN,
        "grid_cells": cells,
        "deputy_cells": (),
        "enabled": True,
    } | changes
    return AccountChanged.model_validate(facts)
