"""Takes and checks backups of a private PostgreSQL: a whole copy of the data, and the log from there on.

A copy is made under a passing name, checked against its own manifest, and only then gets the name by which a restore
finds it: whatever kills a backup half-way leaves nothing that could be taken for whole.
"""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from shared.db import archive, manifest
from shared.db.archive import SEGMENT_BYTES, Base, Store, number_of
from shared.db.embedded import EmbeddedPostgres
from shared.db.programs import give_away, last_line, run
from shared.kernel.errors import DomainError, Kind

_MAKING = "making."
_NOW = "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYYMMDD\"T\"HH24MISS.US\"Z\"')"


class NothingToBackUp(DomainError):
    """The data folder holds no database."""

    code = "nothing_to_back_up"


class BackupFolderInUse(DomainError):
    """The backup folder cannot take this data folder's log."""

    kind = Kind.CONFLICT
    code = "backup_folder_in_use"


class ServerInUse(DomainError):
    """Archiving begins with a start of the server, and others are using it."""

    kind = Kind.CONFLICT
    code = "server_in_use"
    message_zh = "数据库正被其他程序使用，尚未开启归档：请先停止服务，运行一次本命令，再启动服务。"
    message_en = (
        "Other processes use the database and its log is not archived yet:"
        " stop the services, run this command once, and start them again."
    )


class BackupFailed(DomainError):
    """PostgreSQL's own program could not make the copy."""

    kind = Kind.UNAVAILABLE
    code = "backup_failed"


class NoBackup(DomainError):
    """The folder holds no whole copy."""

    kind = Kind.NOT_FOUND
    code = "no_backup"


class BackupBroken(DomainError):
    """A copy, or the log after it, is not whole."""

    kind = Kind.CONFLICT
    code = "backup_broken"


@dataclass(frozen=True, slots=True)
class Window:
    """What can be restored: any moment from the first copy's end to about when the last segment came."""

    bases: int
    segments: int
    earliest: datetime
    latest: datetime


def take(folder: Path, store: Store, keep: timedelta) -> Base:
    """Back up a data folder, running or not, and clear away what no moment within `keep` needs any more.

    The first backup also begins the archiving of the log, for which nobody else may be using the server.
    Raises NothingToBackUp, BackupFolderInUse, ServerInUse, BackupFailed, BackupBroken.
    """
    if not (folder / "postgres" / "PG_VERSION").exists():
        raise NothingToBackUp(
            f"数据目录 {folder} 中没有数据库。", f"There is no database in the data folder {folder}."
        )
    if store.root.resolve().is_relative_to(folder.resolve()):
        raise BackupFolderInUse(
            "备份目录须在数据目录之外，最好在另一块磁盘上。",
            "A backup belongs outside of the data folder, best on another disk.",
        )
    store.root.mkdir(parents=True, exist_ok=True)
    with store.alone():
        begun = _begin_archiving(folder, store)
        with EmbeddedPostgres(folder) as server:
            if _asked(server, "SHOW archive_mode") != "on":
                if begun:
                    archive.unlink(folder)
                raise ServerInUse
            base = _copied(server, store)
        _prune(store, base.ended_at - keep)
    return base


def _begin_archiving(folder: Path, store: Store) -> bool:
    """Point the data folder to the backup folder; tell whether it pointed nowhere before."""
    before = archive.linked(folder)
    if before == store.wal.resolve():
        store.wal.mkdir(exist_ok=True)
        return False
    if store.bases() or store.segments():
        raise BackupFolderInUse(
            f"备份目录 {store.root} 属于另一个数据目录，或属于恢复前的历史：请指定一个新目录。",
            f"The backup folder {store.root} is another data folder's or of before a restore: name a new one.",
        )
    for made in (store.wal, store.base):
        made.mkdir(exist_ok=True)
        give_away(made)
    archive.link(folder, store)
    return before is None


def _copied(server: EmbeddedPostgres, store: Store) -> Base:
    for left_over in store.base.glob(f"{_MAKING}*"):
        shutil.rmtree(left_over, ignore_errors=True)
    making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=store.base))
    try:
        give_away(making)
        how = ["--checkpoint=fast", "--wal-method=stream", "--manifest-checksums=SHA256"]
        done = run("pg_basebackup", [*server.reached_by, "-D", str(making), *how])
        if done.returncode:
            told = last_line(done.stdout)
            raise BackupFailed(f"备份未完成：{told}。", f"The backup was not completed: {told}.")
        check_copy(making)
        name = _asked(server, _NOW)
        making.rename(store.base / name)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    archive.sync(store.base)
    return next(base for base in store.bases() if base.folder.name == name)


def _asked(server: EmbeddedPostgres, statement: str) -> str:
    done = run("psql", [*server.reached_by, "-XAtqc", statement])
    if done.returncode:
        told = last_line(done.stdout)
        raise BackupFailed(f"数据库没有回答：{told}。", f"The database does not answer: {told}.")
    return done.stdout.decode().strip()


def check_copy(folder: Path) -> None:
    """Compare every file of a copy with its manifest, and read the log that it carries. Raises BackupBroken."""
    for told in manifest.faults(folder):
        raise BackupBroken(
            f"备份 {folder} 不完整或已损坏：{told}。", f"The backup {folder} is not whole: {told}."
        )


def check(store: Store) -> Window:
    """Check every copy and the log from the first copy on. Raises NoBackup, BackupBroken."""
    bases = whole_bases(store)
    for base in bases:
        check_copy(base.folder)
    needed = check_log(store, bases[0])
    latest = max(datetime.fromtimestamp(needed[-1].stat().st_mtime, UTC), bases[-1].ended_at)
    return Window(len(bases), len(needed), bases[0].ended_at, latest)


def check_log(store: Store, base: Base) -> list[Path]:
    """Return the segments from a copy on, which are whole and follow each other. Raises BackupBroken."""
    first = base.first_segment()
    needed = [path for path in store.segments() if path.name >= first]
    if not needed or needed[0].name != first:
        raise _gap(first)
    for path in needed:
        if path.stat().st_size != SEGMENT_BYTES:
            raise _gap(path.name)
    for path, following in pairwise(needed):
        if number_of(following.name) != number_of(path.name) + 1:
            raise _gap(f"{path.name} → {following.name}")
    return needed


def whole_bases(store: Store) -> list[Base]:
    """Return the copies, the oldest first. Raises NoBackup."""
    if bases := store.bases():
        return bases
    raise NoBackup(
        f"{store.root} 中没有完整的备份。", f"There is no whole backup in the folder {store.root}."
    )


def _gap(where: str) -> BackupBroken:
    return BackupBroken(
        f"日志归档有缺口或残段：{where}。请立即重新做一次基础备份。",
        f"The archived log has a gap or a torn segment: {where}. Take a new base backup at once.",
    )


def _prune(store: Store, before: datetime) -> None:
    """Remove the copies that no moment since `before` needs, and the log that is older than all that stay."""
    bases = store.bases()
    needed = max((base for base in bases if base.ended_at <= before), default=bases[0])
    for base in bases:
        if base < needed:
            # Without its name first: a copy that is half gone must not be found.
            gone = base.folder.rename(base.folder.with_name(f"{_MAKING}{base.folder.name}"))
            shutil.rmtree(gone, ignore_errors=True)
    if first := needed.first_segment():
        run("pg_archivecleanup", ["--clean-backup-history", str(store.wal), first])
