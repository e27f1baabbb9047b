"""What became of a file's rows: counted, as JSON or text, and row by row in a CSV for a spreadsheet."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import typer

from shared.kernel.errors import DomainError

_COLUMNS = ("行号 row", "代码 code", "结果 result", "原因代码 reason", "原因", "reason in English")
# A spreadsheet runs a cell that begins with one of these.
_FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row."""

    number: int
    code: str
    result: str
    refusal: DomainError | None = None

    @property
    def reason(self) -> str:
        """Return the code of the refusal, by which refusals are counted; empty when there is none."""
        if self.refusal is None:
            return ""
        return self.refusal.fields[0].code if self.refusal.fields else self.refusal.code


class Sink(Protocol):
    """Takes results as they become known."""

    def __call__(self, results: Sequence[RowResult]) -> None:
        """Take the results of some rows."""
        ...


@dataclass(slots=True)
class Tally:
    """Counts of a file's rows by result, and of refusals by reason."""

    results: tuple[str, ...]
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, results: Sequence[RowResult]) -> None:
        """Count the results."""
        self.counts.update(one.result for one in results)
        self.reasons.update(one.reason for one in results if one.refusal is not None)

    def document(self) -> dict[str, object]:
        """Return the counts as they are written for programs."""
        counts = {name: self.counts[name] for name in self.results}
        return {"rows": self.counts.total(), **counts, "reasons": dict(self.reasons.most_common())}

    def show(self, *, as_json: bool, dry_run: bool = False) -> None:
        """Write the counts to standard output."""
        if as_json:
            typer.echo(json.dumps(self.document(), ensure_ascii=False))
            return
        if dry_run:
            typer.echo("试运行，未写入任何数据 / dry run: nothing was written")
        typer.echo(f"共 {self.counts.total()} 行 / rows")
        for name in self.results:
            typer.echo(f"  {_NAMES.get(name, '')} {name}: {self.counts[name]}")
        for reason, count in self.reasons.most_common():
            typer.echo(f"    {reason}: {count}")


_NAMES = {
    "created": "新增",
    "updated": "更新",
    "unchanged": "不变",
    "overridden": "说明理由后保留",
    "refused": "拒绝",
    "accepted": "接收",
    "duplicate": "重复",
    "held": "暂存待企业登记",
}


class OverwritesItsInput(DomainError):
    """The command would write over what it reads."""

    code = "overwrites_its_input"


def keep_apart(written: Path | None, read: Path) -> None:
    """Raise OverwritesItsInput where both are one file, by whatever names; call it before either is opened."""
    if written is not None and written.exists() and read.exists() and written.samefile(read):
        raise OverwritesItsInput(
            f"结果会覆盖所读的文件：{written}；请另选一个文件名。",
            f"This would overwrite the file that is read: {written}; choose another name.",
        )


@contextmanager
def report_file(path: Path | None) -> Iterator[Sink]:
    """Give what takes results into a CSV file (UTF-8 with BOM, for Chinese spreadsheets); nothing without a path."""
    with nullcontext() if path is None else path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = None if file is None else csv.writer(file)
        if writer is not None:
            writer.writerow(_COLUMNS)

        def take(results: Sequence[RowResult]) -> None:
            if writer is not None:
                writer.writerows([safe_cell(cell) for cell in _cells(one)] for one in results)

        yield take


def safe_cell(text: str) -> str:
    """Return the text such that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_MARKS) else text


def _cells(row: RowResult) -> tuple[str, ...]:
    zh, en = _told(row.refusal)
    return str(row.number), row.code, row.result, row.reason, zh, en


def _told(refusal: DomainError | None) -> tuple[str, str]:
    if refusal is None:
        return "", ""
    if not refusal.fields:
        return refusal.message_zh, refusal.message_en
    zh = "；".join(f"{one.field}：{one.message_zh}" for one in refusal.fields)
    return zh, "; ".join(f"{one.field}: {one.message_en}" for one in refusal.fields)
