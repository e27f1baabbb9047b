"""The demo as a newcomer meets it: started, looked at, stopped, killed, started again. A small district does."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SECONDS = 120.0
RED_IN_A_TOWN = re.compile(r"^ +\S+镇 .*红 \d+ +橙 \d+$", re.MULTILINE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PORT"}}
    return kept | {"DATA": str(data), "PYTHONUTF8": "1"}


def command(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services", "demo", *words],
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

    def begin(self) -> subprocess.Popen[bytes]:
        words = ["demo", "start", "--port", str(self.port), "--enterprises", str(self.enterprises)]
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

    def start(self) -> None:
        process = self.begin()
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
            return httpx.get(f"http://127.0.0.1:{self.port}{path}", trust_env=False, timeout=10).status_code
        except httpx.TransportError:
            return 0

    def call(self, method: str, path: str, token: str | None = None, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=30) as client:
            answer = client.request(method, path, headers=headers, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def log_in(self, account: dict[str, str]) -> str:
        given = {name: account[name] for name in ("username", "password")}
        return str(self.call("POST", "/api/auth/v1/login", body=given)["access_token"])

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
        if self.process is not None and self.process.poll() is None:
            self.end(signal.SIGKILL)
        if self.processes():
            command(self.data, "table")  # joins the server that was left, and stops it


@pytest.fixture
def small_demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path / "data", 2_000)
    yield demo
    demo.clean_up()


def test_a_newcomer_sees_the_first_warnings_and_finds_them_again(small_demo: Demo) -> None:
    demo = small_demo
    demo.start()
    assert len(RED_IN_A_TOWN.findall(demo.text())) == 9
    assert f"http://127.0.0.1:{demo.port}" in demo.text()
    accounts = json.loads(command(demo.data, "accounts", "--json").stdout)
    check_accounts(accounts)
    assert stat.S_IMODE((demo.data / "accounts.json").stat().st_mode) == 0o600
    first = [one for one in accounts if one["role"] == "grid_coordinator"][:3]
    assert len({one["division"] for one in first}) == 3
    lists = [demo.worklist(one) for one in first]
    assert all(any(item["state"] == "assigned" for item in items) for items in lists)
    assert demo.end(signal.SIGINT) == 0
    assert demo.processes() == []

    demo.start()
    assert demo.worklist(first[0]) == lists[0]
    demo.end(signal.SIGKILL)
    assert demo.processes() != []

    demo.start()
    assert demo.end(signal.SIGINT) == 0
    assert demo.processes() == []
    assert command(demo.data, "reset").returncode == 0
    assert not demo.data.exists()


def check_accounts(accounts: list[dict[str, Any]]) -> None:
    officials = [one for one in accounts if one["role"] != "department"]
    departments = [one for one in accounts if one["role"] == "department"]
    assert {one["role"] for one in officials} == {
        "grid_coordinator",
        "town_officer",
        "district_officer",
        "inspector",
        "mediator",
        "system_admin",
        "security_admin",
        "auditor",
    }
    assert {tuple(one) for one in officials} == {("role", "username", "password", "division")}
    assert len({one["password"] for one in officials}) == len(officials)
    assert {tuple(one) for one in departments} == {
        ("role", "source", "client_id", "client_secret", "indicators")
    }
    assert "wage_arrears" in next(one for one in departments if one["source"] == "hrss")["indicators"]


@pytest.fixture
def tiny_demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path / "data", 300)
    yield demo
    demo.clean_up()


def test_a_district_that_was_half_made_is_made_anew(tiny_demo: Demo) -> None:
    demo = tiny_demo
    demo.begin_until("载入历史数据")
    demo.end(signal.SIGKILL)
    demo.start()
    accounts = json.loads(command(demo.data, "accounts", "--json").stdout)
    officer = next(one for one in accounts if one["role"] == "district_officer")
    overview = demo.call("GET", "/api/dashboard/v1/overview", demo.log_in(officer))
    assert sum(overview["assessed"].values()) == 300
    assert demo.end(signal.SIGINT) == 0


def test_ctrl_c_while_the_district_is_made_leaves_nothing_running(tiny_demo: Demo) -> None:
    demo = tiny_demo
    demo.begin_until("建立账号")
    assert demo.process is not None
    os.killpg(demo.process.pid, signal.SIGINT)
    time.sleep(0.1)
    demo.end(signal.SIGINT)
    assert demo.process.returncode == 130
    assert "Traceback" not in demo.text()
    assert demo.processes() == []
