"""The demo's clock: the machine's, plus what the simulation has gone ahead of it.

How far it is ahead stands in a small file of the data folder. One process moves it, others read it.
"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.kernel.clock import Clock, SystemClock
from shared.kernel.errors import DomainError, Kind
from simulation.demo.folder import write_whole

LOOK_SECONDS = 0.05
_FILE = "clock.txt"


class AheadUnreadable(DomainError):
    """The file does not say how far the clock is ahead."""

    kind = Kind.UNAVAILABLE
    code = "demo.ahead_unreadable"


class ClockFurtherAhead(DomainError):
    """A data folder has seen later days than the one whose clock it is to follow."""

    kind = Kind.CONFLICT
    code = "demo.clock_further_ahead"


class AheadClock:
    """Never goes backwards, even where the file does. Looks at the file every 50 ms at most."""

    def __init__(self, folder: Path, machine: Clock | None = None) -> None:
        """Read the data folder's offset; a fresh folder has none. Raises AheadUnreadable."""
        self._file = folder / _FILE
        self._machine = machine or SystemClock()
        self._ahead = _read(self._file)
        self._stamp = _stamp(self._file)
        self._looked = time.monotonic()
        self._latest = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """Return the current instant of the demo, aware, in UTC."""
        if time.monotonic() - self._looked >= LOOK_SECONDS:
            self._look()
        self._latest = max(self._latest, self._machine.now() + self._ahead)
        return self._latest

    def move_to(self, instant: datetime) -> None:
        """Let it be `instant` now, for everybody who reads the file; an instant that has passed changes nothing."""
        ahead = instant - self._machine.now()
        if ahead > self._ahead:
            write_whole(self._file, f"{ahead.total_seconds():.3f}\n".encode())
            self._ahead = ahead

    def _look(self) -> None:
        self._looked = time.monotonic()
        stamp = _stamp(self._file)
        if stamp != self._stamp:
            self._stamp = stamp
            self._ahead = max(self._ahead, _read(self._file))


def follow(folder: Path, leader: Path) -> None:
    """Let a data folder that nobody serves live on another one's clock, also when that moves on.

    Raises ClockFurtherAhead where the folder has seen later days.
    """
    file, leading = folder / _FILE, (leader / _FILE).resolve()
    if leading == folder.resolve() / _FILE:
        return  # The leader follows this folder already, and a clock that follows itself tells no time.
    if not file.is_symlink() and _read(file) > _read(leading):
        raise ClockFurtherAhead(
            f"{folder} 的演示时钟比 {leader} 更靠后：请用 DATA2= 指定另一个目录。",
            f"The clock of {folder} is ahead of that of {leader}: choose another folder with DATA2=.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.symlink_to(leading)


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino


def _read(file: Path) -> timedelta:
    try:
        return timedelta(seconds=float(file.read_text("ascii")))
    except FileNotFoundError:
        return timedelta(0)
    except (ValueError, OverflowError) as error:
        raise AheadUnreadable(
            f"{file} 已损坏：演示时钟须为一个秒数。请改正，或用 make demo-reset 重来。",
            f"{file} is damaged: it holds a number of seconds. Put it right, or start over with make demo-reset.",
        ) from error
