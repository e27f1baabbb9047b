"""Makes a new data folder from a backup, as everything was at one moment.

The folder gets its name when PostgreSQL has read the log up to that moment and was stopped in good order: whatever
kills a restore half-way leaves nothing that could be taken for restored.
"""

import glob
import re
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.db.archive import Base, Store, fetching, sync
from shared.db.backup import check_copy, check_log, whole_bases
from shared.db.embedded import EmbeddedPostgres
from shared.db.programs import EmbeddedPostgresFailed, give_away
from shared.kernel.errors import DomainError, Kind

_OF_ITS_TIME = shutil.ignore_patterns(".s.PGSQL.*", "server.log*")
"""What speaks of the server that was running, and would keep another from starting or be read as its words."""
_RESTORING = ".restoring."
_LONGEST = timedelta(days=2)
_ENDED_BEFORE = "recovery ended before configured recovery target was reached"
_LAST_WRITE = re.compile(r"last completed transaction was at log time (\S+ \S+)")


class TargetNotEmpty(DomainError):
    """The new data folder holds something."""

    kind = Kind.CONFLICT
    code = "restore_target_not_empty"


class MomentNotCovered(DomainError):
    """The backup does not reach the moment."""

    kind = Kind.INVALID
    code = "restore_moment_not_covered"


def restore(store: Store, moment: datetime | None, target: Path) -> str:
    """Make the data folder `target` as of `moment`, or of the log's end; return when its last write was committed.

    A write at the very moment is in. Raises TargetNotEmpty, NoBackup, MomentNotCovered, BackupBroken.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise TargetNotEmpty(
            f"{target} 不是空目录：请指定一个新目录。", f"{target} is not an empty folder: name a new one."
        )
    base = _base_for(whole_bases(store), moment)
    check_copy(base.folder)
    if moment is None and store.segments():
        # To PostgreSQL a gap is the log's end, and only a moment beyond it would tell.
        check_log(store, base)
    target.parent.mkdir(parents=True, exist_ok=True)
    for left_over in target.parent.glob(f"{glob.escape(target.name)}{_RESTORING}*"):
        # A server that a killed restore left behind ends by itself when its folder is gone.
        shutil.rmtree(left_over, ignore_errors=True)
    working = Path(tempfile.mkdtemp(prefix=f"{target.name}{_RESTORING}", dir=target.parent))
    try:
        shutil.copytree(base.folder, working / "postgres", symlinks=True, ignore=_OF_ITS_TIME)
        (working / "postgres" / "recovery.signal").touch()
        give_away(working / "postgres")
        last = _recovered(store, moment, working)
        working.rename(target)
        sync(target.parent)
    except BaseException:
        shutil.rmtree(working, ignore_errors=True)
        raise
    return last


def _base_for(bases: list[Base], moment: datetime | None) -> Base:
    """Return the newest copy that was complete by the moment: the least log to read."""
    fit = [base for base in bases if moment is None or base.ended_at <= moment]
    if fit:
        return fit[-1]
    earliest = bases[0].ended_at.isoformat()
    raise MomentNotCovered(
        f"该时刻早于最早的备份（{earliest}），无法恢复到那时。",
        f"The moment lies before the end of the earliest backup, {earliest}.",
    )


def _recovered(store: Store, moment: datetime | None, working: Path) -> str:
    """Let PostgreSQL read the log, come up, and stop; return what it says of the last write."""
    settings = {
        "restore_command": fetching(Store(store.root.resolve())),
        "recovery_target_action": "promote",
        # Nobody is served before the moment is reached.
        "hot_standby": "off",
    }
    if moment is not None:
        settings["recovery_target_time"] = moment.astimezone(UTC).isoformat()
    log = working / "postgres" / "server.log"
    try:
        with EmbeddedPostgres(working, settings=settings, start_seconds=int(_LONGEST.total_seconds())):
            pass
    except EmbeddedPostgresFailed as error:
        if log.exists() and _ENDED_BEFORE in log.read_text("utf-8", "replace"):
            raise _too_late(_last_write(log)) from error
        raise
    if (working / "postgres" / "recovery.signal").exists():
        raise EmbeddedPostgresFailed("恢复没有走完。", "The recovery did not come to its end.")
    return _last_write(log)


def _last_write(log: Path) -> str:
    found = _LAST_WRITE.findall(log.read_text("utf-8", "replace"))
    return f"{found[-1].replace(' ', 'T')}" if found else ""


def _too_late(last: str) -> MomentNotCovered:
    return MomentNotCovered(
        f"归档的日志到不了该时刻，其中最后一次写入在 {last or '备份之时'}；不指定 --to-time 则恢复到日志末尾。",
        f"The archived log does not reach the moment, its last write is of {last or 'the backup itself'};"
        " without --to-time everything in it is restored.",
    )
