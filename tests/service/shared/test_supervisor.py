"""A process lives as long as everything in it lives, and ends without dropping what it has begun."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest

from shared.bus.free_ports import free_port
from tests.service.shared.post import eventually

pytestmark = pytest.mark.asyncio

ROOT = Path(__file__).parents[3]
_RELAY = """SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database
WHERE locktype = 'advisory' AND granted AND datname = current_database()"""


@dataclass(slots=True)
class Program:
    """A process under the supervisor."""

    process: "subprocess.Popen[str]"
    address: str

    async def until_up(self) -> None:
        async with httpx.AsyncClient(base_url=self.address) as caller:
            await eventually(lambda: _answers(caller), 60)

    async def ended(self) -> int:
        """Return its status."""
        return await asyncio.to_thread(self.process.wait, 30)

    async def told(self) -> str:
        """Return what it wrote to its log."""
        return (await asyncio.to_thread(self.process.communicate))[1]


async def _answers(caller: httpx.AsyncClient) -> bool:
    try:
        return (await caller.get("/healthz")).status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def a_program(mode: str, url: str, port: int) -> Iterator[Program]:
    command = [sys.executable, "-m", "tests.service.shared.program", mode]
    environment = {**os.environ, "DATABASE_URL": url, "PORT": str(port)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stderr=subprocess.PIPE) as process:
        try:
            yield Program(process, f"http://127.0.0.1:{port}")
        finally:
            process.kill()


@pytest.mark.parametrize(
    "line", [b"BREW / HTTP/1.1", b"GET / HTTP/9.9", b"GET /?a=\x01 HTTP/1.1", b"\x16\x03\x01"]
)
async def test_what_is_no_http_is_answered_with_a_problem(database_url: str, port: int, line: bytes) -> None:
    with a_program("calm", database_url, port) as program:
        await program.until_up()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(line + b"\r\nHost: tests\r\n\r\n")
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/problem+json" in head
    problem = json.loads(body)
    assert (problem["status"], problem["code"]) == (400, "not_http")
    assert f"x-correlation-id: {problem['correlation_id']}".encode() in head


@pytest.fixture
def port() -> int:
    """Give a port that nobody uses."""
    return free_port()


async def test_a_request_under_way_is_finished_before_the_process_ends(database_url: str, port: int) -> None:
    with a_program("calm", database_url, port) as program:
        caller = httpx.AsyncClient()
        await program.until_up()
        asked = asyncio.create_task(caller.get(f"{program.address}/slow"))
        await asyncio.sleep(0.3)
        program.process.send_signal(signal.SIGTERM)

        assert (await asked).json() == "done"
        assert await program.ended() == 0
        with pytest.raises(httpx.ConnectError):
            await caller.get(f"{program.address}/healthz")
        await caller.aclose()


async def test_who_keeps_a_connection_is_told_to_leave_it_before_the_process_ends(
    database_url: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRAIN_SECONDS", "3")
    with a_program("calm", database_url, port) as program:
        await program.until_up()
        async with httpx.AsyncClient(base_url=program.address) as caller:
            assert "connection" not in (await caller.get("/healthz")).headers
            program.process.send_signal(signal.SIGTERM)
            await asyncio.sleep(1.5)
            last = await caller.get("/healthz")
        assert (last.status_code, last.headers["connection"]) == (200, "close")
        assert await program.ended() == 0


async def test_ctrl_c_ends_it_without_a_fault(database_url: str, port: int) -> None:
    with a_program("calm", database_url, port) as program:
        await program.until_up()
        program.process.send_signal(signal.SIGINT)

        assert await program.ended() == 0
        assert await program.told() == ""


async def test_a_process_whose_relay_dies_dies_with_it(database_url: str, port: int) -> None:
    with a_program("calm", database_url, port) as program:
        await program.until_up()
        await break_relay(database_url)

        assert await program.ended() not in {0, -signal.SIGKILL}


async def test_a_request_under_way_is_finished_though_a_loop_dies(database_url: str, port: int) -> None:
    with a_program("calm", database_url, port) as program:
        await program.until_up()
        async with httpx.AsyncClient() as caller:
            asked = asyncio.create_task(caller.get(f"{program.address}/slow"))
            await asyncio.sleep(0.3)
            await break_relay(database_url)

            assert (await asked).json() == "done"
        assert await program.ended() not in {0, -signal.SIGKILL}


async def break_relay(url: str) -> None:
    """Cut the connection on which a relay holds its lock."""
    connection = await asyncpg.connect(url)
    relay = await eventually(lambda: connection.fetchval(_RELAY))
    await connection.execute(f"SELECT pg_terminate_backend({relay})")
    await connection.close()


async def test_a_process_whose_job_cannot_work_dies(database_url: str, port: int) -> None:
    with a_program("failing", database_url, port) as program:
        assert await program.ended() not in {0, -signal.SIGKILL}
        assert "the job cannot do its work" in await program.told()


async def test_a_process_that_cannot_listen_ends_before_it_works(database_url: str, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)), a_program("failing", database_url, port) as program:
        assert await program.ended() == 1
        told = await program.told()

    assert f"Cannot listen on 127.0.0.1:{port}" in told
    assert "the job cannot do its work" not in told
