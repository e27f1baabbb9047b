"""A demo as its user has it: a process, its folder, its screen, its doors."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx

from shared.bus.free_ports import free_port
from simulation.demo.people import read_people

ROOT = Path(__file__).parents[2]
SECONDS = 120.0


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PORT"}}
    return kept | {"DATA": str(data), "PYTHONUTF8": "1"}


def demo_command(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return command(data, "demo", *words)


def command(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services", *words],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        check=False,
    )


class Demo:
    """One demo's folder, and the process that runs on it now."""

    def __init__(self, data: Path, enterprises: int) -> None:
        self.data = data
        self.screen = data.parent / "screen.txt"
        self.enterprises = enterprises
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._caller = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=30)

    def begin(self, *more: str) -> subprocess.Popen[bytes]:
        words = ["demo", "start", "--port", str(self.port), "--enterprises", str(self.enterprises), *more]
        with self.screen.open("wb") as screen:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services", *words],
                cwd=ROOT,
                env=environment(self.data),
                stdout=screen,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.process

    def start(self, *more: str) -> None:
        process = self.begin(*more)
        self._wait(lambda: self.get("/readyz") == 200 or process.poll() is not None)
        assert process.poll() is None, self.text()
        self._wait(lambda: "Ctrl-C" in self.text())

    def begin_until(self, shown: str) -> None:
        process = self.begin()
        self._wait(lambda: shown in self.text() or process.poll() is not None)
        assert process.poll() is None, self.text()

    def _wait(self, done: Any) -> None:
        end = time.monotonic() + SECONDS
        while not done():
            assert time.monotonic() < end, self.text()
            time.sleep(0.1)

    def get(self, path: str) -> int:
        try:
            return self._caller.get(path).status_code
        except httpx.TransportError:
            return 0

    def call(self, method: str, path: str, token: str | None = None, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self._caller.request(method, path, headers=headers, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def official(self, role: str) -> dict[str, str]:
        """Return one of its officials with this role."""
        return next(asdict(one) for one in read_people(self.data).officials if one.role == role)

    def log_in(self, account: dict[str, str]) -> str:
        given = {name: account[name] for name in ("username", "password")}
        return str(self.call("POST", "/api/auth/v1/login", body=given)["access_token"])

    def token_of(self, source: str) -> str:
        """Return a department's access token."""
        who = next(one for one in read_people(self.data).departments if one.source == source)
        form = {
            "grant_type": "client_credentials",
            "client_id": who.client_id,
            "client_secret": who.client_secret,
        }
        return str(self._caller.post("/api/auth/v1/token", data=form).json()["access_token"])

    def worklist(self, account: dict[str, str]) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.call("GET", "/api/mobile/v1/worklist", self.log_in(account))[
            "items"
        ]
        return items

    def text(self) -> str:
        return self.screen.read_text("utf-8")

    def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        os.killpg(self.process.pid, number)
        return self.process.wait(30)

    def processes(self) -> list[str]:
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
            if str(self.data) in line:
                found.append(line)
        return found

    def clean_up(self) -> None:
        self._caller.close()
        if self.process is not None and self.process.poll() is None:
            self.end(signal.SIGKILL)
        if self.processes():
            demo_command(self.data, "table")  # joins the server that was left, and stops it
