"""A private PostgreSQL in a data folder, from the binaries of a wheel: no root, no Docker, no running service.

Every process that works on a data folder holds a shared file lock. A file lock dies with its holder, even by
SIGKILL, so the one that leaves last knows that it is the last and stops the server; the next start after a crash
finds the server running and takes it over.
"""

import fcntl
import hashlib
import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from shared.db.archive import archiving
from shared.db.programs import ORDINARY_USER, EmbeddedPostgresFailed, give_away, last_line, run

_SOCKET_NAME = ".s.PGSQL.5432"
_LONGEST_SOCKET_PATH = 100
_START_SECONDS = 60
_LOOK_AGAIN_SECONDS = 0.02
MAKING = "postgres.new."
"""How the name of a data folder begins while it is made; one that was killed may stay behind."""
# The eighth line of postmaster.pid, which pg_ctl reads as well: starting, ready, standby or stopping.
_STATUS_LINE = 7
_READY = "ready"
_CONFIGURATION = """
listen_addresses = ''
max_connections = 100
shared_buffers = 96MB
max_wal_size = 1GB
checkpoint_timeout = 15min
wal_compression = on
random_page_cost = 1.1
jit = off
max_parallel_workers_per_gather = 0
log_min_messages = warning
timezone = 'UTC'
"""


class EmbeddedPostgres:
    """A server in `folder`/postgres, shared by all processes that work on the folder."""

    def __init__(
        self,
        folder: Path,
        *,
        durable: bool = True,
        settings: Mapping[str, str] | None = None,
        start_seconds: int = _START_SECONDS,
    ) -> None:
        """Keep the folder; `durable=False` gives up crash safety for speed, for tests only.

        `settings` hold for the server that this process starts, and are written down nowhere.
        """
        self._folder = folder.resolve()
        self._data = self._folder / "postgres"
        self._durable = durable
        self._settings = settings or {}
        self._start_seconds = start_seconds
        self._users: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Start or join the server."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave; the last one stops it."""
        self.leave()

    @property
    def url(self) -> str:
        """Return the address of the database `postgres` on this server."""
        return f"postgresql://postgres@/postgres?host={self._socket_folder()}"

    @property
    def reached_by(self) -> tuple[str, str]:
        """Return the options that lead PostgreSQL's own programs here; the address has to be free of blanks there."""
        return f"--host={self._socket_folder()}", "--username=postgres"

    def start(self) -> None:
        """Join the running server, or make and start it. Raises EmbeddedPostgresFailed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._alone():
            users = self._users or (self._folder / ".users.lock").open("ab")
            try:
                fcntl.flock(users, fcntl.LOCK_SH)
                if not self._settled():
                    self._initialise()
                    self._launch()
            except BaseException:
                users.close()
                self._users = None
                raise
            self._users = users

    def leave(self) -> None:
        """Let go; stop the server when nobody else works on the folder."""
        if self._users is None:
            return
        with self._alone():
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self._stop()
            self._users.close()
            self._users = None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._folder / ".start.lock").open("ab") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            yield

    def _settled(self) -> bool:
        """Tell whether the server runs, once a start or a stop that a killed process left under way has ended."""
        deadline = time.monotonic() + self._start_seconds
        while (state := self._state()) not in {None, _READY} and time.monotonic() < deadline:
            time.sleep(_LOOK_AGAIN_SECONDS)
        return state == _READY

    def _state(self) -> str | None:
        """Return what the server says of itself in its pid file, None when no server of this folder is alive."""
        lines = self._pid_file()
        if not self._serves(lines[0]):
            return None
        return lines[_STATUS_LINE].strip() if len(lines) > _STATUS_LINE else ""

    def _pid_file(self) -> list[str]:
        try:
            return (self._data / "postmaster.pid").read_text().split("\n")
        except OSError:
            return [""]

    def _serves(self, pid: str) -> bool:
        """Tell whether a process is this folder's server; a pid passes to other programs, or stays a zombie's."""
        if not pid.isdigit():
            return False
        try:
            command = (Path("/proc") / pid / "cmdline").read_bytes()
        except OSError:
            return False
        return os.fsencode(self._data) in command.split(b"\0")

    def _initialise(self) -> None:
        if (self._data / "PG_VERSION").exists():
            return
        # An initdb that was killed leaves a folder that initdb then refuses.
        shutil.rmtree(self._data, ignore_errors=True)
        for left_over in self._folder.glob(f"{MAKING}*"):
            shutil.rmtree(left_over, ignore_errors=True)
        # A name of its own: the initdb of a killed process may still be writing into the former one.
        making = Path(tempfile.mkdtemp(prefix=MAKING, dir=self._folder))
        give_away(making)
        arguments = [
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--username=postgres",
            "--no-instructions",
        ]
        self._run("initdb", [*arguments, *([] if self._durable else ["--no-sync"]), "-D", str(making)])
        with (making / "postgresql.conf").open("a") as configuration:
            configuration.write(_CONFIGURATION)
            if not self._durable:
                configuration.write("fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n")
        making.rename(self._data)

    def _launch(self) -> None:
        if self._state() is None:
            # After a power cut its pid may be another program's by now, and PostgreSQL would not start beside it.
            (self._data / "postmaster.pid").unlink(missing_ok=True)
        self._make_socket_folder()
        log = self._data / "server.log"
        with suppress(FileNotFoundError):  # an old misfortune would be read as this start's
            log.replace(self._data / "server.log.before")
        settings = {**archiving(self._folder), **self._settings}
        options = shlex.join(
            ["-k", str(self._socket_folder()), *(f"--{name}={value}" for name, value in settings.items())]
        )
        wait = ["-w", "-t", str(self._start_seconds)]
        try:
            self._run("pg_ctl", ["-D", str(self._data), "-l", str(log), *wait, "-o", options, "start"])
        except EmbeddedPostgresFailed:
            # The pg_ctl of a process that was killed a moment ago may have come first.
            if not self._settled():
                raise
        # A server that recovers from an archive lets pg_ctl go before it is through.
        if not self._settled():
            raise self._failure("pg_ctl", None)

    def _stop(self) -> None:
        if self._state() is None:
            return
        pid = self._pid_file()[0]
        self._run("pg_ctl", ["-D", str(self._data), "-m", "fast", "-w", "-t", str(_START_SECONDS), "stop"])
        while self._serves(pid):
            time.sleep(_LOOK_AGAIN_SECONDS)
        if self._socket_folder() != self._data:
            with suppress(OSError):
                self._socket_folder().rmdir()

    def _make_socket_folder(self) -> None:
        folder = self._socket_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid not in {os.geteuid(), ORDINARY_USER if os.geteuid() == 0 else os.geteuid()}:
            # In a place where all may write, somebody else could have made it first, and would read along.
            raise EmbeddedPostgresFailed(
                f"目录 {folder} 属于其他用户，请删除后重试。",
                f"The folder {folder} belongs to another user: remove it and try again.",
            )
        give_away(folder)

    def _socket_folder(self) -> Path:
        if len(str(self._data / _SOCKET_NAME)) <= _LONGEST_SOCKET_PATH:
            return self._data
        digest = hashlib.sha256(str(self._data).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"labour-warning-{os.geteuid()}-{digest}"

    def _run(self, program: str, arguments: Sequence[str]) -> None:
        done = run(program, arguments, heard=program == "initdb")
        if done.returncode:
            raise self._failure(program, done.stdout)

    def _failure(self, program: str, output: bytes | None) -> EmbeddedPostgresFailed:
        log = self._data / "server.log"
        told = (output or b"") + (log.read_bytes() if log.exists() else b"")
        last = last_line(told)
        if shutil.disk_usage(self._folder).free < 64 * 2**20 or b"No space left" in told:
            return EmbeddedPostgresFailed(
                f"磁盘已满，数据库无法启动：请清理 {self._folder} 所在磁盘后重试。",
                f"The disk is full, the database cannot start: free some space for {self._folder} and try again.",
            )
        return EmbeddedPostgresFailed(
            f"内置数据库未能启动（{program}）：{last}。日志：{log}",
            f"The private PostgreSQL did not start ({program}): {last}. Its log: {log}",
        )
