"""Signals without end, on a real server: nothing is lost, nobody waits for ever, memory stays as it is."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from services.gateway.usecases.disable_department import disable_department
from tests.service.gateway.house import House
from tests.service.gateway.server import StreamClient, served, until
from tests.service.gateway.test_intake_single import a_signal

pytestmark = pytest.mark.asyncio


class Connect(Protocol):
    """Opens a stream as a department; every connection is cut at the test's end."""

    async def __call__(self, **headers: str | int | UUID) -> StreamClient: ...


@pytest_asyncio.fixture
async def token(house: House) -> str:
    return await house.department_token()


@pytest_asyncio.fixture
async def connect(house: House, token: str) -> AsyncIterator[Connect]:
    clients: list[StreamClient] = []

    async def connected(**headers: str | int | UUID) -> StreamClient:
        clients.append(await StreamClient.connected(port, token, **headers))
        return clients[-1]

    async with served(house.app) as port:
        yield connected
        for client in clients:
            client.cut()


async def test_results_come_in_order_however_the_bytes_arrive(connect: Connect) -> None:
    body = b"".join(json.dumps(a_signal(f"r{n}")).encode() + b"\n" for n in range(300))
    client = await connect()
    for start in range(0, len(body), 997):
        await client.send(body[start : start + 997])
    await client.end()
    results = await client.all_results()
    assert client.status == 200
    assert client.headers["content-type"] == "application/x-ndjson"
    assert [result["index"] for result in results] == list(range(300))
    assert {result["status"] for result in results} == {"accepted"}


async def test_a_client_that_waits_for_each_answer_gets_it(connect: Connect) -> None:
    client = await connect()
    answers = client.results()
    for n in range(5):
        await client.send_lines([a_signal(f"r{n}")])
        async with asyncio.timeout(2):
            assert (await anext(answers))["index"] == n
    await client.end()
    assert [result async for result in answers] == []


async def test_a_client_that_sends_everything_first_does_not_deadlock(house: House, connect: Connect) -> None:
    count = 60_000
    signal = json.dumps(a_signal("same")).encode() + b"\n"
    client = await connect()
    async with asyncio.timeout(60):
        for _ in range(count // 1_000):
            await client.send(signal * 1_000)
        await client.end()
        results = await client.all_results()
    assert len(results) == count
    assert results[-1]["index"] == count - 1
    assert max(map(len, house.warning.calls)) == 1_000


async def test_a_fault_of_one_line_refuses_that_line(connect: Connect) -> None:
    client = await connect()
    overlong = b'{"source_ref":"' + b"x" * 70_000 + b'"}\n'
    await client.send(b'{"source_ref":"a"}\n{"broken\n\xff\xfe\n[1\n' + overlong + b'{"source_ref":"b"}')
    await client.end()
    results = await client.all_results()
    statuses = [result["status"] for result in results]
    assert statuses == ["accepted", "refused", "refused", "refused", "refused", "accepted"]
    assert results[4]["problem"]["code"] == "line_too_long"
    assert results[4]["problem"]["status"] == 413
    assert [error["field"] for error in results[4]["problem"]["errors"]] == ["body"]


async def test_blank_lines_are_no_lines(house: House, connect: Connect) -> None:
    stream_id = uuid4()
    client = await connect(Stream_Id=stream_id)
    await client.send(b'\n{"source_ref":"a"}\r\n\r\n  \n{"source_ref":"b"}\n\n')
    await client.end()
    assert [result["index"] for result in await client.all_results()] == [0, 1]
    assert house.warning.streams[str(stream_id)] == 2


async def test_a_line_without_end_is_refused_without_being_kept(connect: Connect) -> None:
    client = await connect()
    for _ in range(100):
        await client.send(b"x" * 65_536)
    await client.send(b'\n{"source_ref":"a"}\n')
    await client.end()
    assert [result["status"] for result in await client.all_results()] == ["refused", "accepted"]


async def test_an_empty_stream_has_no_results(connect: Connect) -> None:
    client = await connect()
    await client.end()
    assert await client.all_results() == []


async def test_a_stream_without_an_id_gets_one(connect: Connect) -> None:
    client = await connect()
    await client.read_head()
    assert len(client.headers["stream-id"]) == 36
    await client.end()
    await client.all_results()


async def test_after_a_lost_connection_a_client_goes_on_where_the_store_stands(
    house: House, connect: Connect, token: str
) -> None:
    stream_id = uuid4()
    lost = await connect(Stream_Id=stream_id)
    await lost.send_lines(a_signal(f"r{n}") for n in range(10))
    await lost.send(b'{"source_ref":"half a li')
    await until(lambda: house.warning.streams.get(str(stream_id)) == 10)
    lost.cut()
    progress = await house.call(token, "GET", f"/api/intake/v1/streams/{stream_id}")
    assert progress.json() == {"lines_stored": 10}
    again = await connect(Stream_Id=stream_id)
    await again.send_lines(a_signal(f"r{n}") for n in range(10, 15))
    await again.end()
    assert [result["index"] for result in await again.all_results()] == [10, 11, 12, 13, 14]
    assert house.warning.streams[str(stream_id)] == 15
    assert len(house.warning.stored) == 15


async def test_a_client_may_say_where_it_goes_on(house: House, connect: Connect) -> None:
    stream_id = uuid4()
    client = await connect(Stream_Id=stream_id, First_Line=7)
    await client.send_lines([a_signal()])
    await client.end()
    assert [result["index"] for result in await client.all_results()] == [7]
    assert house.warning.streams[str(stream_id)] == 8


async def test_a_failure_ends_the_stream_with_a_problem(house: House, connect: Connect) -> None:
    house.warning.calls_before_failure = 1
    client = await connect()
    answers = client.results()
    await client.send_lines([a_signal("a")])
    assert (await anext(answers))["status"] == "accepted"
    await client.send_lines([a_signal("b")])
    problem = await anext(answers)
    assert (problem["status"], problem["code"], problem["index"]) == (503, "unavailable", 1)
    assert [result async for result in answers] == []


async def test_disabling_a_department_ends_its_stream(house: House, connect: Connect) -> None:
    client = await connect()
    answers = client.results()
    await client.send_lines([a_signal("a")])
    assert (await anext(answers))["status"] == "accepted"
    async with house.db.write() as tx:
        await disable_department(tx, "hrss", "tests")
    await client.send_lines([a_signal("b")])
    assert (await anext(answers))["status"] == 401
    assert len(house.warning.calls) == 1


async def test_a_stream_outlives_its_access_token(house: House, connect: Connect) -> None:
    client = await connect()
    answers = client.results()
    for n in range(3):
        await client.send_lines([a_signal(f"r{n}")])
        assert (await anext(answers))["status"] == "accepted"
        house.clock.advance(timedelta(minutes=9))
    await client.end()
    used = {asked.headers["authorization"] for asked in house.warning.asked if asked.path == "/signals"}
    assert len(used) == 3


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_nothing_stays_on_disk(connect: Connect, tmp_path: Path) -> None:
    client = await connect()
    before = names_in(tmp_path)
    await client.send_lines(a_signal(f"r{n}") for n in range(2_000))
    await client.end()
    await client.all_results()
    assert names_in(tmp_path) == before


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Content_Type": "application/json"}, 415), ({"Stream_Id": "mine"}, 422), ({"First_Line": "-1"}, 422)],
)
async def test_a_wrong_head_is_refused_before_anything_is_read(
    connect: Connect, headers: dict[str, str], status: int
) -> None:
    client = await connect(**headers)
    await client.read_head()
    assert client.status == status
    assert client.headers["content-type"] == "application/problem+json"
