"""Tables in files: plain UTF-8 with a known header. A file that is none is refused before a row is taken."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.kernel.errors import DomainError

_HEADER_ROWS = 1


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
class TableRow:
    """A row as a spreadsheet numbers it, the header being row 1; None where its columns do not fit the header."""

    number: int
    cells: Mapping[str, str] | None


def layout_of(path: Path, layouts: Sequence[Layout]) -> Layout:
    """Return the layout of a table. Raises FileUnusable: not there, not UTF-8, another header, no table."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header = next(csv.reader(lines), [])
            # Reading to the end finds what is no UTF-8 before the first row is stored.
            for _ in lines:
                pass
    except FileNotFoundError:
        raise FileUnusable(f"找不到文件：{path}", f"No such file: {path}") from None
    except UnicodeDecodeError:
        raise FileUnusable(
            f"文件不是 UTF-8 编码：{path}；请在表格软件中另存为“CSV UTF-8”。",
            f"The file is not UTF-8: {path}; save it as CSV UTF-8.",
        ) from None
    except (OSError, csv.Error) as error:
        raise FileUnusable(
            f"文件无法读取：{path}（{error}）", f"The file cannot be read: {path} ({error})"
        ) from None
    columns = [column.strip() for column in header]
    return next((one for one in layouts if one.fits(columns)), None) or _refuse_header(path, layouts)


def read_table(path: Path) -> Iterator[TableRow]:
    """Return the rows below the header; blank ones are passed over. Raises FileUnusable for a broken quotation."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines)
        columns = [column.strip() for column in next(reader, [])]
        try:
            for number, cells in enumerate(reader, _HEADER_ROWS + 1):
                if any(cell.strip() for cell in cells):
                    fits = len(cells) == len(columns)
                    yield TableRow(number, dict(zip(columns, cells, strict=True)) if fits else None)
        except csv.Error as error:
            raise FileUnusable(
                f"第 {reader.line_num} 行附近无法解析：{error}",
                f"The file cannot be read near line {reader.line_num}: {error}",
            ) from None


def _refuse_header(path: Path, layouts: Sequence[Layout]) -> Layout:
    known = "；".join(f"{one.name}：{','.join(sorted(one.required))}" for one in layouts)
    raise FileUnusable(
        f"表头无法识别：{path}。可用的表头 {known}",
        f"The header is not known: {path}. Known headers: {known}",
    )
