"""Whose a data folder is, and who may work on it."""

import json
import os
import socket
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulation.commands import demo
from simulation.demo.folder import (
    FORMAT,
    DemoFolder,
    FolderBusy,
    FolderNotOurs,
    FolderTooNew,
    Stage,
    claimed,
    disk_full,
    remove,
    write_whole,
)
from simulation.demo.people import People, store_people
from simulation.demo.run import PortTaken, check_port

ADDRESS = "http://127.0.0.1:8080"


def begun(path: Path, stage: Stage = Stage.LIVE) -> Path:
    path.mkdir()
    folder = DemoFolder(path)
    folder.start_anew(7)
    folder.reach(stage)
    return path


def test_a_missing_folder_is_made_and_is_empty(tmp_path: Path) -> None:
    with claimed(tmp_path / "a" / "b", ADDRESS) as folder:
        assert folder.stage is Stage.EMPTY


def test_the_stage_and_the_seed_outlive_the_process(tmp_path: Path) -> None:
    again = DemoFolder(begun(tmp_path / "data", Stage.BUILT))
    assert (again.stage, again.seed) == (Stage.BUILT, 7)


def test_a_second_demo_on_the_folder_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    with claimed(tmp_path, ADDRESS), pytest.raises(FolderBusy) as refused, claimed(tmp_path, "elsewhere"):
        pass
    assert ADDRESS in refused.value.message_zh
    assert ADDRESS in refused.value.message_en


def test_a_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    with claimed(tmp_path, ADDRESS):
        pass
    with claimed(tmp_path, ADDRESS) as folder:
        assert folder.stage is Stage.EMPTY


def test_a_folder_that_commands_have_used_may_become_a_demo(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres.new.x1y2").mkdir()
    (tmp_path / "token.pem").touch()
    with claimed(tmp_path, ADDRESS) as folder:
        assert folder.stage is Stage.EMPTY


def test_a_folder_with_something_else_in_it_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(FolderNotOurs), claimed(tmp_path, ADDRESS):
        pass
    with pytest.raises(FolderNotOurs):
        remove(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.docx"]


@pytest.mark.parametrize("content", ["", "[]", '{"format": "1"}', '{"format": 1, "stage": "?", "seed": 1}'])
def test_a_state_that_is_no_state_is_not_ours(tmp_path: Path, content: str) -> None:
    (tmp_path / "demo.json").write_text(content)
    with pytest.raises(FolderNotOurs):
        DemoFolder(tmp_path)


def test_a_folder_of_a_newer_version_is_neither_used_nor_removed(tmp_path: Path) -> None:
    path = begun(tmp_path / "data")
    state = json.loads((path / "demo.json").read_text())
    (path / "demo.json").write_text(json.dumps(state | {"format": FORMAT + 1, "stage": "unheard of"}))
    with pytest.raises(FolderTooNew), claimed(path, ADDRESS):
        pass
    with pytest.raises(FolderTooNew):
        remove(path)


@pytest.mark.parametrize("command", ["accounts", "table"])
def test_nor_are_its_accounts_and_its_table_shown(tmp_path: Path, command: str) -> None:
    path = begun(tmp_path / "data")
    store_people(path, People([], []))
    state = json.loads((path / "demo.json").read_text())
    (path / "demo.json").write_text(json.dumps(state | {"format": FORMAT + 1, "stage": "unheard of"}))
    ended = CliRunner().invoke(demo, [command, "--data", str(path)], env={"DATABASE_URL": ""})
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "newer version" in ended.stderr
    assert not (path / "postgres").exists()


def test_reset_removes_our_folder_and_nothing_beside_it(tmp_path: Path) -> None:
    path = begun(tmp_path / "data")
    (tmp_path / "beside").touch()
    assert remove(path)
    assert [one.name for one in tmp_path.iterdir()] == ["beside"]
    assert not remove(path)


def test_reset_is_refused_while_the_demo_runs(tmp_path: Path) -> None:
    path = begun(tmp_path / "data")
    with claimed(path, ADDRESS), pytest.raises(FolderBusy):
        remove(path)
    assert path.exists()


def test_a_full_disk_is_told_with_what_is_left_and_what_is_needed(tmp_path: Path) -> None:
    refusal = disk_full(tmp_path, 10**18)
    assert refusal is not None
    assert f"{10**12} MB" in refusal.message_zh
    assert f"{10**12} MB are needed" in refusal.message_en
    assert disk_full(tmp_path, 1) is None


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken) as refused:
            check_port(port)
    assert f"端口 {port}" in refused.value.message_zh
    assert "PORT=" in refused.value.message_en
    check_port(port)


def test_a_secret_is_its_owners_alone_from_its_first_byte(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_whole(tmp_path / "secret", b"s", 0o600)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
