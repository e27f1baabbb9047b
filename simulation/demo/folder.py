"""The demo's data folder: whose it is, how far its district has come, and who works on it now."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import IO

from pydantic_core import to_json

from shared.kernel.errors import DomainError, Kind

FORMAT = 1
LEAST_FREE_BYTES = 500 * 10**6
_STATE = "demo.json"
_LOCK = ".demo.lock"
# What commands that work on a data folder may have left in it before the first demo.
_OURS = {_LOCK, ".start.lock", ".users.lock", "postgres", "postgres.new", "token.pem"}


class Stage(StrEnum):
    """How far the district has come; a start that was killed is taken up from here.

    BUILDING: half-made, to be thrown away. BUILT: the history is in, the last 30 days are still to be sent.
    LIVE: everything was sent and the first warnings are with their coordinators.
    """

    EMPTY = "empty"
    BUILDING = "building"
    BUILT = "built"
    LIVE = "live"


class FolderBusy(DomainError):
    """Another demo works on the folder."""

    kind = Kind.CONFLICT
    code = "demo.folder_busy"


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


@dataclass(frozen=True, slots=True)
class _State:
    format: int
    stage: Stage
    seed: int | None


class DemoFolder:
    """One data folder, with what stands in its `demo.json`."""

    def __init__(self, path: Path) -> None:
        """Read what is there. Raises FolderTooNew, or FolderNotOurs where the file is no demo's."""
        self.path = path.resolve()
        self.world = self.path / "world"
        self.log = self.path / "demo.log"
        self._state = _read_state(self.path)

    @property
    def stage(self) -> Stage:
        """Return how far the district has come."""
        return self._state.stage if self._state else Stage.EMPTY

    @property
    def seed(self) -> int | None:
        """Return the seed of the district, once there is one."""
        return self._state.seed if self._state else None

    @property
    def is_ours(self) -> bool:
        """Say whether a demo was begun here."""
        return self._state is not None

    def begin(self, seed: int) -> None:
        """Note that a district of this seed is being built."""
        self._write(_State(FORMAT, Stage.BUILDING, seed))

    def reach(self, stage: Stage) -> None:
        """Note that the district has come this far."""
        if self._state is not None:
            self._write(replace(self._state, stage=stage))

    def _write(self, state: _State) -> None:
        write_whole(self.path / _STATE, to_json(state, indent=1), mode=0o644)
        self._state = state


def write_whole(path: Path, content: bytes, *, mode: int) -> None:
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
        document = json.loads((path / _STATE).read_bytes())
        state = _State(int(document["format"]), Stage(document["stage"]), document["seed"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, OSError):
        document = None
        state = None
    if state is not None and state.format <= FORMAT:
        return state
    if state is not None or _newer(document):
        raise FolderTooNew(
            f"{path} 由更新版本的演示程序建立，本版本无法打开。请升级程序，或用 DATA= 指定另一个目录。",
            f"{path} was made by a newer version of the demo. Upgrade, or choose another folder with DATA=.",
        )
    raise _not_ours(path)
