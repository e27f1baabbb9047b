"""Officials log in, go on, and stop."""

from datetime import timedelta
from time import perf_counter
from typing import Any

import httpx
import pytest

from services.gateway.domain.accounts import NewAccount
from services.gateway.domain.throttle import LOGIN_THROTTLE
from services.gateway.usecases.add_accounts import add_accounts
from services.gateway.usecases.disable_account import disable_account
from services.gateway.usecases.password_hashing import Passwords
from shared.auth.permissions import Role
from tests.service.gateway.house import PASSWORD, TOWN, House

pytestmark = pytest.mark.asyncio
ME = "/api/auth/v1/me"


def without_id(answer: httpx.Response) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name != "correlation_id"}


async def refresh(house: House, token: str) -> httpx.Response:
    return await house.call(None, "POST", "/api/auth/v1/refresh", json={"refresh_token": token})


async def test_a_login_gives_tokens_that_say_who_one_is(house: House) -> None:
    await house.add(Role.INSPECTOR, "li.wei")
    answer = await house.log_in("li.wei")
    given = answer.json()
    assert answer.status_code == 200
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 600)
    me = await house.call(given["access_token"], "GET", ME)
    assert me.json() | {"account_id": ""} == {
        "account_id": "",
        "username": "li.wei",
        "role": "inspector",
        "division": TOWN,
        "source": None,
        "indicators": [],
    }


async def test_a_name_is_found_in_capitals_too(house: House) -> None:
    await house.add(Role.INSPECTOR, "li.wei")
    assert (await house.log_in("LI.Wei")).status_code == 200


async def test_unknown_wrong_and_disabled_get_the_same_answer(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    await house.add(Role.INSPECTOR, "gone")
    async with house.db.write() as tx:
        await disable_account(tx, "gone", "tests")
    wrong = await house.log_in("known", "not-this-one")
    unknown = await house.log_in("nobody", "not-this-one")
    disabled = await house.log_in("gone")
    assert [wrong.status_code, unknown.status_code, disabled.status_code] == [401, 401, 401]
    assert without_id(wrong) == without_id(unknown) == without_id(disabled)
    assert set(wrong.headers) == set(unknown.headers)


@pytest.mark.parametrize("username", ["known", "nobody"])
async def test_guessing_is_slowed_for_unknown_accounts_too(house: House, username: str) -> None:
    await house.add(Role.INSPECTOR, "known")
    statuses = [(await house.log_in(username, f"guess-{n}")).status_code for n in range(6)]
    assert statuses == [401] * (LOGIN_THROTTLE.free_failures + 1) + [429, 429]


async def test_the_right_password_waits_as_long_as_a_wrong_one_and_then_enters(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    for n in range(LOGIN_THROTTLE.free_failures + 1):
        await house.log_in("known", f"guess-{n}")
    early = await house.log_in("known")
    house.clock.advance(timedelta(seconds=int(early.headers["retry-after"])))
    assert early.status_code == 429
    assert (await house.log_in("known")).status_code == 200
    assert (await house.log_in("known", "one more slip")).status_code == 401
    assert (await house.log_in("known")).status_code == 200


async def test_nobody_can_lock_another_out(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    for n in range(8):
        await house.log_in("known", f"guess-{n}", address="203.0.113.9")
    assert (await house.log_in("known", address="10.1.1.1")).status_code == 200


async def test_a_claimed_address_does_not_evade_the_delay(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    statuses = []
    async with house.client() as client:
        for n in range(6):
            answer = await client.post(
                "/api/auth/v1/login",
                json={"username": "known", "password": "guess"},
                headers={"X-Forwarded-For": f"198.51.100.{n}", "X-Real-IP": f"198.51.100.{n}"},
            )
            statuses.append(answer.status_code)
    assert statuses[-1] == 429


@pytest.mark.parametrize("username", ["a\x00b", "ﬁ", "' OR 1=1 --", "名" * 128])
async def test_a_strange_name_is_simply_unknown(house: House, username: str) -> None:
    assert (await house.log_in(username)).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"username":"a"}',
        b'{"username":1,"password":"x"}',
        b'{"username":"a","password":"x","role":"system_admin"}',
        b'{"username":"\xff","password":"x"}',
        b'{"username":"a","password":"x","username":"b"}',
    ],
)
async def test_a_malformed_login_is_refused_with_the_field(house: House, body: bytes) -> None:
    answer = await house.call(
        None, "POST", "/api/auth/v1/login", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"]


async def test_a_refresh_token_is_good_once(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    first = (await house.log_in("known")).json()
    second = await refresh(house, first["refresh_token"])
    assert second.status_code == 200
    assert second.json()["refresh_token"] != first["refresh_token"]
    assert (await house.call(second.json()["access_token"], "GET", ME)).status_code == 200


async def test_a_copied_refresh_token_ends_the_session_for_both(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    first = (await house.log_in("known")).json()
    second = (await refresh(house, first["refresh_token"])).json()
    copied = await refresh(house, first["refresh_token"])
    assert copied.status_code == 401
    assert (await refresh(house, second["refresh_token"])).status_code == 401
    assert (await house.call(second["access_token"], "GET", ME)).status_code == 401
    assert ("known", "refresh", "reused") in [(a, d, o) for a, d, _, o in await house.audit()]


async def test_a_session_ends_when_nobody_refreshes_it(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    given = (await house.log_in("known")).json()
    house.clock.advance(timedelta(minutes=240))
    assert (await refresh(house, given["refresh_token"])).status_code == 401


async def test_a_session_ends_after_twelve_hours_however_busy(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    token = (await house.log_in("known")).json()["refresh_token"]
    statuses = []
    for _ in range(4):
        house.clock.advance(timedelta(hours=3, minutes=1))
        answer = await refresh(house, token)
        statuses.append(answer.status_code)
        token = answer.json().get("refresh_token", "")
    assert statuses == [200, 200, 200, 401]


async def test_an_access_token_lasts_ten_minutes(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    token = (await house.log_in("known")).json()["access_token"]
    house.clock.advance(timedelta(minutes=9, seconds=59))
    assert (await house.call(token, "GET", ME)).status_code == 200
    house.clock.advance(timedelta(seconds=1))
    assert (await house.call(token, "GET", ME)).status_code == 401


async def test_logging_out_ends_access_and_refresh_at_once(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    given = (await house.log_in("known")).json()
    out = await house.call(given["access_token"], "POST", "/api/auth/v1/logout")
    assert out.status_code == 204
    assert (await house.call(given["access_token"], "GET", ME)).status_code == 401
    assert (await refresh(house, given["refresh_token"])).status_code == 401


async def test_the_refresh_token_alone_logs_out_too(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    given = (await house.log_in("known")).json()
    house.clock.advance(timedelta(hours=1))
    body = {"refresh_token": given["refresh_token"]}
    assert (await house.call(None, "POST", "/api/auth/v1/logout", json=body)).status_code == 204
    assert (await refresh(house, given["refresh_token"])).status_code == 401


async def test_logging_out_without_any_token_is_refused(house: House) -> None:
    assert (await house.call(None, "POST", "/api/auth/v1/logout")).status_code == 401


async def test_disabling_an_account_holds_from_the_next_request_on(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    given = (await house.log_in("known")).json()
    assert (await house.call(given["access_token"], "GET", ME)).status_code == 200
    async with house.db.write() as tx:
        await disable_account(tx, "known", "tests")
    assert (await house.call(given["access_token"], "GET", ME)).status_code == 401
    assert (await refresh(house, given["refresh_token"])).status_code == 401


async def test_a_session_ends_for_one_device_alone(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    telephone = (await house.log_in("known")).json()["access_token"]
    desk = (await house.log_in("known")).json()["access_token"]
    await house.call(telephone, "POST", "/api/auth/v1/logout")
    assert (await house.call(desk, "GET", ME)).status_code == 200


async def test_two_authorization_headers_are_refused(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    token = (await house.log_in("known", PASSWORD)).json()["access_token"]
    headers = [("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")]
    assert (await house.call(None, "GET", ME, headers=headers)).status_code == 401


async def test_an_unknown_name_takes_as_long_as_a_wrong_password(house: House) -> None:
    await add_accounts(house.db, Passwords(), [NewAccount("known", PASSWORD, "inspector", TOWN)], "tests")

    async def seconds(username: str) -> float:
        began = perf_counter()
        await house.log_in(username, "not-this-one")
        return perf_counter() - began

    known = min([await seconds("known") for _ in range(3)])
    unknown = min([await seconds("nobody") for _ in range(3)])
    assert 1 / 3 < unknown / known < 3


async def test_a_lost_connection_is_made_anew_without_anyone_noticing(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    token = (await house.log_in("known")).json()["access_token"]
    assert (await house.call(token, "GET", ME)).status_code == 200
    async with house.db.write() as tx:
        await (await tx.driver()).execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'gateway.standing' AND datname = current_database()"
        )
    assert (await house.call(token, "GET", ME)).status_code == 200


async def test_while_sessions_cannot_be_checked_nobody_gets_in(house: House) -> None:
    await house.add(Role.INSPECTOR, "known")
    token = (await house.log_in("known")).json()["access_token"]
    house.app.state.parts.check_session._standing._dsn = "postgresql://postgres@127.0.0.1:1/nowhere"
    answer = await house.call(token, "GET", ME)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
