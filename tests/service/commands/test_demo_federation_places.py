"""`demo federation` looks before it touches: what is another's is left as it is, and what it made it takes away."""

import signal
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typing_extensions import override

from shared.bus.free_ports import free_port
from simulation.demo.folder import claimed
from simulation.federation.installation import Installation, InstallationFailed, running
from tests.service.commands.ending import Ended, run


class Ready(BaseHTTPRequestHandler):
    """Says of itself what every demo says that is up."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    @override
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def our_signals() -> Iterator[None]:
    """Whoever takes an installation down holds Ctrl-C back to its own end, which is not ours."""
    kept = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    yield
    for name, handler in kept.items():
        signal.signal(name, handler)


@pytest.fixture
def answering() -> Iterator[int]:
    """The port of something that answers as a demo would."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Ready) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def walk(data: Path, data2: Path, port: int = 0, port2: int = 0) -> Ended:
    ports = ["--port", str(port or free_port()), "--port2", str(port2 or free_port())]
    places = [*ports, "--data", str(data), "--data2", str(data2)]
    return run(["demo", "federation", *places, "--enterprises", "100"])


def assert_refused(ended: Ended, told: str) -> None:
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    assert told in line
    assert " / " in line


@pytest.mark.parametrize("second", [".", "../ours", "../link", "inside", ".."])
def test_two_in_one_folder_are_refused_while_its_demo_runs_on(tmp_path: Path, second: str) -> None:
    ours, port = tmp_path / "ours", free_port()
    (tmp_path / "link").symlink_to(ours)
    with claimed(ours, f"http://127.0.0.1:{port}"):
        (ours / "clock.txt").write_text("60")
        before = set(ours.iterdir())
        assert_refused(walk(ours, ours / second, port), "DATA2=")
        assert set(ours.iterdir()) == before
        assert not (ours / "clock.txt").is_symlink()


def test_two_on_one_port_are_refused(tmp_path: Path) -> None:
    port = free_port()
    assert_refused(walk(tmp_path / "ours", tmp_path / "theirs", port, port), "PORT2=")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_a_folder_with_something_else_in_it_is_left_as_it_is(tmp_path: Path, whose: str) -> None:
    foreign = tmp_path / whose
    foreign.mkdir()
    (foreign / "thesis.docx").touch()
    assert_refused(walk(tmp_path / "ours", tmp_path / "theirs"), str(foreign))
    assert list(tmp_path.rglob("*")) == [foreign, foreign / "thesis.docx"]


def test_a_folder_whose_demo_runs_on_another_port_keeps_its_clock(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    with claimed(theirs, "http://127.0.0.1:1"):
        (theirs / "clock.txt").write_text("60")
        assert_refused(walk(tmp_path / "ours", theirs), "http://127.0.0.1:1")
        assert (theirs / "clock.txt").read_text() == "60"
        assert not (theirs / "clock.txt").is_symlink()


@pytest.mark.parametrize(("whose", "variable"), [("port", " PORT="), ("port2", " PORT2=")])
def test_who_answers_on_a_port_is_not_taken_for_a_folder_that_does_not_run(
    tmp_path: Path, answering: int, whose: str, variable: str
) -> None:
    ended = walk(tmp_path / "ours", tmp_path / "theirs", **{whose: answering})
    assert_refused(ended, variable)
    assert str(answering) in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_demo_that_holds_the_folder_is_recognised(tmp_path: Path, answering: int) -> None:
    one = Installation("theirs", answering, tmp_path / "theirs", 100, "labour-warning", leader=tmp_path)
    assert not one.runs()
    with claimed(one.data, one.address):
        assert one.runs()
        with running(one, throw_away=True):
            pass
    assert one.data.exists()
    assert not one.runs()


@pytest.mark.parametrize("there_before", [False, True])
def test_what_was_made_for_a_start_that_fails_is_taken_away(tmp_path: Path, *, there_before: bool) -> None:
    too_few = 1
    one = Installation(
        "theirs", free_port(), tmp_path / "theirs", too_few, "labour-warning", leader=tmp_path / "ours"
    )
    if there_before:
        one.data.mkdir()
    with pytest.raises(InstallationFailed), running(one, throw_away=True):
        pass
    assert one.data.exists() is there_before
