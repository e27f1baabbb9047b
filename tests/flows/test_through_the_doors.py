"""The main job as its users see it: a department sends, a coordinator handles, an officer closes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from services.gateway.domain.accounts import NewAccount, NewDepartment
from services.gateway.usecases.add_accounts import add_accounts
from services.gateway.usecases.add_department import ClientCredentials, add_department
from services.gateway.usecases.keep_departments import grant_indicators
from services.gateway.usecases.password_hashing import Passwords
from services.warning.usecases.publish_indicators import default_indicators, publish_indicators
from shared.auth.permissions import Role
from tests.support.system import System

pytestmark = pytest.mark.asyncio

TOWN = "310112101"
USCC = "91310112133304518C"
PASSWORD = "correct horse battery 7"
STAFF = (
    NewAccount("grid-1", PASSWORD, Role.GRID_COORDINATOR, TOWN, (f"{TOWN}-G01",)),
    NewAccount("grid-2", PASSWORD, Role.GRID_COORDINATOR, "310112102"),
    NewAccount("town-1", PASSWORD, Role.TOWN_OFFICER, TOWN),
    NewAccount("town-2", PASSWORD, Role.TOWN_OFFICER, "310112102"),
    NewAccount("district-1", PASSWORD, Role.DISTRICT_OFFICER, "310112"),
    NewAccount("inspector-1", PASSWORD, Role.INSPECTOR, "310112"),
    NewAccount("auditor-1", PASSWORD, Role.AUDITOR, "310112"),
)


class Doors:
    """Clients of the gateway, logged in."""

    def __init__(self, system: System, credentials: ClientCredentials) -> None:
        self.system = system
        self.credentials = credentials

    async def as_user(self, username: str) -> httpx.AsyncClient:
        answer = await self.system.client("gateway").post(
            "/api/auth/v1/login", json={"username": username, "password": PASSWORD}
        )
        assert answer.status_code == 200, answer.text
        return self.system.client("gateway", answer.json()["access_token"])

    async def as_department(self) -> httpx.AsyncClient:
        answer = await self.system.client("gateway").post(
            "/api/auth/v1/token",
            data={"grant_type": "client_credentials"},
            auth=(self.credentials.client_id, self.credentials.client_secret),
        )
        assert answer.status_code == 200, answer.text
        return self.system.client("gateway", answer.json()["access_token"])


@pytest_asyncio.fixture
async def doors(system: System) -> AsyncIterator[Doors]:
    await add_accounts(system.db("gateway"), Passwords(), STAFF, "test")
    async with system.db("gateway").write() as tx:
        credentials = await add_department(tx, NewDepartment("hrss", ("wage_arrears",), "310112"), "test")
    await system.settle()
    made = Doors(system, credentials)
    body = {"name": "上海某某电子有限公司", "workplace_division": TOWN, "grid_cell": f"{TOWN}-G01"}
    officer = await made.as_user("district-1")
    answer = await officer.put(f"/api/dashboard/v1/enterprises/{USCC}", json=body)
    assert answer.status_code == 200, answer.text
    yield made


def signal(**changes: Any) -> dict[str, Any]:
    facts = {"source": "hrss", "source_ref": uuid4().hex, "uscc": USCC, "indicator": "wage_arrears"}
    return facts | {"period": "2026-10", "amount_cny": "812345.60", "months": 3, "workers": 41} | changes


async def step(
    client: httpx.AsyncClient, door: str, warning_id: str, what: str, **fields: Any
) -> httpx.Response:
    path = f"/api/{door}/v1/warnings/{warning_id}/{what}"
    return await client.post(path, json={"action_id": str(uuid4())} | fields)


async def test_a_signal_becomes_a_red_that_is_handled_and_closed(doors: Doors) -> None:
    department = await doors.as_department()
    sent = await department.post("/api/intake/v1/signals", json=signal())
    assert (sent.status_code, sent.json()["status"]) == (201, "accepted")
    await doors.system.settle()

    coordinator = await doors.as_user("grid-1")
    items = (await coordinator.get("/api/mobile/v1/worklist")).json()["items"]
    assert [(item["level"], item["state"]) for item in items] == [("red", "assigned")]
    warning_id = items[0]["id"]
    for what, fields in (
        ("accept", {}),
        ("visit", {"findings": "工资确未发放"}),
        ("outcome", {"outcome": "resolved", "evidence": "银行凭证已核"}),
    ):
        assert (await step(coordinator, "mobile", warning_id, what, **fields)).status_code == 201

    officer = await doors.as_user("district-1")
    closed = await step(
        officer, "dashboard", warning_id, "close", reason_code="true_resolved", evidence="凭证齐全"
    )
    assert (closed.status_code, closed.json()["state"]) == (201, "closed")
    timeline = (await officer.get(f"/api/dashboard/v1/enterprises/{USCC}")).json()["timeline"]
    assert {entry["kind"] for entry in timeline} == {"signal", "assessment", "warning"}


async def test_nothing_of_another_town_is_visible(doors: Doors) -> None:
    department = await doors.as_department()
    await department.post("/api/intake/v1/signals", json=signal())
    await doors.system.settle()
    stranger = await doors.as_user("town-2")
    mine = await doors.as_user("town-1")
    warning_id = (await mine.get("/api/dashboard/v1/warnings")).json()["items"][0]["id"]
    assert (await stranger.get("/api/dashboard/v1/warnings")).json()["items"] == []
    assert (await stranger.get(f"/api/dashboard/v1/warnings/{warning_id}")).status_code == 404
    assert (await stranger.get(f"/api/dashboard/v1/enterprises/{USCC}")).status_code == 404
    assert (await stranger.get("/api/dashboard/v1/enterprises?q=电子")).json()["items"] == []
    assert (await step(stranger, "dashboard", warning_id, "pause", reason="越权")).status_code == 404
    overview = (await stranger.get("/api/dashboard/v1/overview")).json()
    assert sum(town["red"] + town["orange"] for town in overview["towns"]) == 0


@pytest.mark.parametrize(
    ("username", "path", "status"),
    [
        ("grid-1", "/api/dashboard/v1/overview", 403),
        ("inspector-1", "/api/dashboard/v1/overview", 200),
        ("auditor-1", "/api/dashboard/v1/warnings", 200),
        ("auditor-1", "/api/mobile/v1/worklist", 403),
        ("town-1", "/api/dashboard/v1/rule-packs", 200),
    ],
)
async def test_a_role_opens_its_own_doors(doors: Doors, username: str, path: str, status: int) -> None:
    client = await doors.as_user(username)
    assert (await client.get(path)).status_code == status


async def test_an_auditor_reads_and_does_nothing(doors: Doors) -> None:
    auditor = await doors.as_user("auditor-1")
    assert (await step(auditor, "dashboard", str(uuid4()), "close")).status_code == 403


async def test_a_look_at_a_warning_is_recorded(doors: Doors) -> None:
    department = await doors.as_department()
    await department.post("/api/intake/v1/signals", json=signal())
    await doors.system.settle()
    coordinator = await doors.as_user("grid-1")
    warning_id = (await coordinator.get("/api/mobile/v1/worklist")).json()["items"][0]["id"]
    await coordinator.get(f"/api/mobile/v1/warnings/{warning_id}")
    async with doors.system.db("gateway").read() as tx:
        driver = await tx.driver()
        looks = await driver.fetch("SELECT * FROM gateway.audit_log WHERE object LIKE '%' || $1", warning_id)
    assert len(looks) == 1


async def test_an_officer_asks_for_an_assessment_and_proves_a_former_one(doors: Doors) -> None:
    department = await doors.as_department()
    await department.post("/api/intake/v1/signals", json=signal())
    await doors.system.settle()
    officer, auditor = await doors.as_user("district-1"), await doors.as_user("auditor-1")
    asked = await officer.post(f"/api/dashboard/v1/enterprises/{USCC}/assess")
    assert asked.status_code == 202, asked.text
    warning_id = (await officer.get("/api/dashboard/v1/warnings")).json()["items"][0]["id"]
    evidence = (await officer.get(f"/api/dashboard/v1/warnings/{warning_id}")).json()["evidence"]
    proven = await auditor.post(f"/api/dashboard/v1/assessments/{evidence['assessment_id']}/recheck")
    assert (proven.status_code, proven.json()["same"]) == (200, True)


async def test_a_new_indicator_is_granted_to_a_department_and_taken_from_its_day_on(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.warning.usecases.indicator_registry.FRESH_SECONDS", 0.0)
    entry = default_indicators()["indicators"][0] | {"id": "deposit_unpaid", "source_departments": ["hrss"]}
    async with doors.system.db("warning").write() as tx:
        await publish_indicators(tx, {"effective_from": "2026-11-19", "indicators": [entry]})

    async def send() -> httpx.Response:
        department = await doors.as_department()
        return await department.post("/api/intake/v1/signals", json=signal(indicator="deposit_unpaid"))

    foreign = await send()
    assert (foreign.status_code, foreign.json()["code"]) == (403, "foreign_indicator")
    assert "departments grant" in foreign.json()["title"]
    async with doors.system.db("gateway").write() as tx:
        await grant_indicators(tx, "hrss", ["deposit_unpaid"], "test")
    early = await send()
    assert (early.status_code, early.json()["effective_from"]) == (422, "2026-11-19")
    doors.system.clock.advance(timedelta(days=1))
    assert (await send()).status_code == 201
