"""The demo as a newcomer meets it: started, looked at, stopped, killed, started again. A small district does."""

import json
import os
import re
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flows.demo_process import Demo, demo_command

pytestmark = pytest.mark.slow

RED_IN_A_TOWN = re.compile(r"^ +\S+镇 .*红 \d+ +橙 \d+$", re.MULTILINE)


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
    accounts = json.loads(demo_command(demo.data, "accounts", "--json").stdout)
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

    # The next time their terminal is closed on it.
    demo.start()
    assert demo.end(signal.SIGHUP) == 0
    assert demo.processes() == []
    assert demo_command(demo.data, "reset").returncode == 0
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


def test_a_half_made_district_is_made_anew_and_a_killed_database_ends_the_demo_with_one_line(
    tiny_demo: Demo,
) -> None:
    demo = tiny_demo
    demo.begin_until("载入历史数据")
    demo.end(signal.SIGKILL)
    demo.start()
    overview = demo.call("GET", "/api/dashboard/v1/overview", demo.log_in(demo.official("district_officer")))
    assert sum(overview["assessed"].values()) == 300

    postmaster = int((demo.data / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    assert demo.process is not None
    assert demo.process.wait(60) == 1
    *_, told = demo.text().rstrip().splitlines()
    assert "make demo" in told
    assert "Traceback" not in demo.text()
    assert demo.processes() == []


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
