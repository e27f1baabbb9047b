"""Up to a thousand signals in one request."""

import json
from typing import Any

import httpx
import pytest

from tests.service.gateway.house import House
from tests.service.gateway.test_intake_single import a_signal

pytestmark = pytest.mark.asyncio
BATCH = "/api/intake/v1/signals:batch"


async def send(house: House, raw: bytes | str, content_type: str = "application/json") -> httpx.Response:
    token = await house.department_token()
    return await house.call(token, "POST", BATCH, content=raw, headers={"Content-Type": content_type})


async def test_each_signal_is_taken_or_refused_by_itself(house: House) -> None:
    signals: list[Any] = [a_signal("a"), a_signal("b", months=-1), a_signal("a"), 7, a_signal("c")]
    answer = await send(house, json.dumps({"signals": signals}))
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["index"] for result in results] == [0, 1, 2, 3, 4]
    assert [result["status"] for result in results] == [
        "accepted",
        "refused",
        "duplicate",
        "refused",
        "accepted",
    ]


async def test_a_thousand_go_in_one_call(house: House) -> None:
    answer = await send(house, json.dumps({"signals": [a_signal(f"r{n}") for n in range(1_000)]}))
    assert len(answer.json()["results"]) == 1_000
    assert [len(call) for call in house.warning.calls] == [1_000]


async def test_an_empty_batch_has_no_results(house: House) -> None:
    answer = await send(house, b'{"signals":[]}')
    assert (answer.status_code, answer.json()) == (200, {"results": []})


async def test_a_byte_order_mark_before_the_body_is_none_of_it(house: House) -> None:
    body = json.dumps({"signals": [a_signal("a")]}).encode("utf-8-sig")
    assert [one["status"] for one in (await send(house, body)).json()["results"]] == ["accepted"]


async def test_what_a_signal_says_arrives_unchanged(house: House) -> None:
    signal = a_signal(detail={"文": "\u2028\n\u0000", "big": 2**80, "small": 1.5e-9}, amount_cny="812345.60")
    await send(house, json.dumps({"signals": [signal]}))
    ((line,),) = house.warning.calls
    assert json.loads(line) == signal


async def test_a_signal_is_passed_on_as_it_was_written(house: House) -> None:
    """A reader would keep the last of two keys; the service that takes signals is to see both."""
    signals = [
        b'{"source_ref":"a","months":1, "months": 3}',
        b'{"amount" :1.10,\n "x":"],}"}',
        b"7",
        b'"\xe6\x96\x87"',
    ]
    await send(house, b' { "signals" :\r\n[ ' + b" ,\n".join(signals) + b" ] } ")
    assert house.warning.calls == [[signal.replace(b"\n", b" ") for signal in signals]]


@pytest.mark.parametrize("odd", ["9" * 10_000, r'"\ud800"', "[" * 300 + "]" * 300])
async def test_a_value_that_nobody_reads_is_the_fault_of_its_signal_alone(house: House, odd: str) -> None:
    good = json.dumps(a_signal("a"))
    signals = [good, f'{{"source_ref":"b","months":{odd}}}', good]
    answer = await send(house, f'{{"signals":[{",".join(signals)}]}}')
    assert answer.status_code == 200, answer.text
    assert house.warning.calls == [[signal.encode() for signal in signals]]


@pytest.mark.parametrize(
    "twice", ['[{"a":1}],"signals":[]', '[],"signals":[{"a":1}]', '7,"\\u0073ignals":[]']
)
async def test_two_lists_of_signals_are_refused(house: House, twice: str) -> None:
    answer = await send(house, f'{{"signals":{twice}}}')
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "repeated_key")
    assert house.warning.calls == []


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b'{"signals":[', 400),
        (b'{"signals":[{"a":"\xff"}]}', 400),
        (b'{"signals":[{"a":NaN}]}', 400),
        (b'{"signals":[' + b"[" * 5_000, 400),
        (b'{"signals":[{"a":' + b"9" * 10_000 + b"}]}\xff", 400),
        (b"[]", 422),
        (b"{}", 422),
        (b'{"signals":{}}', 422),
        (b'{"signals":[],"more":1}', 422),
        (json.dumps({"signals": [{}] * 1_001}).encode(), 422),
        (b'{"signals":[' + b" " * 4 * 1024 * 1024 + b"]}", 413),
    ],
)
async def test_a_fault_of_the_whole_body_refuses_all(house: House, raw: bytes, status: int) -> None:
    answer = await send(house, raw)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert house.warning.calls == []


async def test_only_json_is_read(house: House) -> None:
    assert (await send(house, b"a,b", "text/csv")).status_code == 415
