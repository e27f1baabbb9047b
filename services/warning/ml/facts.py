"""Facts as columns, decoded from PostgreSQL's binary COPY or built from plain columns.

Every field has a fixed width and is never NULL, so that a whole stream is one structured array:
no tuple is looked at one by one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.warning.domain.ports import FactChunk
from services.warning.ml.arrays import Days, Flags, Floats, Integers
from services.warning.ml.catalogue import Catalogue

_SIGNATURE = b"PGCOPY\n\xff\r\n\x00"
_HEADER_BYTES = len(_SIGNATURE) + 8
_TRAILER = b"\xff\xff"

_ENTERPRISE_FIELDS = {"enterprise_id": ">i8", "headcount": ">f8", "industry": ">i2", "sole_trader": ">i2"}
_SIGNAL_FIELDS = {
    "signal_seq": ">i8",
    "enterprise_id": ">i8",
    "series": ">i2",
    "source": ">i4",
    "effective_on": ">i4",
    "known_on": ">i4",
    "amount_cny": ">f8",
    "months": ">f8",
    "workers": ">f8",
}


class FactsMalformed(ValueError):
    """The stream is not what the port promises; it names the first thing that differs."""


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """A chunk of enterprises, sorted by id, and their signals in any order. Unknown numbers are NaN.

    `row` is the position of a signal's enterprise, `series` its position in the catalogue, `source` a number per
    department; dates are days
    since 1970-01-01. detail_* are the detail values, one row each: which signal, which detail, what value.
    """

    catalogue: Catalogue
    enterprise_id: Integers
    headcount: Floats
    industry: Integers
    sole_trader: Flags
    signal_seq: Integers
    row: Integers
    series: Integers
    source: Integers
    effective_on: Days
    known_on: Days
    amount_cny: Floats
    months: Floats
    workers: Floats
    detail_signal: Integers
    detail_name: Integers
    detail_value: Floats


@dataclass(frozen=True, slots=True)
class EnterpriseColumns:
    """Enterprises as plain columns; what is left out is unknown."""

    enterprise_id: ArrayLike
    headcount: ArrayLike | None = None
    industry: ArrayLike | None = None
    sole_trader: ArrayLike | None = None


@dataclass(frozen=True, slots=True)
class SignalColumns:
    """Signals as plain columns: series by name, sources by number, dates as days since 1970-01-01.

    What is left out is unknown.
    details: (position of the signal in these columns, its number and boolean details).
    """

    enterprise_id: ArrayLike = ()
    series: Sequence[str] = ()
    effective_on: ArrayLike = ()
    source: ArrayLike | None = None
    known_on: ArrayLike | None = None
    amount_cny: ArrayLike | None = None
    months: ArrayLike | None = None
    workers: ArrayLike | None = None
    details: Sequence[tuple[int, Mapping[str, float]]] = field(default=())


def decode(chunk: FactChunk, catalogue: Catalogue) -> Facts:
    """Return the chunk's facts as columns."""
    enterprises = _read_copy(chunk.enterprises, _ENTERPRISE_FIELDS, "enterprises")
    signals = _read_copy(chunk.signals, _SIGNAL_FIELDS, "signals")
    known = enterprises["enterprise_id"].astype(np.int64)
    signal_seq = signals["signal_seq"].astype(np.int64)
    owner, names, values = _flatten(chunk.details, catalogue)
    found, positions = _positions(owner, signal_seq)
    return Facts(
        catalogue=catalogue,
        enterprise_id=known,
        headcount=enterprises["headcount"].astype(np.float64),
        industry=enterprises["industry"].astype(np.int64),
        sole_trader=enterprises["sole_trader"] != 0,
        signal_seq=signal_seq,
        row=_rows_of(signals["enterprise_id"].astype(np.int64), known),
        series=_series_of(signals["series"].astype(np.int64), chunk.series, catalogue),
        source=signals["source"].astype(np.int64),
        effective_on=signals["effective_on"].astype(np.int32),
        known_on=signals["known_on"].astype(np.int32),
        amount_cny=signals["amount_cny"].astype(np.float64),
        months=signals["months"].astype(np.float64),
        workers=signals["workers"].astype(np.float64),
        detail_signal=positions,
        detail_name=names[found],
        detail_value=values[found],
    )


def facts_from_columns(
    catalogue: Catalogue, enterprises: EnterpriseColumns, signals: SignalColumns | None = None
) -> Facts:
    """Return facts from plain columns, for training, back-tests and tests."""
    signals = signals or SignalColumns()
    order = np.argsort(np.asarray(enterprises.enterprise_id, dtype=np.int64), kind="stable")
    known = np.asarray(enterprises.enterprise_id, dtype=np.int64)[order]
    of_enterprise = np.asarray(signals.enterprise_id, dtype=np.int64)
    effective_on = np.asarray(signals.effective_on, dtype=np.int32)
    count = len(of_enterprise)
    at = {name: catalogue.position[name] for name in set(signals.series)}
    positions, names, values = _flatten([(told, [at]) for at, told in signals.details], catalogue)
    return Facts(
        catalogue=catalogue,
        enterprise_id=known,
        headcount=_column(enterprises.headcount, len(known), np.nan)[order],
        industry=_column(enterprises.industry, len(known), -1).astype(np.int64)[order],
        sole_trader=(_column(enterprises.sole_trader, len(known), 0) != 0)[order],
        signal_seq=np.arange(count, dtype=np.int64),
        row=_rows_of(of_enterprise, known),
        series=np.fromiter(map(at.__getitem__, signals.series), dtype=np.int64, count=count),
        source=_column(signals.source, count, 0).astype(np.int64),
        effective_on=effective_on,
        known_on=effective_on if signals.known_on is None else np.asarray(signals.known_on, dtype=np.int32),
        amount_cny=_column(signals.amount_cny, count, np.nan),
        months=_column(signals.months, count, np.nan),
        workers=_column(signals.workers, count, np.nan),
        detail_signal=positions,
        detail_name=names,
        detail_value=values,
    )


def _read_copy(stream: bytes, fields: Mapping[str, str], what: str) -> NDArray[Any]:
    """Return the fields of every tuple; the lengths that stand before them are checked, then dropped."""
    if not stream.startswith(_SIGNATURE):
        raise FactsMalformed(f"{what}: not a binary COPY stream")
    flags, extension = np.frombuffer(stream, dtype=">i4", count=2, offset=len(_SIGNATURE)).tolist()
    body = len(stream) - _HEADER_BYTES - extension - len(_TRAILER)
    record = _record_of(fields)
    if flags or body < 0 or body % record.itemsize or not stream.endswith(_TRAILER):
        raise FactsMalformed(
            f"{what}: {body} bytes are no whole number of tuples of {len(fields)} fixed fields"
        )
    tuples = np.frombuffer(
        stream, dtype=record, count=body // record.itemsize, offset=_HEADER_BYTES + extension
    )
    for name, promised in _promised_lengths(fields).items():
        if np.any(tuples[name] != promised):
            raise FactsMalformed(f"{what}: {name} is not {promised} in every tuple")
    return tuples


def _record_of(fields: Mapping[str, str]) -> np.dtype[Any]:
    layout = [("fields", ">i2")]
    for name, kind in fields.items():
        layout += [(f"length of {name}", ">i4"), (name, kind)]
    return np.dtype(layout)


def _promised_lengths(fields: Mapping[str, str]) -> dict[str, int]:
    lengths = {f"length of {name}": np.dtype(kind).itemsize for name, kind in fields.items()}
    return {"fields": len(fields), **lengths}


def _rows_of(enterprise_id: Integers, known: Integers) -> Integers:
    if np.any(known[1:] <= known[:-1]):
        raise FactsMalformed("enterprises: ids are not sorted, or not unique")
    row = np.searchsorted(known, enterprise_id).astype(np.int64)
    if np.any(row == len(known)) or np.any(known[row] != enterprise_id):
        raise FactsMalformed("signals: an enterprise is not in the chunk")
    return row


def _series_of(code: Integers, names: Sequence[str], catalogue: Catalogue) -> Integers:
    """Turn the sender's series codes into the catalogue's; only a series that is used must be known."""
    if np.any((code < 0) | (code >= len(names))):
        raise FactsMalformed("signals: a series code is beyond the chunk's list of series")
    canonical = np.array([catalogue.position.get(name, -1) for name in names], dtype=np.int64)
    series = canonical[code]
    if np.any(series < 0):
        raise FactsMalformed(f"signals: unknown series {names[int(code[series < 0][0])]!r}")
    return series


def _column(values: ArrayLike | None, count: int, unknown: float) -> Floats:
    if values is None:
        return np.full(count, unknown)
    return np.asarray(values, dtype=np.float64)


def _flatten(
    details: Sequence[tuple[Mapping[str, float], Sequence[int]]], catalogue: Catalogue
) -> tuple[Integers, Integers, Floats]:
    """Return owner, detail position and value, one row per value; unknown details are left out."""
    told = [
        (owners, catalogue.detail_position[name], value)
        for found, owners in details
        for name, value in found.items()
        if name in catalogue.detail_position
    ]
    sizes = [len(owners) for owners, _, _ in told]
    return (
        np.fromiter(chain.from_iterable(owners for owners, _, _ in told), dtype=np.int64, count=sum(sizes)),
        np.repeat(np.array([at for _, at, _ in told], dtype=np.int64), sizes),
        np.repeat(np.array([value for _, _, value in told], dtype=np.float64), sizes),
    )


def _positions(owner: Integers, signal_seq: Integers) -> tuple[Flags, Integers]:
    """Say which owners are among the signals, and where those stand."""
    if not len(signal_seq):
        return np.zeros(len(owner), dtype=np.bool_), np.zeros(0, dtype=np.int64)
    order = np.argsort(signal_seq)
    at = np.searchsorted(signal_seq, owner, sorter=order).clip(max=len(order) - 1)
    position = order[at]
    found = signal_seq[position] == owner
    return found, position[found].astype(np.int64)
