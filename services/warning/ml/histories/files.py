"""Reads a history of events from a file: CSV, gzipped or not, or Parquet.

Columns: enterprise_id, kind, occurred_on; and, where they are known, known_on (else occurred_on), amount, workers,
industry, division. Others are ignored.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from services.warning.ml.histories.columns import CHUNK_ROWS, HistoryColumns, Text
from services.warning.ml.histories.events import EventHistory, HistoryUnusable
from services.warning.ml.histories.parquet import read_parquet


def read_history(path: Path) -> EventHistory:
    """Read a file. Raises HistoryUnusable with the line that is at fault."""
    try:
        if path.suffix == ".parquet":
            return read_parquet(path)
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
        if len(chunk) == CHUNK_ROWS:
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
