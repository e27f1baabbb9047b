"""Reads a history of events from a file: CSV, gzipped or not, or Parquet.

Columns: enterprise_id, kind, occurred_on; and, where they are known, known_on (else occurred_on), amount, workers,
industry. Others are ignored.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TextIO

from services.warning.ml.histories.columns import HistoryColumns, Text
from services.warning.ml.histories.events import EventHistory, HistoryUnusable

_CHUNK_ROWS: Final = 200_000


def read_history(path: Path) -> EventHistory:
    """Read a file. Raises HistoryUnusable with the line that is at fault."""
    try:
        if path.suffix == ".parquet":
            return _read_parquet(path)
        with _opened(path) as file:
            return _read_csv(csv.reader(file), path.name)
    except (OSError, EOFError, zlib.error) as error:
        raise HistoryUnusable(f"无法读取 {path}：{error}。", f"Cannot read {path}: {error}.") from error
    except UnicodeDecodeError as error:
        raise HistoryUnusable(
            f"{path.name} 不是 UTF-8 编码的 CSV。", f"{path.name} is no CSV file in UTF-8."
        ) from error
    except csv.Error as error:
        raise HistoryUnusable(
            f"{path.name} 不是正确的 CSV：{error}。", f"{path.name} is no sound CSV file: {error}."
        ) from error


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    with path.open("rb") as raw:
        plain = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
        yield io.TextIOWrapper(plain, encoding="utf-8-sig", newline="")


def _read_csv(rows: Iterator[list[str]], name: str) -> EventHistory:
    header = [column.strip() for column in next(rows, [])]
    columns = HistoryColumns(name, header, first_row=2)
    chunk: list[list[str]] = []
    for row in filter(None, rows):
        chunk.append(row)
        if len(chunk) == _CHUNK_ROWS:
            columns.take(_transposed(chunk, header, columns))
            chunk = []
    if chunk:
        columns.take(_transposed(chunk, header, columns))
    return columns.history()


def _transposed(rows: Sequence[list[str]], header: Sequence[str], columns: HistoryColumns) -> Text:
    places = {column: header.index(column) for column in columns.wanted}
    width = 1 + max(places.values())
    short = next((at for at, row in enumerate(rows) if len(row) < width), None)
    if short is not None:
        raise columns.fault(short, "列数不足", "has too few columns")
    return {column: [row[place].strip() for row in rows] for column, place in places.items()}


def _read_parquet(path: Path) -> EventHistory:
    try:
        arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ModuleNotFoundError:
        raise HistoryUnusable(
            "读取 Parquet 需要 pyarrow：请安装 labour-early-warning[parquet]，或改用 CSV。",
            "Parquet needs pyarrow: install labour-early-warning[parquet], or use CSV.",
        ) from None
    try:
        with parquet.ParquetFile(path) as file:
            columns = HistoryColumns(path.name, file.schema_arrow.names, first_row=1)
            for batch in file.iter_batches(_CHUNK_ROWS, columns=columns.wanted):
                columns.take({name: _texts(arrow, batch.column(name)) for name in columns.wanted})
        return columns.history()
    except arrow.ArrowException as error:
        raise HistoryUnusable(
            f"{path.name} 不是可用的 Parquet：{error}。", f"{path.name} is no usable Parquet file: {error}."
        ) from error


def _texts(arrow: Any, column: Any) -> Sequence[str]:
    if arrow.types.is_timestamp(column.type):
        # The hour of an event is of no use, and would not be read as a day.
        column = column.cast(arrow.date32(), safe=False)
    return [(one or "").strip() for one in column.cast(arrow.string()).to_pylist()]
