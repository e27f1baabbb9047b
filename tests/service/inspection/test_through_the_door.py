"""Inspectors come through the gateway, and every look at a case is on the record."""

from typing import Any

import pytest
from sqlalchemy import text

from services.gateway.domain.accounts import NewAccount
from services.gateway.domain.passwords import HashCost
from services.gateway.usecases.add_accounts import add_accounts
from services.gateway.usecases.password_hashing import Passwords
from shared.auth.permissions import Role
from tests.support.inspectorate import DISTRICT, NO_VIOLATION, OTHER_TOWN, TOWN, Inspectorate
from tests.support.system import System

pytestmark = pytest.mark.asyncio

PASSWORD = "corner-lantern-42"
PEOPLE = (
    ("first", Role.INSPECTOR, DISTRICT),
    ("second", Role.INSPECTOR, DISTRICT),
    ("town", Role.TOWN_OFFICER, TOWN),
    ("other-town", Role.TOWN_OFFICER, OTHER_TOWN),
    ("coordinator", Role.GRID_COORDINATOR, TOWN),
)
DOOR = "/api/inspection/v1"


async def log_in(system: System, username: str) -> dict[str, str]:
    async with system.client("gateway") as client:
        answer = await client.post("/api/auth/v1/login", json={"username": username, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def test_a_case_is_filed_found_and_closed_through_the_door(system: System) -> None:
    cheap = Passwords(HashCost(8, 1, 1, "for tests"))
    accounts = [NewAccount(name, PASSWORD, role.value, division) for name, role, division in PEOPLE]
    await add_accounts(system.db("gateway"), cheap, accounts, "tests")
    await system.settle()
    await Inspectorate(system).refer()
    headers = {name: await log_in(system, name) for name, _, _ in PEOPLE}
    first = headers["first"]
    async with system.client("gateway") as client:
        (case,) = (await client.get(f"{DOOR}/cases", headers=first)).json()["items"]
        path = f"{DOOR}/cases/{case['id']}"
        people = (await client.get(f"{DOOR}/inspectors", headers=first)).json()["items"]
        assert [one["username"] for one in people] == ["first", "second"]
        steps: list[tuple[str, dict[str, Any]]] = [
            ("assign", {"officer_ids": [one["id"] for one in people]}),
            ("finding", NO_VIOLATION),
            ("close", {"outcome": "no_violation", "reason": "未发现违法"}),
        ]
        for number, (step, fields) in enumerate(steps):
            action = {"action_id": f"00000000-0000-7000-8000-00000000000{number}"} | fields
            for status in (201, 200):
                answer = await client.post(f"{path}/{step}", json=action, headers=first)
                assert answer.status_code == status, answer.text
        assert (await client.get(path, headers=headers["town"])).json()["state"] == "closed"
        assert (await client.get(path, headers=headers["other-town"])).status_code == 404
        assert (await client.get(path, headers=headers["coordinator"])).status_code == 403
        dashboard = "/api/dashboard/v1/inspection-cases?state=closed"
        listed = (await client.get(dashboard, headers=headers["town"])).json()["items"]
        assert [one["id"] for one in listed] == [case["id"]]
        assert (await client.get(dashboard, headers=headers["other-town"])).json()["items"] == []
    async with system.db("gateway").read() as tx:
        looks = text(
            "SELECT actor, outcome FROM gateway.audit_log"
            " WHERE action = 'inspection.read' AND object = :id ORDER BY seq"
        )
        rows = await tx.rows(looks, {"id": case["id"]})
    assert [tuple(row) for row in rows] == [("town", "ok"), ("other-town", "404")]
