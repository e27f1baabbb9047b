"""Registers from files: every row with its result, nothing overridden unasked, the real register whole."""

import asyncio
import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from services.commands import enterprises
from services.commands.import_report import safe_cell
from services.warning.repository import enterprise_views
from services.warning.repository.tables import MAILBOXES
from shared.db.engine import make_engine
from shared.db.tx import Database
from shared.kernel.clock import SystemClock
from tests.support.enterprises import a_table, a_uscc

REGISTRY = Path(__file__).resolve().parents[4] / "shared" / "data" / "registry"
REGISTER_HEADER = (
    *("企业名称", "统一社会信用代码", "注册日期", "企业类型", "法人代表"),
    *("注册资金", "经营范围", "所在省份", "地区", "注册地址"),
)
OWN_HEADER = (
    *("uscc", "name", "registered_division", "workplace_division", "grid_cell"),
    *("industry", "headcount", "zone", "sole_trader"),
)

here = pytest.mark.skipif(
    not REGISTRY.is_dir(), reason=f"the real register is not beside the project: {REGISTRY}"
)


class CommandLine:
    """The command on a database of its own."""

    def __init__(self, url: str) -> None:
        self._environment = {"DATABASE_URL": url}

    def run(self, *arguments: str | Path) -> Result:
        command = ["import", *map(str, arguments)]
        return CliRunner().invoke(enterprises.app, command, env=self._environment)

    def counts(self, *arguments: str | Path) -> dict[str, Any]:
        done = self.run(*arguments, "--json")
        assert done.exit_code == 0, done.output
        counted: dict[str, Any] = json.loads(done.stdout)
        return counted


@pytest.fixture
def command_line(database_url: str) -> CommandLine:
    return CommandLine(database_url)


def tallied(rows: int, *, reasons: Mapping[str, int] | None = None, **counts: int) -> dict[str, Any]:
    results = dict.fromkeys(("created", "updated", "unchanged", "overridden", "refused"), 0)
    return {"rows": rows} | results | counts | {"reasons": dict(reasons or {})}


def registered(code: str, name: str = "上海某某有限公司", kind: str = "N/A") -> Sequence[str]:
    return (name, code, "2001-01-01", kind, "", "N/A", "销售", "上海", "闵行", "上海市闵行区马桥镇某路1号")


def full_width(code: str) -> str:
    return "".join(chr(ord(mark) + 0xFEE0) for mark in code)


@pytest.fixture
def twin(tmp_path: Path) -> Path:
    """A made-up file with every sort of row that the real ones have."""
    wrong = a_uscc(6)[:-1] + ("0" if a_uscc(6)[-1] != "0" else "1")
    wrong_trader = a_uscc(7, kind="92")[:-1] + ("0" if a_uscc(7, kind="92")[-1] != "0" else "1")
    rows = [
        registered(a_uscc(1)),
        registered(a_uscc(2).lower(), "上海小写有限公司"),
        registered(full_width(a_uscc(3)), "上海全角有限公司"),
        registered(f" {a_uscc(4)}\t", "上海空格有限公司"),
        registered("310112000012345", "上海旧号厂"),
        registered("3101120000123", "上海短号厂"),
        registered(wrong, "上海错码有限公司"),
        registered(wrong_trader, "李四小吃店", "个体工商户"),
        registered("91310112MA00000I5X", "上海坏字有限公司"),
        registered("无", "上海无码有限公司"),
        registered(a_uscc(5), ""),
    ]
    return a_table(tmp_path / "register.csv", REGISTER_HEADER, rows)


REFUSED = {
    "wrong_check_digit": 2,
    "registration_number_15": 1,
    "wrong_length": 1,
    "illegal_character": 1,
    "empty": 1,
    "name_missing": 1,
}


def test_sound_rows_are_taken_and_every_other_refused_with_its_reason(
    command_line: CommandLine, twin: Path
) -> None:
    assert command_line.counts(twin) == tallied(11, created=4, refused=7, reasons=REFUSED)
    assert command_line.counts(twin) == tallied(11, unchanged=4, refused=7, reasons=REFUSED)


def test_with_a_reason_old_numbers_and_sole_traders_are_kept_and_nothing_else(
    command_line: CommandLine, twin: Path
) -> None:
    reasons = REFUSED | {"wrong_check_digit": 1}
    del reasons["registration_number_15"]
    counted = command_line.counts(twin, "--override-reason", "尚未换照")
    assert counted == tallied(11, created=4, overridden=2, refused=5, reasons=reasons)


def test_a_dry_run_tells_the_same_and_writes_nothing(command_line: CommandLine, twin: Path) -> None:
    tried = command_line.counts(twin, "--dry-run")
    assert tried == tallied(11, created=4, refused=7, reasons=REFUSED)
    assert command_line.counts(twin) == tried


def test_no_name_is_lost_between_the_rows_of_one_file(
    command_line: CommandLine, database_url: str, tmp_path: Path
) -> None:
    def names(file: str, *told: str) -> dict[str, Any]:
        rows = [registered(a_uscc(1), name) for name in told]
        return command_line.counts(a_table(tmp_path / file, REGISTER_HEADER, rows))

    assert names("first.csv", "上海旧名甲厂", "上海新名甲厂") == tallied(2, created=1, updated=1)
    assert asyncio.run(former_names(database_url)) == ["上海旧名甲厂"]
    names("second.csv", "上海第三名甲厂", "上海第四名甲厂", "上海新名甲厂")
    assert asyncio.run(former_names(database_url)) == [
        "上海第四名甲厂",
        "上海第三名甲厂",
        "上海旧名甲厂",
    ]
    names("third.csv", "上海路过之名厂", "上海新名甲厂")
    assert asyncio.run(former_names(database_url))[0] == "上海路过之名厂"


async def former_names(url: str) -> list[str]:
    """Return what the one enterprise was called, newest first, as its detail shows it."""
    engine = make_engine(url, application="tests")
    async with Database(engine, "warning", MAILBOXES.outbox, SystemClock()).read() as tx:
        (found,) = await enterprise_views.search(tx, "310112", None, 0, 2)
        told = await enterprise_views.former_names(tx, found.id)
    await engine.dispose()
    return told


def test_the_report_has_a_line_for_every_row(command_line: CommandLine, twin: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    command_line.counts(twin, "--report", report)
    assert report.read_bytes().startswith(b"\xef\xbb\xbf")
    with report.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))[1:]
    assert [line[0] for line in lines] == [str(number) for number in range(2, 13)]
    assert [line[2] for line in lines][:5] == ["created"] * 4 + ["refused"]
    assert lines[4][1:4] == ["310112000012345", "refused", "registration_number_15"]
    assert all(line[4] and line[5] for line in lines if line[2] == "refused")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_a_report_is_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_a_code_that_is_a_formula_stays_text_in_the_report(command_line: CommandLine, tmp_path: Path) -> None:
    file = a_table(tmp_path / "own.csv", ("uscc", "name"), [("=cmd|' /C calc'!A0", "某某")])
    command_line.counts(file, "--report", tmp_path / "report.csv")
    assert (
        "\"'=" in (tmp_path / "report.csv").read_text("utf-8-sig")
        or "'=" in (tmp_path / "report.csv").read_text()
    )


def test_our_own_table_is_taken_and_a_second_row_builds_on_the_first(
    command_line: CommandLine, tmp_path: Path
) -> None:
    rows = [
        (a_uscc(1), "上海甲有限公司", "310104", "310112101", "G01", "C26", "40", "", "false"),
        (a_uscc(1), "上海甲有限公司", "", "", "", "", "41", "", ""),
        (a_uscc(1), "上海甲有限公司", "", "", "", "", "", "", ""),
        (a_uscc(2), "上海乙有限公司", "", "310104", "", "", "", "", ""),
        (a_uscc(2), "上海乙有限公司", "", "310112999", "", "", "", "", ""),
        (a_uscc(3), "上海丙有限公司", "", "", "", "", "many", "", ""),
        (a_uscc(4), "上海丁有限公司", "", "", "", "", "", "", "maybe"),
    ]
    file = a_table(tmp_path / "own.csv", OWN_HEADER, rows)
    refused = {"outside_district": 1, "town_unknown": 1, "headcount_malformed": 1, "sole_trader_malformed": 1}
    assert command_line.counts(file) == tallied(
        7, created=1, updated=1, unchanged=1, refused=4, reasons=refused
    )


def test_a_row_with_other_columns_than_the_header_is_refused_alone(
    command_line: CommandLine, tmp_path: Path
) -> None:
    file = a_table(
        tmp_path / "own.csv", ("uscc", "name"), [(a_uscc(1), "甲", "多"), (a_uscc(2), "乙"), ("", "")]
    )
    assert command_line.counts(file) == tallied(2, created=1, refused=1, reasons={"wrong_columns": 1})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No such file"),
        ("企业名称,统一社会信用代码\n上海某某,无\n".encode("gb18030"), "not UTF-8"),
        (b"a,b\n1,2\n", "header"),
        (b"", "header"),
    ],
    ids=["missing", "gb18030", "other header", "empty"],
)
def test_an_unusable_file_ends_in_one_line(
    command_line: CommandLine, tmp_path: Path, content: bytes | None, told: str
) -> None:
    file = tmp_path / "file.csv"
    if content is not None:
        file.write_bytes(content)
    done = command_line.run(file)
    assert done.exit_code == 1
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_of_a_file_that_breaks_behind_the_first_thousands_no_row_is_taken(
    command_line: CommandLine, tmp_path: Path
) -> None:
    rows = [(a_uscc(number), "某某") for number in range(2_500)]
    file = a_table(tmp_path / "own.csv", ("uscc", "name"), [*rows, (a_uscc(2_500), "长" * 140_000)])
    assert "line 2502" in command_line.run(file).stderr
    a_table(file, ("uscc", "name"), rows)
    assert command_line.counts(file) == tallied(2_500, created=2_500)


def test_what_an_open_quotation_swallows_is_refused(command_line: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    codes = [a_uscc(number) for number in range(3)]
    file.write_text(f'uscc,name\n{codes[0]},甲\n{codes[1]},"乙\n{codes[2]},丙"\n', encoding="utf-8")
    assert command_line.counts(file) == tallied(2, created=1, refused=1, reasons={"line_break": 1})
    file.write_text(f'uscc,name\n{codes[0]},甲\n{codes[1]},"乙\n{codes[2]},丙\n', encoding="utf-8")
    assert "line 3" in command_line.run(file).stderr


def test_a_report_is_not_written_over_the_file_that_is_read(
    command_line: CommandLine, twin: Path, tmp_path: Path
) -> None:
    before = twin.read_bytes()
    (tmp_path / "link.csv").symlink_to(twin)
    (tmp_path / "hard.csv").hardlink_to(twin)
    for report in (
        twin,
        tmp_path / ".." / tmp_path.name / twin.name,
        tmp_path / "link.csv",
        tmp_path / "hard.csv",
    ):
        done = command_line.run(twin, "--report", report)
        assert (done.exit_code, len(done.stderr.strip().splitlines())) == (1, 1), done.output
        assert "overwrite" in done.stderr
    assert twin.read_bytes() == before
    assert command_line.counts(twin)["created"] == 4, "nothing was taken before"


@here
def test_the_real_register_is_taken_whole(command_line: CommandLine) -> None:
    file = REGISTRY / "minhang_enterprises.csv"
    assert command_line.counts(file, "--dry-run") == tallied(6353, created=6353)
    assert command_line.counts(file) == tallied(6353, created=6353)
    assert command_line.counts(file) == tallied(6353, unchanged=6353)


@here
def test_of_the_real_bad_codes_the_sound_ones_are_taken(command_line: CommandLine) -> None:
    counted = command_line.counts(REGISTRY / "bad_codes.csv")
    assert (counted["rows"], counted["created"], counted["overridden"], counted["refused"]) == (
        4288,
        155,
        0,
        4133,
    )
    assert sum(counted["reasons"].values()) == 4133
    assert counted["reasons"]["registration_number_15"] > 3_700
