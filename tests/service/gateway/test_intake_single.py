"""One signal per request."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from services.gateway.usecases.disable_department import disable_department
from tests.service.gateway.house import House

pytestmark = pytest.mark.asyncio
SIGNALS = "/api/intake/v1/signals"


def a_signal(reference: str = "r1", **changes: Any) -> dict[str, Any]:
    signal = {"source": "hrss", "source_ref": reference, "uscc": "91310112MA1GBNT55X", "months": 3}
    return signal | {"indicator": "wage_arrears", "period": "2026-10"} | changes


async def send(house: House, token: str, raw: bytes | str) -> httpx.Response:
    headers = {"Content-Type": "application/json"}
    return await house.call(token, "POST", SIGNALS, content=raw, headers=headers)


async def test_accepted_duplicate_and_held_have_their_statuses(house: House) -> None:
    token = await house.department_token()
    first = await house.call(token, "POST", SIGNALS, json=a_signal())
    again = await house.call(token, "POST", SIGNALS, json=a_signal())
    held = await house.call(token, "POST", SIGNALS, json=a_signal("r2", uscc="unknown"))
    assert [answer.status_code for answer in (first, again, held)] == [201, 200, 202]
    assert [answer.json()["status"] for answer in (first, again, held)] == ["accepted", "duplicate", "held"]
    assert first.json().keys() == {"status", "signal_id"}
    assert first.json()["signal_id"] == again.json()["signal_id"]


@pytest.mark.parametrize(("changes", "status"), [({"months": -1}, 422), ({"source": "other"}, 403)])
async def test_a_refusal_is_a_problem_with_its_own_status_and_id(
    house: House, changes: dict[str, Any], status: int
) -> None:
    token = await house.department_token()
    async with house.client(token) as client:
        headers = {"X-Correlation-Id": "batch-of-nine"}
        answer = await client.post(SIGNALS, json=a_signal(**changes), headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["correlation_id"] == "batch-of-nine"


@pytest.mark.parametrize("odd", ["NaN", "9" * 10_000, r'"\ud800"'])
async def test_a_value_that_no_reader_takes_is_named(house: House, odd: str) -> None:
    answer = await send(house, await house.department_token(), f'{{"detail":{{"a":{odd}}}}}'.encode())
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (400, ["detail.a"])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"a":"\xff"}',
        b'{"a":"\\ud800"}',
        b'{"amount_cny": NaN}',
        b'{"amount_cny": -Infinity}',
        b"[" * 5_000,
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b'{"a":' + b"9" * 10_000 + b"}",
        b'{"a":1} {"a":2}',
        b'{"a":"x\ny"}',
        b"[]",
        b'"text"',
        b"null",
    ],
)
async def test_broken_json_is_refused_before_it_goes_anywhere(house: House, raw: bytes) -> None:
    token = await house.department_token()
    answer = await send(house, token, raw)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert house.warning.calls == []


async def test_line_breaks_in_the_json_do_not_break_the_line(house: House) -> None:
    token = await house.department_token()
    answer = await send(house, token, json.dumps(a_signal(), indent=2).replace("\n", "\r\n"))
    assert answer.status_code == 201
    ((line,),) = house.warning.calls
    assert json.loads(line) == a_signal()


async def test_a_large_or_mistyped_body_is_refused(house: House) -> None:
    token = await house.department_token()
    large = await send(house, token, json.dumps(a_signal(detail={"x": "y" * 70_000})))
    mistyped = await house.call(token, "POST", SIGNALS, content=b"{}", headers={"Content-Type": "text/csv"})
    assert (large.status_code, mistyped.status_code) == (413, 415)


async def test_signals_that_arrive_together_are_stored_together(house: House) -> None:
    token = await house.department_token()
    house.warning.seconds_per_call = 0.05
    sent = [house.call(token, "POST", SIGNALS, json=a_signal(f"r{n}")) for n in range(200)]
    answers = await asyncio.gather(*sent)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["signal_id"] for answer in answers}) == 200
    assert len(house.warning.calls) < 20
    assert sum(map(len, house.warning.calls)) == 200
    assert house.warning.most_under_way == 1


async def test_every_one_of_a_group_gets_its_own_answer(house: House) -> None:
    token = await house.department_token()
    house.warning.seconds_per_call = 0.02
    months = [n if n % 3 else -1 for n in range(60)]
    answers = await asyncio.gather(
        *(
            house.call(token, "POST", SIGNALS, json=a_signal(f"r{n}", months=month))
            for n, month in enumerate(months)
        )
    )
    assert [answer.status_code for answer in answers] == [422 if month < 0 else 201 for month in months]


async def test_departments_share_a_call_each_under_its_own_token(house: House) -> None:
    tokens = [await house.department_token(source) for source in ("hrss", "tax")]
    house.warning.seconds_per_call = 0.05
    sent = [
        house.call(tokens[n % 2], "POST", SIGNALS, json=a_signal(f"r{n}", months=-1 if n == 7 else 3))
        for n in range(40)
    ]
    answers = await asyncio.gather(*sent)
    assert [answer.status_code for answer in answers] == [422 if n == 7 else 201 for n in range(40)]
    assert len({answer.json()["signal_id"] for n, answer in enumerate(answers) if n != 7}) == 39
    assert house.warning.most_under_way == 1
    heads = [
        json.loads(line)
        for asked in house.warning.asked
        for line in asked.body.split(b"\n")
        if b'"authorization"' in line
    ]
    assert {head["authorization"] for head in heads} == {f"Bearer {token}" for token in tokens}
    assert sum(head["lines"] for head in heads) == 40


async def test_a_header_full_of_blanks_spoils_no_call(house: House) -> None:
    tokens = [await house.department_token(source) for source in ("hrss", "tax")]
    house.warning.seconds_per_call = 0.02
    padded = "Bearer" + " " * 9_000 + tokens[0]

    async def send_padded(number: int) -> httpx.Response:
        async with house.client() as client:
            headers = {"Authorization": padded}
            return await client.post(SIGNALS, json=a_signal(f"p{number}"), headers=headers)

    answers = await asyncio.gather(
        *(send_padded(n) for n in range(5)),
        *(house.call(tokens[1], "POST", SIGNALS, json=a_signal(f"r{n}")) for n in range(5)),
    )
    assert {answer.status_code for answer in answers} == {201}


async def test_a_client_that_leaves_does_not_spoil_the_group(house: House) -> None:
    token = await house.department_token()
    house.warning.seconds_per_call = 0.05
    leaving, *staying = (
        asyncio.create_task(house.call(token, "POST", SIGNALS, json=a_signal(f"r{n}"))) for n in range(4)
    )
    await asyncio.sleep(0.03)
    leaving.cancel()
    answers = await asyncio.gather(*staying)
    assert {answer.status_code for answer in answers} == {201}


async def test_when_storing_fails_everybody_in_the_call_hears_so(house: House) -> None:
    token = await house.department_token()
    house.warning.calls_before_failure = 0
    answers = await asyncio.gather(
        *(house.call(token, "POST", SIGNALS, json=a_signal(f"r{n}")) for n in range(5))
    )
    assert {answer.status_code for answer in answers} == {503}
    house.warning.calls_before_failure = None
    assert (await house.call(token, "POST", SIGNALS, json=a_signal())).status_code == 201


async def test_a_disabled_department_sends_no_more(house: House) -> None:
    token = await house.department_token()
    async with house.db.write() as tx:
        await disable_department(tx, "hrss", "tests")
    assert (await house.call(token, "POST", SIGNALS, json=a_signal())).status_code == 401
    assert house.warning.calls == []
