"""Starts what is measured as processes of their own, and ends them."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.http_client import Address, ask_once, request
from shared.bus.free_ports import free_port

_START_SECONDS = 60
_STOP_SECONDS = 30
_OK = 200


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    pid: int
    address: Address


@asynccontextmanager
async def platform(data: Path, profile: Path | None) -> AsyncIterator[Running]:
    """Run the platform on the data folder's PostgreSQL, with settings of its own but for address and token lifetime."""
    port = free_port()
    profiler = [] if profile is None else ["-m", "cProfile", "-o", str(profile)]
    command = [sys.executable, *profiler, "-m", "services", "up", "--embedded", "--data", str(data)]
    settings = {"PORT": str(port), "GATEWAY_ACCESS_TOKEN_MINUTES": "60", "LOG_LEVEL": "WARNING"}
    async with _server(command, port, "/readyz", data / "platform.log", settings) as running:
        yield running


@asynccontextmanager
async def part(service: str, role: str, data: Path, settings: Mapping[str, str]) -> AsyncIterator[Running]:
    """Run one service in one role; `settings` say on which database and broker."""
    port = free_port()
    command = [sys.executable, "-m", "services", "up", service, "--role", role]
    log = data / f"{service}-{role}.log"
    told = {**settings, "PORT": str(port), "LOG_LEVEL": "WARNING"}
    async with _server(command, port, "/readyz", log, told) as running:
        yield running


@asynccontextmanager
async def gateway(url: str, data: Path, port: int, key: Path, name: str) -> AsyncIterator[Running]:
    """Run a gateway alone, known to partners by this name; the services behind it are not needed."""
    command = [sys.executable, "-m", "services", "up", "gateway"]
    settings = {
        "DATABASE_URL": url,
        "PORT": str(port),
        "TOKEN_KEY_FILE": str(key),
        "GATEWAY_FEDERATION_NAME": name,
        "LOG_LEVEL": "WARNING",
    }
    settings |= {f"UPSTREAM_{one}": "http://127.0.0.1:9" for one in ("WARNING", "MEDIATION", "INSPECTION")}
    async with _server(command, port, "/readyz", data / f"gateway-{port}.log", settings) as running:
        yield running


@asynccontextmanager
async def floor_server(dsn: str, data: Path) -> AsyncIterator[Running]:
    """Run the bare application that the platform is compared with."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.floor_app", dsn, str(port)]
    async with _server(command, port, "/ready", data / "floor.log", {}) as running:
        yield running


@asynccontextmanager
async def _server(
    command: Sequence[str], port: int, ready: str, log: Path, settings: dict[str, str]
) -> AsyncIterator[Running]:
    inherited = {
        name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}
    }
    address = Address("127.0.0.1", port)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603, ASYNC220  our own programs; it returns at once
            command, stdout=output, stderr=output, env=inherited | settings, start_new_session=True
        )
    try:
        await _until_ready(process, address, ready, log)
        yield Running(process.pid, address)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            await asyncio.to_thread(process.wait, _STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


async def _until_ready(process: subprocess.Popen[bytes], address: Address, path: str, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, f"the server ended: {_last_words(log)}"
        with contextlib.suppress(OSError):
            if (await ask_once(address, request("GET", path))).status == _OK:
                return
        await asyncio.sleep(0.1)
    raise TimeoutError(f"the server is not ready after {_START_SECONDS} s: {_last_words(log)}")


def _last_words(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-2000:]
