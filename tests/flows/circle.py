"""A district's people at the gateway's doors, taking warnings all the way round: through mediation and inspection.

They are stubborn: what got no answer is sent again under its action id, as a client on the street would do.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx

from services.gateway.domain.accounts import NewAccount, NewDepartment
from services.gateway.domain.passwords import HashCost
from services.gateway.usecases.add_accounts import add_accounts
from services.gateway.usecases.add_department import ClientCredentials, add_department
from services.gateway.usecases.password_hashing import Passwords
from shared.auth.permissions import Role
from shared.db.tx import Database
from shared.kernel.clock import shanghai_day
from tests.support.enterprises import a_uscc
from tests.support.system import System

DISTRICT = "310112"
TOWNS = ("310112101", "310112102")
PASSWORD = "corner-lantern-42"
STAFF = (
    *(NewAccount(f"grid-{town}", PASSWORD, Role.GRID_COORDINATOR, town, (f"{town}-G01",)) for town in TOWNS),
    *(NewAccount(f"town-{town}", PASSWORD, Role.TOWN_OFFICER, town) for town in TOWNS),
    *(NewAccount(f"mediator-{town}", PASSWORD, Role.MEDIATOR, town) for town in TOWNS),
    NewAccount("district-1", PASSWORD, Role.DISTRICT_OFFICER, DISTRICT),
    NewAccount("inspector-1", PASSWORD, Role.INSPECTOR, DISTRICT),
    NewAccount("inspector-2", PASSWORD, Role.INSPECTOR, DISTRICT),
)
_CHEAP = HashCost(8, 1, 1, "for tests")
_PATIENCE_SECONDS = 90.0
_PAUSE_SECONDS = 0.1
_NOT_NOW = (502, 503, 504)

Json = dict[str, Any]


async def furnish(gateway: Database) -> ClientCredentials:
    """Make the accounts, and a department that reports."""
    await add_accounts(gateway, Passwords(_CHEAP), STAFF, "tests")
    async with gateway.write() as tx:
        return await add_department(tx, NewDepartment("hrss", ("wage_arrears",), DISTRICT), "tests")


@dataclass(slots=True)
class Circle:
    """The people. `door` makes a client of the gateway; `advance` lets happen what can happen by itself."""

    door: Callable[[], httpx.AsyncClient]
    credentials: ClientCredentials
    advance: Callable[[], Awaitable[None]]
    today: date
    tokens: dict[str, str] = field(default_factory=dict)

    async def call(self, who: str, method: str, path: str, body: object = None) -> httpx.Response:
        """Return the answer to one request of somebody, however often it has to be sent."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                async with self.door() as client:
                    client.headers["Authorization"] = f"Bearer {await self._token(client, who)}"
                    answer = await client.request(method, path, json=body)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code not in _NOT_NOW:
                return answer
            assert time.monotonic() < until, f"{method} {path} gets no answer"
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _token(self, client: httpx.AsyncClient, who: str) -> str:
        if who not in self.tokens:
            if who == "hrss":
                form = {
                    "grant_type": "client_credentials",
                    "client_id": self.credentials.client_id,
                    "client_secret": self.credentials.client_secret,
                }
                answer = await client.post("/api/auth/v1/token", data=form)
            else:
                login = {"username": who, "password": PASSWORD}
                answer = await client.post("/api/auth/v1/login", json=login)
            if answer.status_code in _NOT_NOW:
                raise httpx.ConnectError("not now")
            assert answer.status_code == 200, answer.text
            self.tokens[who] = answer.json()["access_token"]
        return self.tokens[who]

    async def act(self, who: str, path: str, **fields: object) -> Json:
        """Do a step once; a repeat after a lost answer gets 200."""
        answer = await self.call(who, "POST", path, {"action_id": str(uuid4())} | fields)
        assert answer.status_code in {200, 201}, f"{who} {path}: {answer.status_code} {answer.text}"
        done: Json = answer.json()
        return done

    async def read(self, who: str, path: str) -> Json:
        """Return what somebody sees."""
        answer = await self.call(who, "GET", path)
        assert answer.status_code == 200, f"{who} {path}: {answer.status_code} {answer.text}"
        seen: Json = answer.json()
        return seen

    async def eventually(self, what: str, look: Callable[[], Awaitable[Json | None]]) -> Json:
        """Return what `look` finds, once it finds it."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            await self.advance()
            found = await look()
            if found is not None:
                return found
            assert time.monotonic() < until, f"never seen: {what}"
            await asyncio.sleep(_PAUSE_SECONDS)

    async def open_offices(self) -> None:
        """Let every town have a mediation centre with a mediator, above them the district's."""
        offices = [(f"T{town}", "town", town) for town in TOWNS] + [("D310112", "district", DISTRICT)]
        for code, tier, division in offices:
            body = {"name": f"{code}调解中心", "tier": tier, "division": division}
            answer = await self.call("district-1", "PUT", f"/api/dashboard/v1/organisations/{code}", body)
            assert answer.status_code in {200, 201}, answer.text
        for town in TOWNS:
            path = f"/api/dashboard/v1/organisations/T{town}/mediators/mediator-{town}"

            async def attached(path: str = path) -> Json | None:
                answer = await self.call("district-1", "PUT", path)
                return {} if answer.is_success else None

            await self.eventually(path, attached)

    async def register(self, uscc: str, town: str) -> None:
        """Register an enterprise."""
        body = {
            "name": f"上海第{uscc[-4:]}电子有限公司",
            "workplace_division": town,
            "grid_cell": f"{town}-G01",
            "headcount": 120,
        }
        answer = await self.call("district-1", "PUT", f"/api/dashboard/v1/enterprises/{uscc}", body)
        assert answer.status_code == 200, answer.text

    async def raised(self, uscc: str, town: str) -> str:
        """Send three months of arrears; return the id of the red warning on its coordinator's list."""
        month = self.today.replace(day=1) - timedelta(days=1)
        signal = {
            "source": "hrss",
            "source_ref": f"{uscc}/1",
            "uscc": uscc,
            "indicator": "wage_arrears",
            "period": f"{month:%Y-%m}",
            "amount_cny": "412600.00",
            "months": 3,
            "workers": 24,
        }
        answer = await self.call("hrss", "POST", "/api/intake/v1/signals", signal)
        assert answer.status_code in {200, 201}, answer.text

        async def listed() -> Json | None:
            items = (await self.read(f"grid-{town}", "/api/mobile/v1/worklist?limit=200"))["items"]
            return next((one for one in items if one["uscc"] == uscc), None)

        warning = await self.eventually(f"a warning of {uscc}", listed)
        assert warning["level"] == "red"
        return str(warning["id"])

    async def on_site(self, uscc: str, town: str) -> str:
        """Return the id of a warning that its coordinator accepted and looked into."""
        warning_id = await self.raised(uscc, town)
        await self.act(f"grid-{town}", f"/api/mobile/v1/warnings/{warning_id}/accept")
        await self.act(
            f"grid-{town}", f"/api/mobile/v1/warnings/{warning_id}/visit", findings="欠薪属实，共24人"
        )
        return warning_id

    async def through_mediation(self, uscc: str, town: str) -> str:
        """Take one enterprise's warning through mediation to its closure; return its id."""
        warning_id = await self.on_site(uscc, town)
        await self.act(
            f"grid-{town}",
            f"/api/mobile/v1/warnings/{warning_id}/hand-over",
            note="双方愿意调解",
            workers=24,
            amount_cny="412600.00",
        )
        mediator = f"mediator-{town}"
        case_id = await self.case_of(mediator, "mediation", warning_id)
        door = f"/api/mediation/v1/cases/{case_id}"
        await self.act(mediator, f"{door}/accept")
        await self.act(mediator, f"{door}/sessions", record="双方到场，同意分期支付")
        await self.act(
            mediator,
            f"{door}/close",
            outcome="agreement",
            amount_cny="400000.00",
            due_on=str(self.today + timedelta(days=14)),
            evidence="协议已签字盖章",
        )
        await self.close(warning_id, "协议已履行，银行凭证已核")
        return warning_id

    async def through_inspection(self, uscc: str, town: str) -> str:
        """Take one enterprise's warning through the inspectorate to its closure; return its id."""
        warning_id = await self.on_site(uscc, town)
        await self.act(
            f"grid-{town}", f"/api/mobile/v1/warnings/{warning_id}/refer", note="拒不支付", workers=24
        )
        case_id = await self.case_of("inspector-1", "inspection", warning_id)
        door = f"/api/inspection/v1/cases/{case_id}"
        officers = (await self.read("inspector-1", "/api/inspection/v1/inspectors"))["items"]
        await self.act("inspector-1", f"{door}/assign", officer_ids=[one["id"] for one in officers][:2])
        await self.act(
            "inspector-1",
            f"{door}/finding",
            finding="violation",
            findings="拖欠三个月工资",
            visited_on=str(self.today),
        )
        await self.act(
            "inspector-1",
            f"{door}/order",
            article="劳动保障监察条例第二十六条",
            requirement="足额支付工资",
            amount_cny="412600.00",
            due_on=str(self.today + timedelta(days=7)),
        )
        await self.act("inspector-2", f"{door}/rectification", evidence="工资已发放，凭证已核")
        await self.act("inspector-1", f"{door}/close", outcome="rectified", reason="已按期改正")
        await self.close(warning_id, "监察已责令改正，工资已付")
        return warning_id

    async def case_of(self, who: str, service: str, warning_id: str) -> str:
        """Return the id of the case that a warning led to, once somebody sees it in their list."""

        async def listed() -> Json | None:
            items = (await self.read(who, f"/api/{service}/v1/cases?limit=200"))["items"]
            return next((one for one in items if one["warning_id"] == warning_id), None)

        return str((await self.eventually(f"a case of {warning_id} at {service}", listed))["id"])

    async def close(self, warning_id: str, evidence: str) -> None:
        """Let an officer who did not handle it close a warning, once it is resolved and lowered."""
        path = f"/api/dashboard/v1/warnings/{warning_id}"

        async def resolved() -> Json | None:
            seen = await self.read("district-1", path)
            return seen if seen["state"] == "resolved" else None

        assert (await self.eventually(f"{warning_id} resolved", resolved))["level"] == "orange"
        await self.act("district-1", f"{path}/close", reason_code="true_resolved", evidence=evidence)

    async def all_round(self, enterprises: Mapping[str, str]) -> dict[str, str]:
        """Take every second enterprise through mediation, the others through inspection; return warnings by code."""
        await self.open_offices()
        for uscc, town in enterprises.items():
            await self.register(uscc, town)
        ways = (self.through_mediation, self.through_inspection)
        async with asyncio.TaskGroup() as group:
            under_way = {
                uscc: group.create_task(ways[number % 2](uscc, town))
                for number, (uscc, town) in enumerate(enterprises.items())
            }
        return {uscc: task.result() for uscc, task in under_way.items()}


async def people_of(system: System) -> Circle:
    """Return the people of a system in this process, known to everybody."""
    credentials = await furnish(system.db("gateway"))
    turn = asyncio.Lock()

    async def advance() -> None:
        # The jobs are exclusive, as the supervisor's lock has it where they run by themselves.
        async with turn:
            await system.settle()

    await advance()
    return Circle(lambda: system.client("gateway"), credentials, advance, shanghai_day(system.clock.now()))


def some_enterprises(count: int) -> dict[str, str]:
    """Return enterprises with the town in which each works; both ways lead through both towns."""
    return {a_uscc(700 + number): TOWNS[number // 2 % len(TOWNS)] for number in range(count)}


async def end_state(circle: Circle, warnings: Mapping[str, str]) -> Json:
    """Return how everything stands, in words that do not depend on the run: no ids, no instants."""
    found: Json = {}
    for uscc, warning_id in warnings.items():
        warning = await circle.read("district-1", f"/api/dashboard/v1/warnings/{warning_id}")
        enterprise = await circle.read("district-1", f"/api/dashboard/v1/enterprises/{uscc}")
        found[uscc] = {
            "state": warning["state"],
            "level": warning["level"],
            "history": [
                (one["action"], one["from_state"], one["to_state"], one["to_level"])
                for one in warning["history"]
            ],
            "time line": sorted(
                one["title_en"]
                for one in enterprise["timeline"]
                if one["kind"] not in {"signal", "assessment"}
            ),
            "signals": sum(one["kind"] == "signal" for one in enterprise["timeline"]),
        }
    funnel = await circle.read("district-1", "/api/dashboard/v1/funnel")
    found["funnel"] = {town["division"]: town for town in funnel["towns"] if town["warnings"]}
    return found


def expected_history(last: Sequence[str]) -> list[str]:
    """Return the steps of a warning that went round."""
    return ["raise", "assign", "accept", "visit", *last, "resolve", "downgrade", "close"]
