"""Backups of a data folder: where its log goes, what is kept, and for how long."""

import asyncio
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from shared.db import backup
from shared.db.archive import NAME, Store, archiving, link, linked
from shared.db.embedded import EmbeddedPostgres
from shared.db.restore import restore
from shared.events.topics import TOPICS
from shared.kernel.recovery import RECOVERY_WINDOW, WINDOW_MARGIN
from shared.outbox import relay
from tests.flows.running import COMMAND, ROOT, environment
from tests.service.commands.ending import run


async def _write(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (at timestamptz)")
        await connection.execute("INSERT INTO kept VALUES (now())")
        await connection.execute("SELECT pg_switch_wal()")
    finally:
        await connection.close()


def write(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        asyncio.run(_write(server.url))


@pytest.fixture(scope="module")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a data folder that was used and left; to be copied."""
    folder = tmp_path_factory.mktemp("initialised")
    with EmbeddedPostgres(folder, durable=False):
        pass
    return folder


@pytest.fixture
def folder(initialised: Path, tmp_path: Path) -> Path:
    """Give a data folder whose path asks for quotes, in a shell and in PostgreSQL's own commands."""
    return Path(shutil.copytree(initialised, tmp_path / "王家's 100%f data"))


def test_outboxes_and_inboxes_keep_more_than_the_recovery_window() -> None:
    assert relay.KEEP >= RECOVERY_WINDOW + WINDOW_MARGIN
    for topic in TOPICS.values():
        assert topic.retention is None or topic.retention >= RECOVERY_WINDOW + WINDOW_MARGIN, topic.name


def test_only_copies_and_log_that_some_moment_of_the_window_needs_are_kept(
    folder: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path / "the backup's 100%p place")
    first = backup.take(folder, store, RECOVERY_WINDOW)
    write(folder)
    second = backup.take(folder, store, RECOVERY_WINDOW)
    assert store.bases() == [first, second]
    assert store.segments()[0].name == first.first_segment()

    third = backup.take(folder, store, timedelta(0))
    assert store.bases() == [third]
    assert store.segments()[0].name == third.first_segment()
    assert backup.check(store).earliest == third.ended_at
    assert third.folder.name == third.ended_at.strftime(NAME)


def test_the_log_goes_to_one_folder_that_is_nobody_elses(
    initialised: Path, folder: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path / "backup")
    with EmbeddedPostgres(folder), pytest.raises(backup.ServerInUse):
        backup.take(folder, store, RECOVERY_WINDOW)
    assert (linked(folder), archiving(folder)) == (None, {})
    backup.take(folder, store, RECOVERY_WINDOW)
    assert linked(folder) == store.wal

    other = Path(shutil.copytree(initialised, tmp_path / "other"))
    with pytest.raises(backup.BackupFolderInUse):
        backup.take(other, store, RECOVERY_WINDOW)
    with pytest.raises(backup.BackupFolderInUse):
        backup.take(folder, Store(folder / "backup"), RECOVERY_WINDOW)
    with pytest.raises(backup.NothingToBackUp):
        backup.take(tmp_path / "nowhere", Store(tmp_path / "new"), RECOVERY_WINDOW)


def test_a_segment_is_archived_whole_and_never_overwritten(tmp_path: Path) -> None:
    folder, store = tmp_path / "it's 100% data", Store(tmp_path / "backup")
    for made in (folder, store.root):
        made.mkdir()
    link(folder, store)
    segment = folder / "segment"

    def archived(content: bytes) -> bool:
        segment.write_bytes(content)
        command = archiving(folder)["archive_command"].replace("%p", "segment").replace("%f", "0001")
        ended = subprocess.run(["sh", "-c", command.replace("%%", "%")], cwd=folder, check=False)
        return ended.returncode == 0

    assert not archived(b"while the disk is away")
    store.wal.mkdir()
    assert archived(b"first")
    assert archived(b"first")
    assert not archived(b"other")
    assert [(path.name, path.read_bytes()) for path in store.wal.iterdir()] == [("0001", b"first")]


def killed(arguments: Sequence[str], when: Callable[[], bool]) -> None:
    """Run a command and kill it at that moment."""
    with subprocess.Popen([*COMMAND, "backup", *arguments], cwd=ROOT, env=environment({})) as process:
        until = time.monotonic() + 30
        while not when() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.001)
        process.kill()
    assert process.returncode == -signal.SIGKILL


def test_what_is_killed_half_way_is_never_taken_for_whole(folder: Path, tmp_path: Path) -> None:
    store, new = Store(tmp_path / "backup"), tmp_path / "new"
    killed(
        ["base", "--to", str(store.root), "--data", str(folder)],
        lambda: any(store.base.glob("making.*/base")),
    )
    assert store.bases() == []
    base = backup.take(folder, store, RECOVERY_WINDOW)
    assert store.bases() == [base]

    killed(
        ["restore", "--from", str(store.root), "--data", str(new)],
        lambda: any(tmp_path.glob("new.restoring.*/postgres/base")),
    )
    assert not new.exists()
    restore(store, None, new)
    assert sorted(path.name for path in tmp_path.glob("new*")) == ["new"]


@pytest.mark.parametrize(
    ("arguments", "settings", "told"),
    [
        (("base", "--to", "b"), {"DATABASE_URL": "postgresql://a@b/c"}, "backup-and-restore.md"),
        (("base", "--to", "b", "--data", "no-such-folder"), {}, "no-such-folder"),
        (("verify", "--from", "no-such-folder"), {}, "no-such-folder"),
        (("resume",), {"BUS": "kafka"}, "--epoch"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    arguments: tuple[str, ...], settings: dict[str, str], told: str
) -> None:
    ended = run(["backup", *arguments], **settings)
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    assert told in line
