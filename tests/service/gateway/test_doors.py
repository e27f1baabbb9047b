"""Every door opens to whom it should, and passes on what it is given."""

import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from services.gateway.api.documents import AUDIENCES
from services.gateway.api.partner_signature import PartnerSignature
from shared.auth.permissions import GRANTS, Permission, Role
from shared.runtime.service import Destination
from shared.web.guard import GuardedRoute, Public, Require
from tests.service.gateway.house import House

SIGNED = "/api/federation/v1/"
PUBLIC = {"/api/auth/v1/login", "/api/auth/v1/refresh", "/api/auth/v1/logout", "/api/auth/v1/token"}


def operations() -> Iterator[tuple[str, str, frozenset[Permission]]]:
    """Every operation of every audience: method, a path of its shape, the permissions of which it wants one."""
    for audience in AUDIENCES.values():
        for router in audience.routers:
            for route in router.routes:
                assert isinstance(route, GuardedRoute)
                guard = route.guard
                wanted = frozenset(guard.permissions) if isinstance(guard, Require) else frozenset()
                assert wanted or isinstance(guard, Public | PartnerSignature)
                assert isinstance(guard, PartnerSignature) == route.path_format.startswith(SIGNED)
                path = re.sub(r"\{version\}", "1", route.path_format)
                path = re.sub(r"\{[a-z_]+\}", "01a2b3c4-0000-7000-8000-000000000001", path)
                yield from ((method, path, wanted) for method in route.methods or ())


# It answers for as long as the client listens: see test_notification_stream.
ENDLESS = "/api/notifications/v1/stream"
OPERATIONS = sorted(operations(), key=lambda operation: operation[:2])
GUARDED = [operation for operation in OPERATIONS if operation[2]]


def test_there_are_operations_and_few_are_public() -> None:
    assert len(GUARDED) > 25
    assert {path for _, path, wanted in OPERATIONS if not wanted and not path.startswith(SIGNED)} == PUBLIC


@pytest.mark.asyncio
async def test_nothing_guarded_answers_without_a_token(house: House) -> None:
    async with house.client() as client:
        for method, path, _ in GUARDED:
            answer = await client.request(method, path)
            assert answer.status_code == 401, path
            assert answer.headers["content-type"] == "application/problem+json", path
            assert answer.headers["www-authenticate"] == "Bearer", path
    assert house.warning.asked == []


@pytest.mark.asyncio
@pytest.mark.parametrize("role", list(Role))
async def test_the_wrong_role_is_refused_everywhere(house: House, role: Role) -> None:
    async with house.client(await house.token(role)) as client:
        for method, path, wanted in GUARDED:
            if wanted & GRANTS[role]:
                continue
            answer = await client.request(method, path)
            assert answer.status_code == 403, path
            assert answer.headers["content-type"] == "application/problem+json", path
    assert house.warning.asked == []


@pytest.mark.asyncio
@pytest.mark.parametrize("role", [role for role in Role if GRANTS[role] - {Permission.SELF_READ}])
async def test_the_right_role_gets_through(house: House, role: Role) -> None:
    async with house.client(await house.token(role)) as client:
        for method, path, wanted in GUARDED:
            if not wanted & GRANTS[role] or path == ENDLESS:
                continue
            answer = await client.request(method, path, json={})
            # The desk's requests are the gateway's own: there is none with the path's id.
            none_there = {404} if path.startswith("/api/dashboard/v1/federation/") else set()
            assert answer.status_code in {200, 400, 415, 422} | none_there, path


@pytest.mark.asyncio
async def test_a_read_is_passed_on_with_its_query_and_the_callers_own_token(house: House) -> None:
    token = await house.token(Role.GRID_COORDINATOR)
    path = "/api/mobile/v1/worklist?limit=7&cursor=a%2Bb%20c&limit=8"
    await house.call(token, "GET", path, headers={"X-Correlation-Id": "visit-0001"})
    (asked,) = house.warning.asked
    assert (asked.method, asked.path) == ("GET", "/worklist")
    assert asked.query == "limit=7&cursor=a%2Bb%20c&limit=8"
    assert asked.headers["authorization"] == f"Bearer {token}"
    assert asked.headers["x-correlation-id"] == "visit-0001"


@pytest.mark.asyncio
async def test_a_write_is_passed_on_byte_by_byte(house: House) -> None:
    warning_id = uuid4()
    body = b'{ "action_id":"x",  "reason": "\xe4\xb8\x8d" }'
    await house.call(
        await house.token(Role.GRID_COORDINATOR),
        "POST",
        f"/api/mobile/v1/warnings/{warning_id}/reject",
        content=body,
        headers={"Content-Type": "application/json; charset=utf-8"},
    )
    (asked,) = house.warning.asked
    assert (asked.method, asked.path, asked.body) == ("POST", f"/warnings/{warning_id}/reject", body)
    assert asked.headers["content-type"] == "application/json"


@pytest.mark.asyncio
async def test_an_answer_comes_back_as_it_was(house: House) -> None:
    house.warning.status = 409
    house.warning.content = b'{"code":"x" , "n":1.10}'
    house.warning.headers = {
        "content-type": "application/problem+json",
        "retry-after": "3",
        "server": "secret",
        "set-cookie": "a=b",
    }
    answer = await house.call(await house.token(Role.INSPECTOR), "GET", "/api/dashboard/v1/overview")
    assert (answer.status_code, answer.content) == (409, b'{"code":"x" , "n":1.10}')
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "3"
    assert not {"server", "set-cookie"} & set(answer.headers)


@pytest.mark.asyncio
@pytest.mark.parametrize("code", ["９１３１０１１２ＭＡ", "91310112ma1gbnt55x", "a%20b", "a%3Fq=1"])
async def test_a_code_stays_one_segment_of_the_path(house: House, code: str) -> None:
    token = await house.token(Role.INSPECTOR)
    await house.call(token, "GET", f"/api/dashboard/v1/enterprises/{code}")
    (asked,) = house.warning.asked
    assert asked.path.count("/") == 2
    assert asked.query == ""


@pytest.mark.asyncio
@pytest.mark.parametrize("code", ["%2E%2E", "a%2Fb", "%00", "x" * 41])
async def test_a_code_that_is_none_is_not_passed_on(house: House, code: str) -> None:
    token = await house.token(Role.INSPECTOR)
    answer = await house.call(token, "GET", f"/api/dashboard/v1/enterprises/{code}")
    assert answer.status_code in {404, 422}
    assert house.warning.asked == []


ACCEPT = "/api/mobile/v1/warnings/01a2b3c4-0000-7000-8000-000000000001/accept"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("headers", "content", "status"),
    [
        ({"Content-Type": "text/plain"}, b"{}", 415),
        ({}, b"{}", 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, b"{}", 415),
        ({"Content-Type": "application/json; charset=gbk"}, b"{}", 415),
        ({"Content-Type": "application/json"}, b" " * 65_537, 413),
    ],
)
async def test_a_body_of_the_wrong_kind_or_size_is_not_passed_on(
    house: House, headers: dict[str, str], content: bytes, status: int
) -> None:
    token = await house.token(Role.GRID_COORDINATOR)
    answer = await house.call(token, "POST", ACCEPT, content=content, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert house.warning.asked == []


@pytest.mark.asyncio
async def test_an_unreachable_service_is_a_503_that_says_when_to_come_again(house: House) -> None:
    async def refuse(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("secret address")

    token = await house.token(Role.INSPECTOR)
    house.app.state.parts.warning._destination = Destination(httpx.MockTransport(refuse), "http://warning")
    answer = await house.call(token, "GET", "/api/dashboard/v1/overview")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "secret" not in answer.text
