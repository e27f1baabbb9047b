"""Turns columns of text into a history of events, a chunk at a time, and tells which row is at fault."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from services.warning.ml.arrays import Days, Floats, Integers
from services.warning.ml.histories.events import EventHistory, HistoryUnusable

# So many rows are read and taken at once.
CHUNK_ROWS: Final = 200_000
REQUIRED: Final = ("enterprise_id", "kind", "occurred_on")
OPTIONAL: Final = ("known_on", "amount", "workers", "industry", "division")
# The days of every labour law there is, and of every event that a model of now can learn from.
_EARLIEST: Final = np.datetime64("1900-01-01")
_LATEST: Final = np.datetime64("2199-12-31")

Text = Mapping[str, Sequence[str]]


class _Numbered(dict[str, int]):
    """Numbers texts in the order in which they come."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number


class HistoryColumns:
    """What was read so far. `wanted` are the columns that it takes, in the header's order."""

    def __init__(self, name: str, header: Sequence[str], first_row: int) -> None:
        """Raise HistoryUnusable where a column is missing; `first_row` is how the file counts its first event."""
        missing = [column for column in REQUIRED if column not in header]
        if missing:
            raise HistoryUnusable(
                f"{name} 缺少列 {'、'.join(missing)}。", f"{name} lacks the column(s) {', '.join(missing)}."
            )
        self.wanted = [column for column in header if column in (*REQUIRED, *OPTIONAL)]
        self._name = name
        self._ignored = tuple(column for column in header if column not in self.wanted)
        self._ids, self._kinds = _Numbered(), _Numbered()
        self._industries, self._divisions = _Numbered(), _Numbered()
        self._parts: list[dict[str, np.ndarray]] = []
        self._row = first_row

    def take(self, text: Text) -> None:
        """Take further rows: of each wanted column as many texts, "" for what is unknown. Raises HistoryUnusable."""
        count = len(text["enterprise_id"])
        empty = next((at for at, one in enumerate(text["enterprise_id"]) if not one), None)
        if empty is not None:
            raise self.fault(empty, "enterprise_id 为空", "has no enterprise_id")
        occurred = self._days("occurred_on", text["occurred_on"])
        known = text.get("known_on")
        if known is not None:
            known = [one or other for one, other in zip(known, text["occurred_on"], strict=True)]
        self._parts.append(
            {
                "enterprise": _numbers(self._ids, text["enterprise_id"]),
                "kind": _numbers(self._kinds, text["kind"]),
                "industry": _numbers(self._industries, text.get("industry", [""] * count), unknown=""),
                "division": _numbers(self._divisions, text.get("division", [""] * count), unknown=""),
                "occurred_on": occurred,
                "known_on": occurred if known is None else self._days("known_on", known),
                "amount": self._sizes("amount", text.get("amount"), count),
                "workers": self._sizes("workers", text.get("workers"), count),
            }
        )
        self._row += count

    def history(self) -> EventHistory:
        """Return what was read. Raises HistoryUnusable where that is nothing."""
        if not self._parts:
            raise HistoryUnusable(f"{self._name} 中没有事件。", f"There is no event in {self._name}.")
        columns = {key: np.concatenate([part[key] for part in self._parts]) for key in self._parts[0]}
        order = np.lexsort((columns["occurred_on"], columns["enterprise"]))
        return EventHistory(
            ids=tuple(self._ids),
            kinds=tuple(self._kinds),
            industries=tuple(self._industries),
            divisions=tuple(self._divisions),
            ignored=self._ignored,
            **{key: column[order] for key, column in columns.items()},
        )

    def fault(self, at: int, zh: str, en: str) -> HistoryUnusable:
        """Return what is wrong with a row, counted from the first of those that are being taken."""
        where = self._row + at
        return HistoryUnusable(f"{self._name} 第 {where} 行{zh}。", f"Line {where} of {self._name}: {en}.")

    def _days(self, column: str, text: Sequence[str]) -> Days:
        try:
            days = np.array(text, dtype="datetime64[D]")
        except ValueError:
            days = np.array([_day(one) for one in text], dtype="datetime64[D]")
        strange = np.flatnonzero(np.isnat(days) | (days < _EARLIEST) | (days > _LATEST))
        if len(strange):
            at = int(strange[0])
            raise self.fault(
                at,
                f"{column} 应为 1900 至 2199 年间的日期（YYYY-MM-DD）：{text[at][:40]!r}",
                f"{column} must be a day (YYYY-MM-DD) from 1900 to 2199: {text[at][:40]!r}",
            )
        return days.astype(np.int32)

    def _sizes(self, column: str, text: Sequence[str] | None, count: int) -> Floats:
        if text is None:
            return np.full(count, np.nan)
        sizes = np.array([_size(one) for one in text], dtype=np.float64)
        strange = np.flatnonzero(np.isinf(sizes))
        if len(strange):
            at = int(strange[0])
            told = text[at][:40]
            raise self.fault(at, f"{column} 不是数：{told!r}", f"{column} is no number: {told!r}")
        return sizes


def _numbers(known: _Numbered, text: Sequence[str], unknown: str | None = None) -> Integers:
    return np.array([-1 if one == unknown else known[one] for one in text], dtype=np.int64)


def _day(text: str) -> np.datetime64:
    try:
        return np.datetime64(text, "D")
    except ValueError:
        return np.datetime64("NaT")


def _size(text: str) -> float:
    """Return the number, NaN where it is unknown, and infinity for what is none."""
    try:
        return float(text or "nan")
    except ValueError:
        return np.inf
