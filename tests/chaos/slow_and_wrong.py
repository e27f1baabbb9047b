"""A disk that is slow, and clocks that are wrong, for single processes: the machine's own are left alone."""

import asyncio
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil

_CALLS = "fsync,fdatasync"
_ATTACH_SECONDS = 10.0
_LIBRARIES = ("/usr/lib", "/usr/local/lib")
# libfaketime 0.9.10 refuses clock_nanosleep, by which Python sleeps, where the monotonic clock is left alone.
_SLEEP = """
import threading, time

def sleep(seconds):
    threading.Event().wait(seconds)

time.sleep = sleep
"""


def why_no_strace() -> str:
    """Return why system calls cannot be delayed here, "" where they can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    with subprocess.Popen(["sleep", "10"]) as sleeping:
        tried = subprocess.run(
            ["timeout", "1", "strace", "-qq", "-p", str(sleeping.pid)],
            capture_output=True,
            check=False,
            text=True,
        )
        sleeping.kill()
    refused = "not permitted" in tried.stderr or "denied" in tried.stderr
    return f"strace may not attach to a process: {tried.stderr.strip()}" if refused else ""


def fake_time() -> Path | None:
    """Return the library that gives a process another clock, None where it is not installed."""
    found = (path for folder in _LIBRARIES for path in Path(folder).glob("**/faketime/libfaketime.so.1"))
    return next(found, None)


@asynccontextmanager
async def slow_disk(server: int, delay_seconds: float) -> AsyncIterator[None]:
    """Let every write to disk of a server and its children take so much longer."""
    root = psutil.Process(server)
    pids = [str(one.pid) for one in (root, *root.children(recursive=True))]
    inject = f"inject={_CALLS}:delay_exit={round(delay_seconds * 1_000_000)}"
    attach = [argument for pid in pids for argument in ("-p", pid)]
    tracer = await asyncio.create_subprocess_exec(
        *("strace", "-f", "-qq", "-e", f"trace={_CALLS}", "-e", inject, "-o", "/dev/null", *attach),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _until_traced(server)
        yield
    finally:
        with suppress(ProcessLookupError):
            tracer.send_signal(signal.SIGINT)
        await tracer.wait()


async def _until_traced(pid: int) -> None:
    status = Path("/proc") / str(pid) / "status"
    async with asyncio.timeout(_ATTACH_SECONDS):
        while "TracerPid:\t0\n" in await asyncio.to_thread(status.read_text):  # noqa: ASYNC110  the kernel tells nobody
            await asyncio.sleep(0.05)


class Clock:
    """A clock of single processes, which can be set while they run."""

    def __init__(self, library: Path, folder: Path) -> None:
        self._file = folder / "clock"
        (folder / "sitecustomize.py").write_text(_SLEEP)
        self.environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            # Waits go by the monotonic clock, which no administrator can set.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "PYTHONPATH": str(folder),
        }
        self.set(0)

    def set(self, minutes: int) -> None:
        """Let the clock be wrong by so much from now on."""
        written = self._file.with_suffix(".new")
        written.write_text(f"{minutes:+d}m\n")
        written.rename(self._file)
