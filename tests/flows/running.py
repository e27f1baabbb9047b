"""The command `labour-warning` as a process of its own."""

import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from shared.bus.free_ports import free_port

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "services")
# For the many clients of plain HTTP: each would read the machine's authorities anew, for 20 ms.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_UP_SECONDS = 60.0


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with other settings; what a developer set for real is left out."""
    foreign = ("DATABASE_URL", "DATA", "BUS", "TOKEN_", "UPSTREAM_", "GATEWAY_", "WARNING_", "LOG_", "KAFKA_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, **settings}


def run(arguments: Sequence[str], **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@dataclass(slots=True)
class Running:
    """A process that serves."""

    process: "subprocess.Popen[bytes]"
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_until(self, there: Callable[["Running"], bool]) -> None:
        deadline = time.monotonic() + _UP_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            if there(self):
                return
            time.sleep(0.05)
        raise AssertionError(f"the process does not come up, its status is {self.process.poll()}")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def answers(running: Running, path: str = "/healthz") -> bool:
    """Tell whether an address answers with 200."""
    connection = HTTPConnection("127.0.0.1", running.port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def up(arguments: Sequence[str], log: Path, **settings: str) -> Iterator[Running]:
    """Run `labour-warning up` in the background; it is killed at the end if it still runs."""
    settings = {"PORT": str(free_port()), "HOST": "127.0.0.1"} | settings
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*COMMAND, "up", *arguments], cwd=ROOT, env=environment(settings), stdout=out, stderr=out
        )
        try:
            yield Running(process, int(settings["PORT"]))
        finally:
            process.kill()
            process.wait()
