"""A signal: one observation as a department reported it. Immutable; a correction supersedes it."""

import hashlib
import json
import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, TypeAlias

from shared.kernel.identifiers import normalise_uscc

DetailValue: TypeAlias = str | bool | int | float | Decimal
# ASCII digits only: another spelling of a month would be another key.
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_quoted: Final = json.JSONEncoder(ensure_ascii=False).encode
_COMPARED = (
    "source",
    "source_ref",
    "uscc",
    "indicator",
    "period",
    "occurred_on",
    "amount_cny",
    "months",
    "workers",
    "corrects",
)


@dataclass(frozen=True, slots=True)
class SignalContent:
    """What was reported: of a month (`period`, written YYYY-MM) or of a day (`occurred_on`).

    `corrects` is the source_ref of the signal that this one replaces; of one without, the id that it got here.
    """

    source: str
    source_ref: str | None
    uscc: str
    indicator: str
    period: str | None
    occurred_on: date | None
    amount_cny: Decimal | None
    months: int | None
    workers: int | None
    detail: Mapping[str, DetailValue]
    corrects: str | None


def signal_key(content: SignalContent) -> str:
    """Return what identifies the signal: (source, source_ref), else (source, uscc, indicator, time)."""
    if content.source_ref is not None:
        return f'["ref",{_quoted(content.source)},{_quoted(content.source_ref)}]'
    parts = (content.source, normalise_uscc(content.uscc), content.indicator, _time(content))
    return f'["time",{",".join(map(_quoted, parts))}]'


def content_hash(content: SignalContent) -> str:
    """Return the SHA-256 of the content as it means, not as it is written: 1.50 is 1.5."""
    told = (
        content.source,
        content.source_ref,
        normalise_uscc(content.uscc),
        content.indicator,
        content.period,
        content.occurred_on,
        content.amount_cny,
        content.months,
        content.workers,
        content.corrects,
    )
    packed = [_packed(value) for value in told]
    for name in sorted(content.detail):
        packed += (_behind_length(name), _packed(content.detail[name]))
    return hashlib.sha256("".join(packed).encode("utf-8", "surrogatepass")).hexdigest()


def differing_field(one: SignalContent, other: SignalContent) -> str:
    """Return the name of the first field in which two contents differ; empty when they mean the same."""
    mine, theirs = _canonical(one), _canonical(other)
    for name in _COMPARED:
        if mine.get(name) != theirs.get(name):
            return name
    names = sorted({name for name in (*mine, *theirs) if name.startswith("detail.")})
    return next((name for name in names if mine.get(name) != theirs.get(name)), "")


def effective_on(content: SignalContent) -> date:
    """Return the day of which the signal speaks: its own, or the last of its period."""
    if content.occurred_on is not None:
        return content.occurred_on
    return _period_end(content.period or "")


@lru_cache(maxsize=2_048)
def period_start(period: str) -> date:
    """Return the first day of a month written YYYY-MM; ValueError for anything else."""
    if _MONTH.fullmatch(period) is None:
        raise ValueError(f"not a month: {period!r}")
    year, _, month = period.partition("-")
    return date(int(year), int(month), 1)


@lru_cache(maxsize=2_048)
def _period_end(period: str) -> date:
    first = period_start(period)
    return first.replace(day=monthrange(first.year, first.month)[1])


def significant(value: Decimal) -> tuple[str, int]:
    """Return a finite number's digits without outer zeros, and the power of ten of the last one.

    By hand, because Decimal's own `normalize` rounds to its context's 28 digits.
    """
    written = str(value.copy_abs())
    whole, _, fraction = written.partition(".")
    digits, exponent = (whole + fraction).lstrip("0"), -len(fraction)
    if "E" in written:
        _, each, power = value.as_tuple()
        digits, exponent = "".join(map(str, each)).lstrip("0"), int(power)
    stripped = digits.rstrip("0")
    return (stripped, exponent + len(digits) - len(stripped)) if stripped else ("", 0)


def _time(content: SignalContent) -> str:
    if content.occurred_on is not None:
        return content.occurred_on.isoformat()
    return content.period or ""


def _canonical(content: SignalContent) -> dict[str, str]:
    """Leave out what is absent, write what is there in the one way that its meaning has."""
    plain: dict[str, object] = {
        "source": content.source,
        "source_ref": content.source_ref,
        "uscc": normalise_uscc(content.uscc),
        "indicator": content.indicator,
        "period": content.period,
        "occurred_on": content.occurred_on,
        "amount_cny": content.amount_cny,
        "months": content.months,
        "workers": content.workers,
        "corrects": content.corrects,
    }
    plain.update((f"detail.{name}", value) for name, value in content.detail.items())
    return {name: _written(value) for name, value in plain.items() if value is not None}


def _packed(value: object) -> str:
    """Most are texts or absent; written here once more, because every signal has ten of them."""
    if value is None:
        return "0:"
    if type(value) is str:
        return f"{len(value) + 5}:text {value}"
    return _behind_length(_written(value))


def _behind_length(text: str) -> str:
    """Every text stands behind its length, so that no content is written like another."""
    return f"{len(text)}:{text}"


def _written(value: object) -> str:
    """Numbers, truths and texts are kept apart, so that 1, true and "1" are three things."""
    if isinstance(value, str):
        return f"text {value}"
    if isinstance(value, bool):
        return f"truth {value}"
    if isinstance(value, int):
        return f"number {_whole_number(value)}"
    if isinstance(value, Decimal):
        return f"number {_number(value)}"
    if isinstance(value, float):
        return f"number {_number(Decimal(str(value)))}"
    return f"text {value}"


def _whole_number(value: int) -> str:
    """As `_number`, without the detour over its digits: most numbers are small and whole."""
    written = str(value)
    digits = written.rstrip("0")
    return f"{digits}e{len(written) - len(digits)}" if digits else "0"


def _number(value: Decimal) -> str:
    """Write a number exactly and without trailing zeros, however large its exponent is."""
    if not value.is_finite():
        return str(value)
    digits, exponent = significant(value)
    return f"{'-' * (value < 0)}{digits}e{exponent}" if digits else "0"
