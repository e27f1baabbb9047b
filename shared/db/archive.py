"""Where a backup keeps things, and how a private PostgreSQL sends its write-ahead log there.

A backup folder holds `wal`, every segment of the log since archiving began, and `base`, whole copies of the data, each
named after the instant at which it was complete. It belongs to one data folder, which points to it by a link: as long
as the link is there, each start of the server archives. A restored folder has no link, so it writes into nobody's log.
"""

import fcntl
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

LINK = "archive"
ARCHIVE_SECONDS = 300
"""A segment that something was written to leaves after so long at the latest, though it is not full."""
NAME = "%Y%m%dT%H%M%S.%fZ"
_SEGMENT = re.compile(r"[0-9A-F]{24}")
_SEGMENTS_PER_LOG = 256
SEGMENT_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True, order=True)
class Base:
    """A whole copy of the data, good for every moment from its end on."""

    ended_at: datetime
    folder: Path

    def first_segment(self) -> str:
        """Return the segment from which the log is needed."""
        found = re.search(r"^START WAL LOCATION: .*file ([0-9A-F]{24})", self._label(), re.MULTILINE)
        return found[1] if found else ""

    def _label(self) -> str:
        try:
            return (self.folder / "backup_label").read_text("utf-8", "replace")
        except OSError:
            return ""


@dataclass(frozen=True, slots=True)
class Store:
    """A backup folder."""

    root: Path

    @property
    def wal(self) -> Path:
        """Return where the log's segments are."""
        return self.root / "wal"

    @property
    def base(self) -> Path:
        """Return where the copies of the data are."""
        return self.root / "base"

    def bases(self) -> list[Base]:
        """Return the whole copies, the oldest first; what is being made, or was left half made, has no such name."""
        found = []
        for folder in self.base.iterdir() if self.base.is_dir() else ():
            try:
                ended_at = datetime.strptime(folder.name, NAME).replace(tzinfo=UTC)
            except ValueError:
                continue
            found.append(Base(ended_at, folder))
        return sorted(found)

    def segments(self) -> list[Path]:
        """Return the log's segments in their order."""
        if not self.wal.is_dir():
            return []
        return sorted(path for path in self.wal.iterdir() if _SEGMENT.fullmatch(path.name))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until nobody else takes a backup into this folder."""
        with (self.root / ".lock").open("ab") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            yield


def number_of(segment: str) -> int:
    """Return a segment's place in the log, whatever its timeline."""
    return int(segment[8:16], 16) * _SEGMENTS_PER_LOG + int(segment[16:], 16)


def archiving(folder: Path) -> Mapping[str, str]:
    """Return the server's settings for a data folder with a link; nothing without one.

    A segment is copied under another name, brought to the disk and renamed: what has its name is whole. One that is
    there already is never overwritten; only the same content counts as archived.
    """
    link = folder / LINK
    if not link.is_symlink():
        return {}
    there, new = (f"{_in_command(link)}/{name}" for name in ("%f", ".%f.new"))
    command = (
        f"if test -e {there}; then cmp -s %p {there}; "
        f"else cp %p {new} && sync {new} && mv {new} {there} && sync {_in_command(link)}; fi"
    )
    return {
        "archive_mode": "on",
        "archive_timeout": str(ARCHIVE_SECONDS),
        "archive_command": command,
    }


def fetching(store: Store) -> str:
    """Return the command by which a recovering server gets a segment."""
    return f"cp {_in_command(store.wal)}/%f %p"


def _in_command(path: Path) -> str:
    """Return a path for the shell, inside a command in which PostgreSQL replaces `%`."""
    return shlex.quote(str(path)).replace("%", "%%")


def linked(folder: Path) -> Path | None:
    """Return where a data folder's log goes, None when it is not archived."""
    link = folder / LINK
    return Path(os.path.realpath(link)) if link.is_symlink() else None


def link(folder: Path, store: Store) -> None:
    """Let a data folder's log go to a backup folder from the server's next start on."""
    making = folder / f"{LINK}.new"
    making.unlink(missing_ok=True)
    making.symlink_to(store.wal.resolve())
    making.replace(folder / LINK)


def unlink(folder: Path) -> None:
    """Let a data folder's log go nowhere from the server's next start on."""
    (folder / LINK).unlink(missing_ok=True)


def sync(folder: Path) -> None:
    """Bring a folder's names to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
