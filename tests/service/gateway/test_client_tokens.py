"""Departments' machines get their tokens (OAuth 2 client credentials)."""

import base64
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest

from services.gateway.usecases.disable_department import disable_department
from services.gateway.usecases.keep_departments import (
    enable_department,
    grant_indicators,
    renew_secret,
    revoke_indicators,
)
from tests.service.gateway.house import House

pytestmark = pytest.mark.asyncio
TOKEN = "/api/auth/v1/token"
GRANT = {"grant_type": "client_credentials"}


def basic(client_id: str, client_secret: str) -> dict[str, str]:
    shown = f"{quote(client_id, safe='')}:{quote(client_secret, safe='')}"
    return {"Authorization": "Basic " + base64.b64encode(shown.encode()).decode()}


async def test_a_token_for_credentials_in_the_form(house: House) -> None:
    given = await house.add_department("hrss")
    form = GRANT | {"client_id": given.client_id, "client_secret": given.client_secret}
    answer = await house.call(None, "POST", TOKEN, data=form)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json().keys() == {"access_token", "token_type", "expires_in"}
    me = await house.call(answer.json()["access_token"], "GET", "/api/auth/v1/me")
    assert (me.json()["role"], me.json()["source"]) == ("department", "hrss")
    assert me.json()["indicators"] == ["wage_arrears"]


async def test_a_token_for_credentials_in_the_header(house: House) -> None:
    given = await house.add_department()
    headers = basic(given.client_id, given.client_secret)
    answer = await house.call(None, "POST", TOKEN, data=GRANT, headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("shown", [("hrss-0000", "x"), ("", ""), ("a\x00b", "x"), ("部门", "密")])
async def test_an_unknown_client_is_refused_as_oauth_says(house: House, shown: tuple[str, str]) -> None:
    answer = await house.call(None, "POST", TOKEN, data=GRANT, headers=basic(*shown))
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert answer.json()["error"] == "invalid_client"


async def test_a_wrong_secret_gets_the_answer_of_an_unknown_client(house: House) -> None:
    given = await house.add_department()
    wrong = await house.call(None, "POST", TOKEN, data=GRANT, headers=basic(given.client_id, "x" * 43))
    unknown = await house.call(None, "POST", TOKEN, data=GRANT, headers=basic("nobody", "x" * 43))
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() | {"correlation_id": ""} == unknown.json() | {"correlation_id": ""}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "invalid_request"),
        (b"client_id=a&client_secret=b", "invalid_request"),
        (b"grant_type=client_credentials&grant_type=client_credentials&client_id=a", "invalid_request"),
        (b"grant_type=password&username=a&password=b", "unsupported_grant_type"),
        (b"grant_type=client_credentials", "invalid_client"),
        (b"\xff\xfe", "invalid_request"),
        (b"grant_type=%ff", "invalid_request"),
        (b"nonsense", "invalid_request"),
        (b"&".join(b"f%d=1" % n for n in range(50)), "invalid_request"),
    ],
)
async def test_a_malformed_request_is_named(house: House, content: bytes, error: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await house.call(None, "POST", TOKEN, content=content, headers=headers)
    assert answer.status_code == (401 if error == "invalid_client" else 400)
    assert answer.json()["error"] == error


async def test_credentials_in_two_places_are_refused(house: House) -> None:
    given = await house.add_department()
    form = GRANT | {"client_id": given.client_id, "client_secret": given.client_secret}
    headers = basic(given.client_id, given.client_secret)
    answer = await house.call(None, "POST", TOKEN, data=form, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_only_a_form_is_read(house: House) -> None:
    assert (await house.call(None, "POST", TOKEN, json=GRANT)).status_code == 415


async def test_a_huge_form_is_refused(house: House) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await house.call(None, "POST", TOKEN, content=b"a=" + b"x" * 20_000, headers=headers)
    assert answer.status_code == 413


async def test_disabling_a_department_holds_from_the_next_request_on(house: House) -> None:
    token = await house.department_token("hrss")
    assert (await house.call(token, "GET", "/api/auth/v1/me")).status_code == 200
    async with house.db.write() as tx:
        await disable_department(tx, "hrss", "tests")
    assert (await house.call(token, "GET", "/api/auth/v1/me")).status_code == 401


async def token_of(house: House, client_id: str, client_secret: str) -> httpx.Response:
    return await house.call(None, "POST", TOKEN, data=GRANT, headers=basic(client_id, client_secret))


async def test_a_new_secret_ends_the_old_one_and_its_tokens_at_once(house: House) -> None:
    given = await house.add_department("hrss")
    token = (await token_of(house, given.client_id, given.client_secret)).json()["access_token"]
    async with house.db.write() as tx:
        fresh = await renew_secret(tx, "hrss", "tests")
    assert (await house.call(token, "GET", "/api/auth/v1/me")).status_code == 401
    assert (await token_of(house, given.client_id, given.client_secret)).status_code == 401
    renewed = (await token_of(house, fresh.client_id, fresh.client_secret)).json()["access_token"]
    me = await house.call(renewed, "GET", "/api/auth/v1/me")
    assert (me.status_code, me.json()["source"]) == (200, "hrss")


async def test_a_grant_counts_from_the_next_token_and_a_revocation_at_once(house: House) -> None:
    given = await house.add_department("hrss")
    before = (await token_of(house, given.client_id, given.client_secret)).json()["access_token"]
    async with house.db.write() as tx:
        await grant_indicators(tx, "hrss", ["complaint"], "tests")
    assert (await house.call(before, "GET", "/api/auth/v1/me")).json()["indicators"] == ["wage_arrears"]
    token = (await token_of(house, given.client_id, given.client_secret)).json()["access_token"]
    me = await house.call(token, "GET", "/api/auth/v1/me")
    assert sorted(me.json()["indicators"]) == ["complaint", "wage_arrears"]
    async with house.db.write() as tx:
        await revoke_indicators(tx, "hrss", ["wage_arrears"], "tests")
    assert (await house.call(token, "GET", "/api/auth/v1/me")).status_code == 401
    token = (await token_of(house, given.client_id, given.client_secret)).json()["access_token"]
    assert (await house.call(token, "GET", "/api/auth/v1/me")).json()["indicators"] == ["complaint"]


async def test_an_enabled_department_sends_again_and_former_tokens_stay_dead(house: House) -> None:
    given = await house.add_department("hrss")
    before = (await token_of(house, given.client_id, given.client_secret)).json()["access_token"]
    async with house.db.write() as tx:
        await disable_department(tx, "hrss", "tests")
    assert (await token_of(house, given.client_id, given.client_secret)).status_code == 401
    async with house.db.write() as tx:
        await enable_department(tx, "hrss", "tests")
    assert (await house.call(before, "GET", "/api/auth/v1/me")).status_code == 401
    assert (await token_of(house, given.client_id, given.client_secret)).status_code == 200
    assert [action for _, action, _, _ in await house.audit() if action.startswith("department")] == [
        "department.add",
        "department.disable",
        "department.enable",
    ]


async def test_a_departments_token_expires(house: House) -> None:
    token = await house.department_token()
    house.clock.advance(timedelta(minutes=10))
    assert (await house.call(token, "GET", "/api/auth/v1/me")).status_code == 401


async def test_the_secret_is_not_kept(house: House) -> None:
    given = await house.add_department()
    async with house.db.read() as tx:
        connection = await tx.driver()
        stored = str(await connection.fetch("SELECT * FROM gateway.clients"))
    assert given.client_id in stored
    assert given.client_secret not in stored
