"""Tables in files: plain UTF-8 with a known header. A file that is none is refused before a row is taken."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from shared.kernel.errors import DomainError, FieldProblem

_HEADER_ROW = 1
_LONGEST_LINE = 1_000_000


class FileUnusable(DomainError):
    """The file as a whole cannot be taken."""

    code = "file_unusable"


@dataclass(frozen=True, slots=True)
class Layout:
    """A known header: columns that must be there, and those that may."""

    name: str
    required: frozenset[str]
    optional: frozenset[str] = frozenset()

    def fits(self, columns: Sequence[str]) -> bool:
        """Say whether a header with these columns is of this layout."""
        named = set(columns)
        return len(named) == len(columns) and self.required <= named <= self.required | self.optional


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of a row as a spreadsheet numbers it, the header being row 1, and the file's lines that hold it."""

    number: int
    first_line: int
    last_line: int
    cells: Sequence[str]

    @property
    def is_broken(self) -> bool:
        """Say whether a cell goes over several lines, as one does whose quotation mark was forgotten."""
        return any("\n" in cell or "\r" in cell for cell in self.cells)


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row by the header's columns; without cells where it has a fault, for which it is to be refused."""

    number: int
    cells: Mapping[str, str]
    fault: FieldProblem | None = None


def layout_of(path: Path, layouts: Sequence[Layout]) -> Layout:
    """Return the layout of a table. Raises FileUnusable: not there, not UTF-8, another header, no table."""
    columns: list[str] = []
    # To the end, so that no row is stored of a file that cannot be read further down.
    for record in records(path):
        if record.number == _HEADER_ROW:
            columns = _columns(record)
    return next((one for one in layouts if one.fits(columns)), None) or _refuse_header(path, layouts)


def read_table(path: Path) -> Iterator[TableRow]:
    """Return the rows below the header; blank ones are passed over. Raises FileUnusable where it is no table."""
    rows = records(path)
    columns = next((_columns(header) for header in rows), [])
    for record in rows:
        fault = _fault(record, columns)
        if fault is not None:
            yield TableRow(record.number, {}, fault)
        elif any(cell.strip() for cell in record.cells):
            yield TableRow(record.number, dict(zip(columns, record.cells, strict=True)))


def records(path: Path) -> Iterator[Record]:
    """Return all rows as they stand, one at a time. Raises FileUnusable for what is no CSV in UTF-8."""
    # What can be read but once would be empty when its rows are taken.
    if path.exists() and not path.is_file():
        raise FileUnusable(f"须为普通文件：{path}", f"This is no regular file: {path}")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _records(file)
    except FileNotFoundError:
        raise FileUnusable(f"找不到文件：{path}", f"No such file: {path}") from None
    except UnicodeDecodeError:
        raise FileUnusable(
            f"文件不是 UTF-8 编码：{path}；请在表格软件中另存为“CSV UTF-8”。",
            f"The file is not UTF-8: {path}; save it as CSV UTF-8.",
        ) from None
    except OSError as error:
        raise FileUnusable(
            f"文件无法读取：{path}（{error}）", f"The file cannot be read: {path} ({error})"
        ) from None


def _records(file: TextIO) -> Iterator[Record]:
    reader = csv.reader(_lines(file), strict=True)
    first_line = 1
    try:
        for number, cells in enumerate(reader, _HEADER_ROW):
            yield Record(number, first_line, reader.line_num, cells)
            first_line = reader.line_num + 1
    except csv.Error as error:
        raise FileUnusable(
            f"第 {first_line} 行起无法解析（{error}）：请检查该行的引号是否成对。",
            f"The file cannot be read from line {first_line} on ({error}): check that line's quotation marks.",
        ) from None


def _lines(file: TextIO) -> Iterator[str]:
    number = 0
    while line := file.readline(_LONGEST_LINE + 1):
        number += 1
        if "\0" in line or len(line) > _LONGEST_LINE:
            raise FileUnusable(
                f"第 {number} 行不是文本（含空字符，或超过 {_LONGEST_LINE} 个字符）：请重新导出该文件。",
                f"Line {number} is no text (a NUL, or over {_LONGEST_LINE} characters): export the file again.",
            )
        yield line


def _columns(header: Record) -> list[str]:
    return [column.strip() for column in header.cells]


def _fault(record: Record, columns: Sequence[str]) -> FieldProblem | None:
    if record.is_broken:
        lines = f"{record.first_line}–{record.last_line}"
        return FieldProblem(
            "row",
            "line_break",
            f"单元格内有换行（文件第 {lines} 行）：请去掉换行，并检查引号是否成对。",
            f"A cell holds a line break (the file's lines {lines}): remove it, and check the quotation marks.",
        )
    if len(record.cells) != len(columns) and any(cell.strip() for cell in record.cells):
        en = "The row has another number of columns than the header."
        return FieldProblem("row", "wrong_columns", "列数与表头不符。", en)
    return None


def _refuse_header(path: Path, layouts: Sequence[Layout]) -> Layout:
    known = "；".join(f"{one.name}：{','.join(sorted(one.required))}" for one in layouts)
    raise FileUnusable(
        f"表头无法识别：{path}。可用的表头 {known}",
        f"The header is not known: {path}. Known headers: {known}",
    )
