"""Reads a history of events: one row each, of any kind, about anybody; ids are opaque.

Columns: enterprise_id, kind, occurred_on; and, where they are known, known_on (else occurred_on), amount, workers,
industry. A row counts at a cut-off only when both of its dates lie on or before it.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

import numpy as np

from services.warning.ml.arrays import Days, Flags, Floats, Integers
from shared.kernel.errors import DomainError

_REQUIRED: Final = ("enterprise_id", "kind", "occurred_on")
_OPTIONAL: Final = ("known_on", "amount", "workers", "industry")
# The days of every labour law there is, and of every event that a model of now can learn from.
_EARLIEST: Final = np.datetime64("1900-01-01")
_LATEST: Final = np.datetime64("2199-12-31")
_CHUNK_ROWS: Final = 200_000


class HistoryUnusable(DomainError):
    """A file is not a history of events."""

    code = "history_unusable"


@dataclass(frozen=True, slots=True, eq=False)
class EventHistory:
    """Events sorted by enterprise and day.

    ids: enterprise ids in their order, `enterprise` points into them. kinds: likewise for `kind`. occurred_on and
    known_on: days since 1970-01-01. amount and workers: NaN where unknown. industries: likewise for `industry`,
    -1 where unknown. ignored: the columns that say nothing to us.
    """

    ids: Sequence[str]
    kinds: Sequence[str]
    industries: Sequence[str]
    enterprise: Integers
    kind: Integers
    industry: Integers
    occurred_on: Days
    known_on: Days
    amount: Floats
    workers: Floats
    ignored: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return how many events there are."""
        return len(self.enterprise)

    def known_by(self, day: int) -> Flags:
        """Say which events had happened and were known on `day`."""
        return (self.occurred_on <= day) & (self.known_on <= day)

    def of_kinds(self, names: Sequence[str] | None) -> Flags:
        """Say which events are of these kinds, None for any. Raises HistoryUnusable for a kind that never occurs."""
        if names is None:
            return np.ones(len(self), dtype=np.bool_)
        strange = [name for name in names if name not in self.kinds]
        if strange:
            known = ", ".join(sorted(self.kinds)[:20])
            raise HistoryUnusable(
                f"历史中没有类别 {strange[0]}；有：{known}。",
                f"No event is of kind {strange[0]}; there are: {known}.",
            )
        return np.isin(self.kind, [self.kinds.index(name) for name in names])


def read_history(path: Path) -> EventHistory:
    """Read a CSV file, gzipped or not. Raises HistoryUnusable with the line that is at fault."""
    try:
        with _opened(path) as file:
            return _read(csv.reader(file), path.name)
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


class _Numbered(dict[str, int]):
    """Numbers texts in the order in which they come."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


def _read(rows: Iterator[list[str]], name: str) -> EventHistory:
    header = [column.strip() for column in next(rows, [])]
    missing = [column for column in _REQUIRED if column not in header]
    if missing:
        raise HistoryUnusable(
            f"{name} 缺少列 {'、'.join(missing)}。", f"{name} lacks the column(s) {', '.join(missing)}."
        )
    reader = _Columns(name, header)
    chunk: list[list[str]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CHUNK_ROWS:
            reader.take(chunk)
            chunk = []
    reader.take(chunk)
    return reader.history()


class _Columns:
    """Turns rows of text into columns of numbers, a chunk at a time."""

    def __init__(self, name: str, header: Sequence[str]) -> None:
        self._name = name
        self._at = {column: header.index(column) for column in (*_REQUIRED, *_OPTIONAL) if column in header}
        self._ignored = tuple(column for column in header if column not in self._at)
        self._width = 1 + max(self._at.values())
        self._ids, self._kinds, self._industries = _Numbered(), _Numbered(), _Numbered()
        self._parts: list[dict[str, np.ndarray]] = []
        self._line = 2

    def take(self, rows: Sequence[list[str]]) -> None:
        kept = [row for row in rows if row]
        short = next((at for at, row in enumerate(rows) if row and len(row) < self._width), None)
        if short is not None:
            raise self._fault(short, "列数不足", "has too few columns")
        text = {column: [row[at].strip() for row in kept] for column, at in self._at.items()}
        empty = next((at for at, one in enumerate(text["enterprise_id"]) if not one), None)
        if empty is not None:
            raise self._fault(empty, "enterprise_id 为空", "has no enterprise_id")
        occurred = self._days("occurred_on", text["occurred_on"])
        known = text.get("known_on", [])
        both = (
            [one or other for one, other in zip(known, text["occurred_on"], strict=True)] if known else None
        )
        self._parts.append(
            {
                "enterprise": np.array([self._ids[one] for one in text["enterprise_id"]], dtype=np.int64),
                "kind": np.array([self._kinds[one] for one in text["kind"]], dtype=np.int64),
                "industry": np.array(
                    [self._industries[one] if one else -1 for one in text.get("industry", [""] * len(kept))],
                    dtype=np.int64,
                ),
                "occurred_on": occurred,
                "known_on": occurred if both is None else self._days("known_on", both),
                "amount": self._numbers("amount", text.get("amount"), len(kept)),
                "workers": self._numbers("workers", text.get("workers"), len(kept)),
            }
        )
        self._line += len(rows)

    def history(self) -> EventHistory:
        columns = {key: np.concatenate([part[key] for part in self._parts]) for key in self._parts[0]}
        order = np.lexsort((columns["occurred_on"], columns["enterprise"]))
        return EventHistory(
            ids=tuple(self._ids),
            kinds=tuple(self._kinds),
            industries=tuple(self._industries),
            ignored=self._ignored,
            **{key: column[order] for key, column in columns.items()},
        )

    def _days(self, column: str, text: Sequence[str]) -> Days:
        try:
            days = np.array(text, dtype="datetime64[D]")
        except ValueError:
            days = np.array([_day(one) for one in text], dtype="datetime64[D]")
        strange = np.flatnonzero(np.isnat(days) | (days < _EARLIEST) | (days > _LATEST))
        if len(strange):
            at = int(strange[0])
            raise self._fault(
                at,
                f"{column} 应为 1900 至 2199 年间的日期（YYYY-MM-DD）：{text[at][:40]!r}",
                f"{column} must be a day (YYYY-MM-DD) from 1900 to 2199: {text[at][:40]!r}",
            )
        return days.astype(np.int32)

    def _numbers(self, column: str, text: Sequence[str] | None, count: int) -> Floats:
        if text is None:
            return np.full(count, np.nan)
        numbers = np.empty(count)
        for at, one in enumerate(text):
            try:
                numbers[at] = float(one) if one else np.nan
            except ValueError:
                raise self._fault(
                    at, f"{column} 不是数：{one[:40]!r}", f"{column} is no number: {one[:40]!r}"
                ) from None
        return numbers

    def _fault(self, at: int, zh: str, en: str) -> HistoryUnusable:
        where = self._line + at
        return HistoryUnusable(f"{self._name} 第 {where} 行{zh}。", f"Line {where} of {self._name}: {en}.")


def _day(text: str) -> np.datetime64:
    try:
        return np.datetime64(text, "D")
    except ValueError:
        return np.datetime64("NaT")
