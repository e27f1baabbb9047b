"""`make demo-federation` as somebody runs it: it walks across and back, ends by itself, and leaves nothing running."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from shared.bus.free_ports import free_port
from tests.flows.running import ROOT, environment

pytestmark = pytest.mark.slow
SECONDS = 400.0


def begin(folder: Path) -> "subprocess.Popen[str]":
    places = ["--port", str(free_port()), "--data", str(folder / "ours")]
    places += ["--port2", str(free_port()), "--data2", str(folder / "theirs")]
    return subprocess.Popen(
        [sys.executable, "-m", "services", "demo", "federation", *places, "--enterprises", "200"],
        cwd=ROOT,
        env=environment({"PYTHONUTF8": "1"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def left_behind(folder: Path) -> Iterator[str]:
    for process in psutil.process_iter(["cmdline"]):
        words = " ".join(process.info["cmdline"] or ())
        if str(folder) in words and process.pid != os.getpid():
            yield words


def appears(path: Path) -> None:
    until = time.monotonic() + SECONDS
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_it_walks_across_and_back_and_ends(tmp_path: Path) -> None:
    process = begin(tmp_path)
    shown, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, shown
    assert "已受理 / accepted" in shown
    assert "不予协助 / refused" in shown
    assert shown.count("完好 / sound: 8") == 2
    assert list(left_behind(tmp_path)) == []
    assert not (tmp_path / "theirs").exists()


def test_ctrl_c_in_the_middle_leaves_nothing_running(tmp_path: Path) -> None:
    process = begin(tmp_path)
    appears(tmp_path / "theirs" / "postgres")
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert list(left_behind(tmp_path)) == []
    assert not (tmp_path / "theirs").exists()


def test_a_neighbour_that_is_killed_leaves_no_server_and_no_folder(tmp_path: Path) -> None:
    process = begin(tmp_path)
    appears(tmp_path / "theirs" / "demo.json")
    (neighbour,) = (
        one
        for one in psutil.process_iter(["cmdline"])
        if str(tmp_path / "theirs") in (one.info["cmdline"] or ()) and "start" in one.info["cmdline"]
    )
    neighbour.kill()
    shown, _ = process.communicate(timeout=60)
    assert process.returncode == 1, shown
    assert list(left_behind(tmp_path)) == []
    assert not (tmp_path / "theirs").exists()
