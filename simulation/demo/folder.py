"""The demo's data folder: whose it is, how far its district has come, and who works on it now."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict
from pydantic_core import from_json

from shared.db.embedded import MAKING, EmbeddedPostgres
from shared.db.programs import EmbeddedPostgresFailed
from shared.kernel.errors import DomainError, Kind

FORMAT = 1
NEEDED_BYTES = 500 * 10**6
"""What a district takes at its first start, with some room to work."""
NEEDED_LATER_BYTES = 50 * 10**6
_STATE = "demo.json"
_LOCK = ".demo.lock"
_SIMULATION_LOCK = ".simulate.lock"
_LOG = "demo.log"
# What commands that work on a data folder, or a demo that got no further, may have left before there is a state.
_HARMLESS = {
    _LOCK,
    _LOG,
    ".start.lock",
    ".users.lock",
    "postgres",
    "token.pem",
    "federation-keys.json",
    "federation-identity.json",
    "clock.txt",
}


class Stage(StrEnum):
    """How far the district has come; a start that was killed is taken up from here.

    BUILDING: half-made, to be thrown away. BUILT: the history is in, the last 30 days are still to be sent.
    LIVE: everything was sent, and the first warnings are with their coordinators.
    """

    EMPTY = "empty"
    BUILDING = "building"
    BUILT = "built"
    LIVE = "live"


class FolderBusy(DomainError):
    """Somebody works on the folder."""

    kind = Kind.CONFLICT
    code = "demo.folder_busy"


class NothingRuns(DomainError):
    """No demo serves the folder."""

    kind = Kind.UNAVAILABLE
    code = "demo.nothing_runs"


class SimulationRuns(DomainError):
    """Somebody simulates the folder's district already."""

    kind = Kind.CONFLICT
    code = "demo.simulation_runs"


class FolderNotOurs(DomainError):
    """The folder holds something else."""

    kind = Kind.CONFLICT
    code = "demo.folder_not_ours"


class FolderTooNew(DomainError):
    """The folder was made by a newer version."""

    kind = Kind.UNAVAILABLE
    code = "demo.folder_too_new"


class DiskFull(DomainError):
    """There is too little room for a district."""

    kind = Kind.UNAVAILABLE
    code = "demo.disk_full"


class _State(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int
    stage: Stage
    seed: int
    over_kafka_since: AwareDatetime | None = None


class DemoFolder:
    """One data folder, with what stands in its `demo.json`."""

    def __init__(self, path: Path) -> None:
        """Read what is there. Raises FolderTooNew, or FolderNotOurs where the file is no demo's."""
        self.path = path.resolve()
        self.world = self.path / "world"
        self.log = self.path / _LOG
        self._state = _read_state(self.path)

    @property
    def stage(self) -> Stage:
        """Return how far the district has come."""
        return self._state.stage if self._state else Stage.EMPTY

    @property
    def seed(self) -> int:
        """Return the seed of the district, 0 before there is one."""
        return self._state.seed if self._state else 0

    @property
    def over_kafka_since(self) -> datetime | None:
        """Return since when its events may have been left on Kafka, None when all of them arrived."""
        return self._state.over_kafka_since if self._state else None

    def goes_over_kafka(self, since: datetime | None) -> None:
        """Note since when events travel over Kafka; None when those that did have arrived."""
        if self._state is not None:
            self._write(self._state.model_copy(update={"over_kafka_since": since}))

    def start_anew(self, seed: int) -> None:
        """Note that the district of this seed is being built."""
        self._write(_State(format=FORMAT, stage=Stage.BUILDING, seed=seed))

    def reach(self, stage: Stage) -> None:
        """Note that the district has come this far."""
        if self._state is not None:
            self._write(self._state.model_copy(update={"stage": stage}))

    def _write(self, state: _State) -> None:
        write_whole(self.path / _STATE, state.model_dump_json(indent=1).encode())
        self._state = state


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file so that nobody ever sees half of it."""
    making = path.with_name(f"{path.name}.new")
    making.unlink(missing_ok=True)
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    making.replace(path)


def _read_state(path: Path) -> _State | None:
    try:
        raw = (path / _STATE).read_bytes()
    except FileNotFoundError:
        return None
    try:
        if from_json(raw)["format"] > FORMAT:
            raise FolderTooNew(
                f"{path} 由更新版本的演示程序建立，本版本无法打开：请升级程序，或用 DATA= 指定另一个目录。",
                f"{path} was made by a newer version: upgrade this program, or choose another folder with DATA=.",
            )
        return _State.model_validate_json(raw)
    except (ValueError, KeyError, TypeError):
        raise _not_ours(path) from None


def _not_ours(path: Path) -> FolderNotOurs:
    return FolderNotOurs(
        f"{path} 不是演示数据目录（其中有其他内容）：请用 DATA= 指定另一个目录。",
        f"{path} is no data folder of the demo, it holds something else: choose another one with DATA=.",
    )


def check_ours(path: Path) -> None:
    """Write nothing. Raises FolderNotOurs or FolderTooNew where the folder is not for a demo of this version."""
    if not path.exists():
        return
    if DemoFolder(path).stage is Stage.EMPTY and any(not _is_harmless(one.name) for one in path.iterdir()):
        raise _not_ours(path)


def _is_harmless(name: str) -> bool:
    return name in _HARMLESS or name.startswith(MAKING)


def check_free(path: Path) -> None:
    """Write nothing. Raises FolderBusy where somebody works on the folder."""
    address = holder(path)
    if address:
        raise _busy(path, address)


@contextmanager
def claimed(path: Path, address: str) -> Iterator[DemoFolder]:
    """Hold the folder, made when it is missing, as long as the block runs.

    The lock dies with its holder, even by SIGKILL. Raises FolderBusy, FolderNotOurs or FolderTooNew.
    """
    path.mkdir(parents=True, exist_ok=True)
    check_ours(path)
    with _locked(path, address):
        yield DemoFolder(path)


@contextmanager
def _locked(path: Path, address: str) -> Iterator[None]:
    with (path / _LOCK).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise _busy(path, file.read().strip()) from None
        file.truncate(0)
        file.write(address)
        file.flush()
        yield


def served(path: Path) -> tuple[DemoFolder, str]:
    """Return a folder whose demo runs, and its address. Raises NothingRuns, FolderNotOurs or FolderTooNew."""
    address = holder(path) if path.exists() else ""
    if not address.startswith("http"):
        raise NothingRuns(
            f"{path} 上没有运行中的演示：请先运行 make demo（或用 --data、DATA= 指定目录）。",
            f"No demo runs on {path}: run make demo first (or name the folder by --data or DATA=).",
        )
    folder = DemoFolder(path)
    if folder.stage is not Stage.LIVE:
        raise NothingRuns(
            f"演示还在准备中（{address}）：请等首批预警分派后再试。",
            f"The demo is still being prepared ({address}): try again once the first warnings are assigned.",
        )
    return folder, address


def holder(path: Path) -> str:
    """Return what the holder of the folder's lock wrote into it; nothing where nobody holds it."""
    try:
        with (path / _LOCK).open(encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read().strip()
    except FileNotFoundError:
        return ""
    return ""


@contextmanager
def only_simulation(path: Path) -> Iterator[None]:
    """Be the only one who simulates the folder's district as long as the block runs. Raises SimulationRuns."""
    with (path / _SIMULATION_LOCK).open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SimulationRuns(
                f"{path} 上已有一个模拟在运行：请等它结束，或先按 Ctrl-C 停止它。",
                f"A simulation runs on {path} already: wait until it ends, or stop it by Ctrl-C.",
            ) from None
        yield


def _busy(path: Path, address: str) -> FolderBusy:
    return FolderBusy(
        f"演示正在运行（{address}，目录 {path}）：请先按 Ctrl-C 停止它，或用 DATA= 指定另一个目录。",
        f"The demo runs already ({address}, folder {path}): stop it by Ctrl-C, or choose another one with DATA=.",
    )


def check_room(folder: DemoFolder) -> None:
    """Raise DiskFull where a district would not fit, or one that is there could not go on."""
    there = folder.stage in {Stage.BUILT, Stage.LIVE}
    refusal = disk_full(folder.path, NEEDED_LATER_BYTES if there else NEEDED_BYTES)
    if refusal is not None:
        raise refusal


def disk_full(path: Path, needed: int = NEEDED_LATER_BYTES) -> DiskFull | None:
    """Return the refusal when less than this is free: of whatever went wrong then, it is the reason."""
    free = shutil.disk_usage(path).free
    if free >= needed:
        return None
    return DiskFull(
        f"磁盘空间不足：{path} 只剩 {free // 10**6} MB，至少需要 {needed // 10**6} MB。"
        "请清理磁盘，或用 DATA= 指定另一个目录。",
        f"The disk is full: {free // 10**6} MB left for {path}, {needed // 10**6} MB are needed. "
        "Free some space, or choose another folder with DATA=.",
    )


def remove(path: Path) -> bool:
    """Remove a demo's folder; False when there is none. Raises FolderBusy, FolderNotOurs or FolderTooNew."""
    if not path.exists():
        return False
    folder = DemoFolder(path)
    if folder.stage is Stage.EMPTY:
        raise _not_ours(path)
    with _locked(folder.path, "reset"):
        _stop_postgres(folder.path)
        shutil.rmtree(folder.path)
    return True


def clear_away(path: Path) -> None:
    """Remove a folder whatever its demo has come to; a server that it left would go on writing."""
    with suppress(FolderBusy):
        _stop_postgres(path)
    shutil.rmtree(path, ignore_errors=True)


def _stop_postgres(path: Path) -> None:
    """End the server that a killed demo left. Raises FolderBusy where a command still works on it."""
    running = path / "postgres" / "postmaster.pid"
    if not running.exists():
        return
    try:
        with EmbeddedPostgres(path):
            pass
    except EmbeddedPostgresFailed:
        return
    if running.exists():
        raise _busy(path, "labour-warning")
