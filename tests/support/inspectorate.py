"""A small inspectorate for tests: three inspectors, a district officer, and warnings that are referred to it."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text

from shared.auth.permissions import Role
from shared.events.gateway import AccountChanged
from shared.events.warning import CalendarDay, CalendarNoticeTaken, WarningReferred
from shared.kernel.ids import new_id
from tests.support.system import System

DISTRICT, TOWN, OTHER_TOWN = "310112", "310112101", "310112102"
USCC = "91310112133304518C"


class Inspectorate:
    """Who works there, and what they ask of the service."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.ids = [new_id(), new_id(), new_id()]
        self.first, self.second, self.third = (self.client(Role.INSPECTOR, one) for one in self.ids)
        self.officer = self.client(Role.DISTRICT_OFFICER)

    def client(
        self, role: Role, account_id: UUID | None = None, division: str = DISTRICT
    ) -> httpx.AsyncClient:
        return self.system.client(
            "inspection", self.system.token(role, division, account_id=account_id or new_id())
        )

    async def open(self) -> None:
        """Let the gateway tell of the three."""
        names = {account_id: f"inspector-{number}" for number, account_id in enumerate(self.ids, start=1)}
        await self.system.tell(*(inspector(account_id, name) for account_id, name in names.items()))

    async def employ(self, account_id: UUID, name: str, **changes: Any) -> None:
        """Let the gateway tell of an inspector."""
        await self.system.tell(inspector(account_id, name, **changes))

    async def refer(self, warning_id: UUID | None = None, **changes: Any) -> UUID:
        """Let the warning service refer a warning; return its id."""
        facts = {
            "warning_id": warning_id or new_id(),
            "uscc": USCC,
            "division": TOWN,
            "level": "red",
            "state": "referred",
            "version": 7,
            "at": self.system.clock.now(),
            "assignee_id": new_id(),
            "enterprise_name": "上海某某电子有限公司",
            "sole_trader": False,
            "grid_cell": f"{TOWN}-G01",
            "zone": None,
            "industry": "C39",
            "headcount": 120,
            "workers": 41,
            "amount_cny": Decimal("812345.60"),
            "note": "三个月未发工资，企业负责人拒不配合",
        } | changes
        referred = WarningReferred.model_validate(facts)
        await self.system.tell(referred)
        return referred.warning_id

    async def publish_year(self, year: int, *days: CalendarDay) -> None:
        """Let the warning service tell of a notice on working days."""
        await self.system.tell(CalendarNoticeTaken(source="国务院办公厅通知", year=year, days=days))

    async def cases(self, client: httpx.AsyncClient | None = None, **query: Any) -> list[dict[str, Any]]:
        answer = await (client or self.officer).get("/cases", params=query)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def a_case(self, **changes: Any) -> str:
        """Refer a warning and return the id of its case."""
        warning_id = str(await self.refer(**changes))
        return next(str(case["id"]) for case in await self.cases() if case["warning_id"] == warning_id)

    async def a_filed_case(self, **changes: Any) -> str:
        """Return a case of the first two inspectors."""
        case_id = await self.a_case(**changes)
        await done(self.first, case_id, "assign", officer_ids=self.pair())
        return case_id

    async def an_ordered_case(self, due_on: str = "2026-11-25") -> str:
        """Return a case in which the employer has until a day to put it right."""
        case_id = await self.a_filed_case()
        await done(self.first, case_id, "finding", **VIOLATION)
        await done(self.second, case_id, "order", **ORDER | {"due_on": due_on})
        return case_id

    def pair(self, *which: int) -> list[str]:
        """Return the ids of inspectors by number, the first two where none is named."""
        return [str(self.ids[one]) for one in which or (0, 1)]

    async def detail(self, case_id: str) -> dict[str, Any]:
        answer = await self.officer.get(f"/cases/{case_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def clock_of(self, case_id: str, kind: str) -> dict[str, Any]:
        clocks = (await self.detail(case_id))["clocks"]
        return next(clock for clock in clocks if clock["kind"] == kind)

    async def told(self, event_type: str) -> list[dict[str, Any]]:
        """Return what the service told by events of one type, oldest first."""
        async with self.system.db("inspection").read() as tx:
            rows = await tx.rows(
                text(
                    "SELECT body::json->'data' AS data FROM inspection.outbox WHERE type = :type ORDER BY seq"
                ),
                {"type": event_type},
            )
        return [row.data for row in rows]


VIOLATION = {"finding": "violation", "findings": "欠发41人三个月工资", "visited_on": "2026-11-18"}
NO_VIOLATION = {"finding": "no_violation", "findings": "工资已按月足额发放", "visited_on": "2026-11-18"}
ORDER = {
    "article": "《劳动保障监察条例》第二十六条",
    "requirement": "支付41名劳动者拖欠工资",
    "amount_cny": "812345.60",
    "due_on": "2026-11-25",
}


async def act(client: httpx.AsyncClient, case_id: str, step: str, **fields: Any) -> httpx.Response:
    """Do a step under a new action id."""
    return await client.post(f"/cases/{case_id}/{step}", json={"action_id": str(uuid4())} | fields)


async def done(client: httpx.AsyncClient, case_id: str, step: str, **fields: Any) -> dict[str, Any]:
    """Do a step that has to succeed."""
    answer = await act(client, case_id, step, **fields)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def inspector(account_id: UUID, name: str, **changes: Any) -> AccountChanged:
    """Return what the gateway tells of an inspector."""
    facts = {
        "account_id": account_id,
        "username": name,
        "role": Role.INSPECTOR,
        "division": DISTRICT,
        "grid_cells": (),
        "deputy_cells": (),
        "enabled": True,
    } | changes
    return AccountChanged.model_validate(facts)
