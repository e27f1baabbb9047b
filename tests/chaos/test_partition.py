"""A relay that is cut off from its database loses its lock in time, and knows it before it works again.

The cut is real: another network namespace, whose cable is taken off and put back.
"""

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest

from shared.bus.settings import KafkaSettings
from shared.db.embedded import EmbeddedPostgres
from shared.db.engine import make_engine
from shared.db.locks import only_one

pytestmark = [pytest.mark.asyncio, pytest.mark.enable_socket]

ROOT = Path(__file__).parents[2]
SPACE, HERE, THERE = "lew-cut-off", "10.231.7.1", "10.231.7.2"
MOST_SECONDS = 30.0
_PATIENCE_SECONDS = 60.0
_HOLDER = """
import asyncio, sys
from shared.db.engine import make_engine
from shared.db.locks import only_one

async def main():
    async with only_one(make_engine(sys.argv[1], application="holder"), "gateway.relay") as connection:
        print("holds", flush=True)
        while True:
            await connection.exec_driver_sql("SELECT 1")
            await asyncio.sleep(0.2)

asyncio.run(main())
"""


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@pytest.fixture
def cable() -> Iterator[str]:
    """Give the name of a cable between here and a network namespace."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces need root and iproute2")
    _clear()
    try:
        ip("netns", "add", SPACE)
        ip("link", "add", "lew-here", "type", "veth", "peer", "name", "lew-there", "netns", SPACE)
    except subprocess.CalledProcessError as error:
        told = error.stderr.decode().strip()
        if "not permitted" in told or "not supported" in told:
            pytest.skip(f"no network namespaces with veth here: {told}")
        raise AssertionError(told) from error
    # A bridge between, so that our own end stays up when the cable is off: only then is the silence that of a network.
    ip("link", "add", "lew-bridge", "type", "bridge")
    ip("addr", "add", f"{HERE}/24", "dev", "lew-bridge")
    ip("link", "set", "lew-bridge", "up")
    ip("link", "set", "lew-here", "master", "lew-bridge", "up")
    ip("-n", SPACE, "addr", "add", f"{THERE}/24", "dev", "lew-there")
    ip("-n", SPACE, "link", "set", "lew-there", "up")
    yield "lew-here"
    _clear()


def _clear() -> None:
    for what in (("link", "del", "lew-here"), ("link", "del", "lew-bridge"), ("netns", "del", SPACE)):
        with suppress(subprocess.CalledProcessError):
            ip(*what)


@pytest.fixture
def server(cable: str, tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """Give a PostgreSQL that listens at our end of the cable."""
    assert cable
    with EmbeddedPostgres(tmp_path):
        pass
    with (tmp_path / "postgres" / "postgresql.conf").open("a") as configuration:
        configuration.write(f"listen_addresses = '{HERE}'\n")
    with (tmp_path / "postgres" / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {THERE}/32 trust\n")
    with EmbeddedPostgres(tmp_path) as running:
        yield running


async def test_a_relay_that_is_cut_off_loses_its_lock_in_time(server: EmbeddedPostgres, cable: str) -> None:
    url = f"postgresql://postgres@{HERE}:5432/postgres"
    command = ["ip", "netns", "exec", SPACE, sys.executable, "-c", _HOLDER, url]
    holder = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert holder.stdout is not None
    assert await asyncio.wait_for(holder.stdout.readline(), 20) == b"holds\n"

    try:
        waited = await _cut(server, cable, holder)
    finally:
        with suppress(ProcessLookupError):
            holder.kill()
    sys.stderr.write(f"the lock was free {waited:.1f} s after the cut\n")


async def _cut(server: EmbeddedPostgres, cable: str, holder: asyncio.subprocess.Process) -> float:
    """Take the cable off, and put it back once the lock is ours; return how long that took."""
    ip("link", "set", cable, "nomaster")
    cut_at = time.monotonic()
    engine = make_engine(server.url, application="contender")
    async with AsyncExitStack() as stack:
        async with asyncio.timeout(MOST_SECONDS):
            _held = await stack.enter_async_context(only_one(engine, "gateway.relay"))
        waited = time.monotonic() - cut_at
        # What the other one was publishing when it was cut off, it has given up by now.
        assert waited > KafkaSettings("").publish_timeout_seconds
        ip("link", "set", cable, "master", "lew-bridge")
        # It finds its connection gone, and ends instead of going on without the lock.
        assert await asyncio.wait_for(holder.wait(), _PATIENCE_SECONDS) != 0
    await engine.dispose()
    return waited
