"""A history of events in Parquet, by pyarrow, which only those need who have such files."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from services.warning.ml.histories.columns import CHUNK_ROWS, HistoryColumns
from services.warning.ml.histories.events import EventHistory, HistoryUnusable

_DAYS: Final = ("occurred_on", "known_on")
_TEXTS: Final = ("enterprise_id", "kind", "industry", "division")


def read_parquet(path: Path) -> EventHistory:
    """Read a file. Raises HistoryUnusable."""
    arrow, parquet = _pyarrow("pyarrow"), _pyarrow("pyarrow.parquet")
    try:
        with parquet.ParquetFile(path) as file:
            columns = HistoryColumns(path.name, file.schema_arrow.names, first_row=1)
            for batch in file.iter_batches(CHUNK_ROWS, columns=columns.wanted):
                columns.take({name: _texts(arrow, batch.column(name)) for name in columns.wanted})
        return columns.history()
    except arrow.ArrowException as error:
        raise HistoryUnusable(
            f"{path.name} 不是可用的 Parquet：{error}。", f"{path.name} is no usable Parquet file: {error}."
        ) from error


def from_csv(table: Path, path: Path) -> None:
    """Write the events of a CSV file with days, numbers and texts as such, a part at a time. Raises HistoryUnusable."""
    arrow, csv, parquet = _pyarrow("pyarrow"), _pyarrow("pyarrow.csv"), _pyarrow("pyarrow.parquet")
    types = dict.fromkeys(_DAYS, arrow.date32()) | dict.fromkeys(_TEXTS, arrow.string())
    types |= {"amount": arrow.float64(), "workers": arrow.int64()}
    told = csv.ConvertOptions(column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False)
    with (
        csv.open_csv(table, convert_options=told) as batches,
        parquet.ParquetWriter(path, batches.schema) as file,
    ):
        for batch in batches:
            file.write_batch(batch)


def _pyarrow(module: str) -> Any:
    try:
        return import_module(module)
    except ModuleNotFoundError:
        raise HistoryUnusable(
            "Parquet 需要 pyarrow：请安装 labour-early-warning[parquet]，或改用 CSV。",
            "Parquet needs pyarrow: install labour-early-warning[parquet], or use CSV.",
        ) from None


def _texts(arrow: Any, column: Any) -> Sequence[str]:
    if arrow.types.is_timestamp(column.type):
        # The hour of an event is of no use, and would not be read as a day.
        column = column.cast(arrow.date32(), safe=False)
    return [(one or "").strip() for one in column.cast(arrow.string()).to_pylist()]
