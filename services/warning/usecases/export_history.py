"""Writes the history of events of the live system to a file: CSV, `.csv.gz` or Parquet."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from services.warning.repository import event_history
from shared.db.tx import ReadTx
from shared.kernel.errors import DomainError, FieldProblem

_PARQUET = ".parquet"


class HistoryFormUnknown(DomainError):
    """The file's name says no form that a history has."""

    code = "history_form_unknown"

    def __init__(self, name: str) -> None:
        """Name the forms."""
        zh = f"{name} 应以 .csv、.csv.gz 或 .parquet 结尾。"
        en = f"{name} must end in .csv, .csv.gz or .parquet."
        super().__init__(zh, en, fields=[FieldProblem("out", self.code, zh, en)])


async def export_history(tx: ReadTx, path: Path, to_parquet: Callable[[Path, Path], None]) -> int:
    """Write all events; return how many. What is there already is replaced once the new file is whole.

    to_parquet: turns one file of CSV into another of Parquet. Raises HistoryFormUnknown, and what `to_parquet` raises.
    """
    if not path.name.endswith((".csv", ".csv.gz", _PARQUET)):
        raise HistoryFormUnknown(path.name)
    with TemporaryDirectory(prefix=".history-", dir=path.parent) as folder:
        made = Path(folder) / "events"
        with _opened(made, packed=path.suffix == ".gz") as file:
            written = await event_history.write(tx, file)
        if path.suffix == _PARQUET:
            table, made = made, Path(folder) / path.name
            to_parquet(table, made)
        made.replace(path)
    return written


@contextmanager
def _opened(path: Path, *, packed: bool) -> Iterator[BinaryIO]:
    with path.open("wb") as raw:
        if not packed:
            yield raw
            return
        # Without the time of day: the same history is the same file.
        with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as file:
            yield file  # type: ignore[misc]  # a GzipFile is written to like any binary file
