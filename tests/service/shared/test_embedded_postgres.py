"""The private PostgreSQL of a data folder: shared by its users, stopped by the last, found again after a kill."""

import asyncio
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from shared.db.embedded import EmbeddedPostgres
from shared.db.programs import EmbeddedPostgresFailed

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a data folder that was used and left; to be copied."""
    folder = tmp_path_factory.mktemp("initialised")
    with server_in(folder) as server:
        query(server, "CREATE TABLE kept (name text)")
        query(server, "INSERT INTO kept VALUES ('欠薪')")
    return folder


@pytest.fixture
def folder(initialised: Path, tmp_path: Path) -> Path:
    """Give a data folder with something in it."""
    return Path(shutil.copytree(initialised, tmp_path / "data"))


def server_in(folder: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(folder, durable=False)


def query(server: EmbeddedPostgres, statement: str) -> list[Any]:
    return asyncio.run(_query(server.url, statement))


async def _query(url: str, statement: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(statement)]
    finally:
        await connection.close()


def kept(server: EmbeddedPostgres) -> list[Any]:
    return query(server, "SELECT name FROM kept")


def servers_of(folder: Path) -> list[psutil.Process]:
    """Return the servers that run on a folder, whoever started them."""
    data = str(folder.resolve() / "postgres")
    found = [one for one in psutil.process_iter(["cmdline", "ppid"]) if data in (one.info["cmdline"] or [])]
    # A server's child is called like it until it has set its own title.
    pids = {one.pid for one in found}
    return [one for one in found if one.info["ppid"] not in pids]


@contextmanager
def an_owner(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run another process that works on the folder."""
    command = [sys.executable, "-m", "tests.service.shared.owner", str(folder)]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def says(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_leaving_stops_the_server_and_keeps_the_data(folder: Path) -> None:
    with server_in(folder) as server:
        assert kept(server) == ["欠薪"]
        assert len(servers_of(folder)) == 1

    assert servers_of(folder) == []


def test_an_empty_folder_is_made_ready(tmp_path: Path) -> None:
    with server_in(tmp_path / "made" / "here") as server:
        assert query(server, "SELECT 1") == [1]


def test_those_who_work_on_a_folder_share_one_server_and_the_last_stops_it(folder: Path) -> None:
    first, second = server_in(folder), server_in(folder)
    first.start()
    second.start()
    assert first.url == second.url
    assert len(servers_of(folder)) == 1

    first.leave()
    assert kept(second) == ["欠薪"]

    second.leave()
    assert servers_of(folder) == []


def test_leaving_twice_is_leaving_once(folder: Path) -> None:
    server = server_in(folder)
    server.start()
    server.leave()
    server.leave()

    assert servers_of(folder) == []


def test_two_processes_that_start_at_once_get_one_server(tmp_path: Path) -> None:
    with an_owner(tmp_path) as one, an_owner(tmp_path) as other:
        assert [says(one), says(one), says(other), says(other)] == ["starting", "started"] * 2
        assert len(servers_of(tmp_path)) == 1
        for owner in (one, other):
            owner.communicate(timeout=60)

    assert servers_of(tmp_path) == []


def test_the_next_start_takes_over_what_a_killed_owner_left_and_stops_it_at_the_end(folder: Path) -> None:
    with an_owner(folder) as owner:
        assert [says(owner), says(owner)] == ["starting", "started"]
        owner.kill()
    (left,) = servers_of(folder)

    with server_in(folder) as server:
        assert kept(server) == ["欠薪"]
        assert servers_of(folder) == [left]

    assert servers_of(folder) == []


@pytest.mark.parametrize("seconds", [0.02, 0.2, 0.7])
def test_an_owner_killed_while_it_starts_leaves_nothing_in_the_way(tmp_path: Path, seconds: float) -> None:
    with an_owner(tmp_path) as owner:
        assert says(owner) == "starting"
        time.sleep(seconds)
        owner.kill()

    with server_in(tmp_path) as server:
        assert query(server, "SELECT 1") == [1]

    assert servers_of(tmp_path) == []


def test_a_start_waits_until_a_stop_that_is_under_way_has_ended(folder: Path) -> None:
    first = server_in(folder)
    first.start()
    (process,) = servers_of(folder)
    process.send_signal(signal.SIGINT)  # a fast shutdown, as the one of an owner that was killed meanwhile
    while first._state() == "ready":
        time.sleep(0.001)

    with server_in(folder) as server:
        assert kept(server) == ["欠薪"]
        assert servers_of(folder) != [process]
        first.leave()


def test_what_was_committed_outlives_a_power_cut(folder: Path) -> None:
    configuration = folder / "postgres" / "postgresql.conf"
    configuration.write_text(
        re.sub("(?m)^(fsync|synchronous_commit|full_page_writes) = off$", "", configuration.read_text())
    )
    first = server_in(folder)
    first.start()
    query(first, "INSERT INTO kept VALUES ('拖欠社保')")
    (process,) = servers_of(folder)
    for one in (process, *process.children()):
        one.kill()
    psutil.wait_procs([process])

    with server_in(folder) as server:
        assert kept(server) == ["欠薪", "拖欠社保"]
        first.leave()


def test_a_pid_file_that_names_another_program_is_no_server(folder: Path) -> None:
    """After a power cut, or in a container started anew, small pids come back soon."""
    (folder / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder / 'postgres'}\n")

    with server_in(folder) as server:
        assert kept(server) == ["欠薪"]


def test_a_half_made_folder_is_made_anew(tmp_path: Path) -> None:
    """What an initdb leaves behind that was killed."""
    for half_made in ("postgres", "postgres.new.x1y2"):
        (tmp_path / half_made / "base").mkdir(parents=True)
    (tmp_path / "postgres" / "postgresql.conf").touch()

    with server_in(tmp_path) as server:
        assert query(server, "SELECT 1") == [1]

    assert [path.name for path in tmp_path.glob("postgres*")] == ["postgres"]


def test_nothing_is_opened_to_others(initialised: Path, tmp_path: Path) -> None:
    """For root too, as whom PostgreSQL refuses to run."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    shutil.copytree(initialised, private / "data")
    before = {path: stat.S_IMODE(path.stat().st_mode) for path in (private, *private.parents)}

    with server_in(private / "data") as server:
        assert kept(server) == ["欠薪"]
        assert {path: stat.S_IMODE(path.stat().st_mode) for path in before} == before
        assert stat.S_IMODE((private / "data" / "postgres").stat().st_mode) == 0o700


def test_a_folder_may_lie_deeper_than_a_socket_can(initialised: Path, tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["闵行区莘庄镇"] * 8)
    shutil.copytree(initialised, deep)

    with server_in(deep) as server:
        assert kept(server) == ["欠薪"]
        elsewhere = Path(server.url.partition("host=")[2])

    assert servers_of(deep) == []
    assert not elsewhere.exists()


def test_a_socket_folder_that_somebody_else_made_is_not_used(initialised: Path, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make a folder for somebody else")
    deep = tmp_path.joinpath(*["闵行区莘庄镇"] * 8)
    shutil.copytree(initialised, deep)
    elsewhere = server_in(deep)._socket_folder()
    elsewhere.mkdir()
    os.chown(elsewhere, 12345, 12345)

    with pytest.raises(EmbeddedPostgresFailed, match="another user"):
        server_in(deep).start()

    elsewhere.rmdir()


def test_a_server_that_cannot_start_says_why_and_lets_go(folder: Path) -> None:
    configuration = folder / "postgres" / "postgresql.conf"
    sound = configuration.read_text()
    configuration.write_text(sound + "max_connections = many\n")
    with pytest.raises(EmbeddedPostgresFailed, match=r"server\.log"):
        server_in(folder).start()

    configuration.write_text(sound)
    with server_in(folder) as server:
        assert kept(server) == ["欠薪"]
    assert servers_of(folder) == []


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    """On a small disk of its own, which only this process and its children see."""
    apart = ["unshare", "--user", "--map-root-user", "--mount"]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*apart, "true"], check=False, capture_output=True).returncode
    ):
        pytest.skip("this machine allows no namespaces")
    mount = f"mount -t tmpfs -o size=16m none {tmp_path}"
    start = f"{mount} && exec {sys.executable} -m tests.service.shared.owner {tmp_path}"

    ended = subprocess.run(
        [*apart, "sh", "-c", start],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert f"The disk is full, the database cannot start: free some space for {tmp_path}" in ended.stderr
