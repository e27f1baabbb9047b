"""Two whole gateways that know each other, each on a database of its own, connected in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

import httpx
from typing_extensions import override

from services.gateway.domain.partners import Ask, DataClass, Operation, Partner, Purpose
from services.gateway.federation.identity import Identity
from services.gateway.federation.profile import Request, sign_request
from services.gateway.usecases.partner_registry import add_grant, add_partner
from shared.auth.permissions import Role
from shared.kernel.clock import FixedClock
from tests.service.gateway.house import House

OURS, THEIRS = "闵行仲裁院", "徐汇仲裁院"
OUR_URL, THEIR_URL = "https://minhang.example", "https://xuhui.example"
REQUESTS = "/api/federation/v1/assistance-requests"
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
DESK = "/api/dashboard/v1/federation"
JURISDICTION = "310104"
ASK = Ask(Operation.SERVICE_OF_DOCUMENTS, DataClass.PERSONAL, JURISDICTION, Purpose.ARBITRATION)


class Line(httpx.AsyncBaseTransport):
    """The line between the two; it can be cut, and it remembers what went over it."""

    def __init__(self) -> None:
        self.ends: dict[str, httpx.AsyncBaseTransport] = {}
        self.cut = False
        self.lose_answers = 0
        self.sent: list[httpx.Request] = []

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.cut:
            raise httpx.ConnectError("nobody answers")
        self.sent.append(request)
        answer = await self.ends[request.url.host].handle_async_request(request)
        if self.lose_answers:
            self.lose_answers -= 1
            raise httpx.ReadTimeout("the answer is lost")
        return answer


def wanted(**changes: Any) -> dict[str, Any]:
    """What an officer asks for."""
    return {
        "operation": "service_of_documents",
        "data_class": "personal",
        "jurisdiction": JURISDICTION,
        "purpose": "arbitration",
        "case_reference": "闵劳人仲（2026）办字第1024号",
        "legal_basis": "劳动人事争议仲裁办案规则第二十条",
        "subject": "送达仲裁申请书副本",
        "content": "请向被申请人住所地送达申请书副本及开庭通知书。",
    } | changes


def message(**changes: Any) -> dict[str, Any]:
    """The same as a message."""
    return wanted(message_id=str(uuid4()), requested_by="officer") | changes


@dataclass(slots=True)
class Neighbours:
    """`ours` asks, `theirs` is asked and has granted it."""

    ours: House
    theirs: House
    line: Line
    clock: FixedClock
    us_there: Partner = field(init=False)
    them_here: Partner = field(init=False)
    _tokens: dict[int, str] = field(default_factory=dict)
    _tokens_end: datetime = BEFORE

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        urls: tuple[str, str],
        clock: FixedClock,
        folder: Path,
        addresses: tuple[str, str] = (OUR_URL, THEIR_URL),
    ) -> AsyncIterator[Self]:
        folders = folder / "ours", folder / "theirs"
        for one in folders:
            one.mkdir()
        here = {"federation_name": OURS, "federation_base_url": addresses[0]}
        there = {"federation_name": THEIRS, "federation_base_url": addresses[1]}
        async with (
            House.opened(urls[0], clock, folders[0], **here) as ours,
            House.opened(urls[1], clock, folders[1], **there) as theirs,
        ):
            pair = cls(ours, theirs, Line(), clock)
            await pair._meet()
            yield pair

    async def _meet(self) -> None:
        for house in (self.ours, self.theirs):
            host = httpx.URL(identity_of(house).descriptor.base_url).host
            if host.endswith(".example"):
                self.line.ends[host] = httpx.ASGITransport(house.app, raise_app_exceptions=False)
        if self.line.ends:
            for house in (self.ours, self.theirs):
                post = house.app.state.parts.federation.post
                await post.client.aclose()
                post.client = httpx.AsyncClient(transport=self.line, follow_redirects=False)
        self.them_here = await introduce(self.ours, identity_of(self.theirs), identity_of(self.ours))
        self.us_there = await introduce(self.theirs, identity_of(self.ours), identity_of(self.theirs))
        await self.grant()

    async def grant(self, ask: Ask = ASK, days: float = 30) -> UUID:
        """Let them grant us something."""
        async with self.theirs.db.write() as tx:
            until = tx.now + timedelta(days=days)
            return (await add_grant(tx, OURS, ask, until, "tests")).id

    async def settle(self) -> None:
        """Let both send until nothing is due."""
        for _ in range(10):
            if not any([await house.jobs["send_outgoing"].run() for house in (self.ours, self.theirs)]):
                return
        raise AssertionError("the neighbours do not come to rest")

    async def officer(self, house: House, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Call a house's desk as its district officer."""
        if house.clock.now() >= self._tokens_end:
            self._tokens.clear()
            self._tokens_end = house.clock.now() + timedelta(minutes=9)
        if id(house) not in self._tokens:
            self._tokens[id(house)] = await _officers_token(house)
        return await house.call(self._tokens[id(house)], method, f"{DESK}{path}", **arguments)

    async def ask(self, **changes: Any) -> httpx.Response:
        """Let our officer ask them for assistance."""
        body = wanted(action_id=str(uuid4()), partner_id=str(self.them_here.id)) | changes
        return await self.officer(self.ours, "POST", "/assistance-requests", json=body)

    async def decide(self, request_id: str, step: str, **fields: Any) -> httpx.Response:
        """Let their officer decide."""
        body = {"action_id": str(uuid4())} | fields
        path = f"/assistance-requests/{request_id}/{step}"
        return await self.officer(self.theirs, "POST", path, json=body)

    async def listed(self, house: House, **query: str) -> list[dict[str, Any]]:
        answer = await self.officer(house, "GET", "/assistance-requests", params=query)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def detail(self, house: House, request_id: str) -> dict[str, Any]:
        answer = await self.officer(house, "GET", f"/assistance-requests/{request_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def refusals(self) -> list[tuple[str, str, str | None]]:
        """Their audit log's refused messages as (actor, path, code)."""
        return [
            (actor, about or "", outcome)
            for actor, action, about, outcome in await self.theirs.audit()
            if action == "federation.message"
        ]

    def signed(self, body: bytes, method: str = "POST", path: str = REQUESTS, **made: Any) -> Request:
        """Return a request to them that we have signed."""
        request = Request(method, THEIR_URL + path, {"content-type": "application/json"})
        sign_request(
            made.get("identity", identity_of(self.ours)), request, body, made.get("now", self.clock.now())
        )
        return request

    async def deliver(self, request: Request, body: bytes, **changed: Any) -> httpx.Response:
        """Bring a request to their door."""
        async with self.theirs.client() as client:
            return await client.request(
                changed.get("method", request.method),
                changed.get("url", request.url).removeprefix(THEIR_URL),
                content=body,
                headers=changed.get("headers", request.headers),
            )


async def _officers_token(house: House) -> str:
    answer = await house.log_in("district_officer")
    if answer.status_code != 200:
        answer = await house.log_in(await house.add(Role.DISTRICT_OFFICER))
    return str(answer.json()["access_token"])


def identity_of(house: House) -> Identity:
    found: Identity = house.app.state.parts.federation.identity
    return found


async def introduce(house: House, other: Identity, own: Identity) -> Partner:
    async with house.db.write() as tx:
        return await add_partner(tx, other.descriptor, own.descriptor, "tests")
