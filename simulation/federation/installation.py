"""One whole installation as a process of its own, worked with as its people do: by commands and through its doors."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any

import httpx

from shared.kernel.errors import DomainError, Kind
from shared.runtime.stop_signals import stop_signals
from simulation.ahead import follow
from simulation.demo.folder import check_free, check_ours, clear_away, holder
from simulation.demo.people import read_people
from simulation.demo.run import check_port

HOST = "127.0.0.1"
_LOGIN_MINUTES = 8
_UP_SECONDS = 900
_STOP_SECONDS = 60
_LOOK_SECONDS = 0.2
_LAST_WORDS = 800


class InstallationFailed(DomainError):
    """An installation did not start, or refused what it should take."""

    kind = Kind.UNAVAILABLE
    code = "demo.installation_failed"


@dataclass(slots=True)
class Installation:
    """An installation of the demo: its name among partners, its port, its folder."""

    name: str
    port: int
    data: Path
    enterprises: int
    program: str
    leader: Path | None = None
    """The data folder whose clock it lives on; its own when None."""
    _client: httpx.Client = field(init=False)
    _token: str = ""
    _logged_in_at: float = 0.0

    def __post_init__(self) -> None:
        self._client = httpx.Client(base_url=self.address, trust_env=False, timeout=30)

    @property
    def address(self) -> str:
        """Return where it can be reached."""
        return f"http://{HOST}:{self.port}"

    @property
    def settings(self) -> dict[str, str]:
        """Return what makes it this installation and no other."""
        return {
            "PORT": str(self.port),
            "HOST": HOST,
            "DATA": str(self.data),
            "GATEWAY_FEDERATION_NAME": self.name,
            "GATEWAY_FEDERATION_BASE_URL": self.address,
        }

    def answers(self) -> bool:
        """Tell whether it is up, with all its warnings assigned."""
        try:
            return self._client.get("/readyz").status_code == HTTPStatus.OK
        except httpx.TransportError:
            return False

    def runs(self) -> bool:
        """Tell whether it is up: not just anybody answers on its port, but the demo that holds its folder."""
        return self.answers() and holder(self.data) == self.address

    def check_startable(self) -> None:
        """Write nothing. Raises FolderNotOurs, FolderTooNew, FolderBusy or PortTaken."""
        check_ours(self.data)
        check_free(self.data)
        check_port(self.port, "PORT" if self.leader is None else "PORT2")

    def command(self, *words: str) -> str:
        """Run one of its commands and return what it printed. Raises InstallationFailed."""
        done = subprocess.run(  # noqa: S603  our own program
            [*_own_program(), *words],
            env=_environment(self.settings),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise InstallationFailed(done.stderr.strip() or done.stdout.strip(), done.stderr.strip())
        return done.stdout.strip()

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Call its dashboard as its district officer. Raises InstallationFailed."""
        headers = {"Authorization": f"Bearer {self._officers_token()}"}
        answer = self._client.request(method, f"/api/dashboard/v1{path}", headers=headers, json=body)
        if answer.is_error:
            problem = answer.json()
            raise InstallationFailed(problem["title"], problem["title_en"])
        return answer.json()

    def _officers_token(self) -> str:
        if time.monotonic() - self._logged_in_at > _LOGIN_MINUTES * 60 or not self._token:
            officials = read_people(self.data).officials
            officer = next(one for one in officials if one.role == "district_officer")
            body = {"username": officer.username, "password": officer.password}
            answer = self._client.post("/api/auth/v1/login", json=body)
            answer.raise_for_status()
            self._token, self._logged_in_at = answer.json()["access_token"], time.monotonic()
        return self._token


@contextmanager
def running(one: Installation, *, throw_away: bool) -> Iterator[None]:
    """Run an installation as long as the block runs, unless it runs already; a new folder may be thrown away.

    Raises FolderNotOurs, FolderTooNew, FolderBusy, PortTaken, ClockFurtherAhead or InstallationFailed.
    """
    if one.runs():
        yield
        return
    one.check_startable()
    made_here = not one.data.exists()
    try:
        if one.leader is not None:
            follow(one.data, one.leader)
        with _started(one):
            yield
    finally:
        if throw_away and made_here:
            clear_away(one.data)


@contextmanager
def _started(one: Installation) -> Iterator[None]:
    words = ["demo", "start", "--port", str(one.port), "--data", str(one.data)]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603  our own program; Ctrl-C is ours to pass on
            [*_own_program(), *words, "--enterprises", str(one.enterprises)],
            env=_environment(one.settings),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait(one, process, output)
            yield
        finally:
            _hold_signals()
            _stop(process)


def _hold_signals() -> None:
    """Take no second Ctrl-C while everything is taken down."""
    for name in stop_signals():
        signal.signal(name, signal.SIG_IGN)


def _wait(one: Installation, process: "subprocess.Popen[bytes]", output: IO[bytes]) -> None:
    until = time.monotonic() + _UP_SECONDS
    while not one.runs():
        if process.poll() is not None or time.monotonic() > until:
            output.seek(0)
            said = output.read().decode("utf-8", "replace")[-_LAST_WORDS:].strip()
            raise InstallationFailed(f"{one.name} 未能启动：{said}", f"{one.name} did not start.")
        time.sleep(_LOOK_SECONDS)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _own_program() -> list[str]:
    return [sys.executable, "-m", "services"]


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return our environment without what points to another installation."""
    foreign = ("DATABASE_URL", "TOKEN_", "UPSTREAM_", "GATEWAY_", "BUS", "LOG_")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)} | dict(
        settings
    )
