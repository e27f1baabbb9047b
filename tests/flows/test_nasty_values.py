"""Whatever stands in an address or a body, the answer is a result or a problem: never a 500."""

from collections.abc import AsyncIterator, Mapping
from itertools import chain

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from services.gateway.api.documents import openapi_documents
from services.gateway.domain.accounts import NewAccount, NewDepartment
from services.gateway.domain.passwords import HashCost
from services.gateway.usecases.add_accounts import add_accounts
from services.gateway.usecases.add_department import add_department
from services.gateway.usecases.password_hashing import Passwords
from shared.auth.permissions import Role
from shared.web.errors import PROBLEM_TYPE
from tests.flows.nasty import Call, Operation, operations_of
from tests.support.district import HRSS, TOWN, USCC, District
from tests.support.system import System

pytestmark = pytest.mark.asyncio

PASSWORD = "correct horse battery 7"
OFFICIALS = tuple(role for role in Role if role is not Role.DEPARTMENT)
REFUSED_TO_THE_CALLER = {401, 403}
JSON = {"Content-Type": "application/json"}


class Everybody:
    """A client for every role, at the gateway's doors and at each service's own."""

    def __init__(
        self, system: System, doors: Mapping[Role, httpx.AsyncClient], known: Mapping[str, str]
    ) -> None:
        self.system = system
        self.doors = doors
        self.known = known

    def at(self, service: str) -> list[httpx.AsyncClient]:
        tokens = [
            self.system.token(role, source="hrss" if role is Role.DEPARTMENT else None, indicators=HRSS)
            for role in Role
        ]
        return [self.system.client(service, token) for token in tokens]


@pytest_asyncio.fixture
async def everybody(system: System) -> AsyncIterator[Everybody]:
    accounts = [
        NewAccount(role.value, PASSWORD, role, TOWN if "town" in role else "310112") for role in OFFICIALS
    ]
    accounts[0] = NewAccount(OFFICIALS[0].value, PASSWORD, Role.GRID_COORDINATOR, TOWN, (f"{TOWN}-G01",))
    await add_accounts(system.db("gateway"), Passwords(HashCost(8, 1, 1, "for tests")), accounts, "tests")
    async with system.db("gateway").write() as tx:
        credentials = await add_department(tx, NewDepartment("hrss", tuple(HRSS), "310112"), "tests")
        coordinator = await tx.value(text("SELECT id FROM gateway.accounts WHERE role = 'grid_coordinator'"))
    await system.settle()
    district = District(system)
    await district.register()
    await district.send(period="2026-10", months=3, workers=41)
    warning_id = (await district.warnings())[0]["id"]
    doors: dict[Role, httpx.AsyncClient] = {}
    for role in OFFICIALS:
        answer = await system.client("gateway").post(
            "/api/auth/v1/login", json={"username": role.value, "password": PASSWORD}
        )
        doors[role] = system.client("gateway", answer.json()["access_token"])
    answer = await system.client("gateway").post(
        "/api/auth/v1/token",
        data={"grant_type": "client_credentials"},
        auth=(credentials.client_id, credentials.client_secret),
    )
    doors[Role.DEPARTMENT] = system.client("gateway", answer.json()["access_token"])
    known = {
        "warning_id": warning_id,
        "uscc": USCC,
        "version": "1",
        "coordinator_id": str(coordinator),
        "assignee_id": str(coordinator),
        "source": "hrss",
        "indicator": "wage_arrears",
        "period": "2026-10",
    }
    yield Everybody(system, doors, known)


async def faults(client: httpx.AsyncClient, call: Call) -> list[str]:
    """Send a call; return what is wrong with the answer."""
    answer = await client.request(call.method, call.address, content=call.body, headers=JSON)
    refused = answer.status_code >= httpx.codes.BAD_REQUEST
    told = f"{answer.status_code} {call.method} {call.address[:100]} {call.what}"
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        return [told]
    return [told] if refused and answer.headers["content-type"] != PROBLEM_TYPE else []


async def permitted(clients: list[httpx.AsyncClient], operation: Operation) -> httpx.AsyncClient:
    """Return somebody who may do it."""
    for client in clients:
        answer = await client.request(operation.method, operation.address, content=b"[]", headers=JSON)
        if answer.status_code not in REFUSED_TO_THE_CALLER:
            return client
    raise AssertionError(f"nobody may {operation.method} {operation.path}")


@pytest.mark.parametrize("door", sorted(openapi_documents()))
async def test_no_value_at_a_door_makes_a_500(everybody: Everybody, door: str) -> None:
    found: list[str] = []
    calls = 0
    anonymous = [everybody.system.client("gateway")]
    for operation in operations_of(openapi_documents()[door], everybody.known):
        # What logs in and out asks for no token, and takes one as what to end.
        # A partner's message is proven by its signature: unsigned it must be refused before it is looked at.
        public = door == "federation" or (door == "auth" and operation.method == "POST")
        client = anonymous[0] if public else await permitted(list(everybody.doors.values()), operation)
        for call in chain(operation.addresses(), operation.bodies()):
            found += await faults(client, call)
            calls += 1
    assert found == []
    assert calls > len(openapi_documents()[door]["paths"])


@pytest.mark.parametrize("service", ["warning", "mediation", "inspection"])
async def test_no_value_in_an_address_of_a_service_makes_a_500(everybody: Everybody, service: str) -> None:
    """Bodies reach it through the doors as they came; addresses were looked at by the gateway before."""
    app = everybody.system.host.hosted[service].service.app
    found: list[str] = []
    for operation in operations_of(app.openapi(), everybody.known):
        client = await permitted(everybody.at(service), operation)
        for call in operation.addresses():
            found += await faults(client, call)
    assert found == []
