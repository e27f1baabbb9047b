"""Reads JSON strictly: what the usual readers let pass in silence is refused, with its place.

A key that stands twice would be taken with its last value, without a word; NUL, half characters and numbers that
are none cannot be stored.
"""

import json
from collections.abc import Iterator
from math import inf, isfinite
from typing import Any

from fastapi import Request
from typing_extensions import override

from shared.kernel.errors import FieldProblem
from shared.web.errors import InvalidBody

_LONGEST_PATH = 80
_MOST_PROBLEMS = 20
# More than any number that is meant has; Python reads no thousands of them.
_MOST_DIGITS = 400

REPEATED_KEY = ("repeated_key", "该字段重复出现：请只保留一个。", "This key stands more than once: keep one.")
_NOT_JSON = ("json_invalid", "不是有效的 UTF-8 JSON。", "This is not valid JSON in UTF-8.")
_NO_TEXT = (
    "text_unusable",
    "文字中有无法保存的字符（NUL 或不成对的代理项），请删除。",
    "The text holds what cannot be stored (NUL or half a surrogate pair): remove it.",
)
_NO_NUMBER = (
    "finite_number",
    f"必须是有限数值，至多 {_MOST_DIGITS} 位。",
    f"This must be a finite number of at most {_MOST_DIGITS} digits.",
)

Fault = tuple[str, str, str]


class _Object(list[tuple[str, Any]]):
    """An object as it was written, with every key as often as it stands there."""


def read_json(raw: bytes) -> Any:
    """Return what a body says. Raises InvalidBody with the places at fault, never with what was sent in them."""
    problems: list[FieldProblem] = []
    try:
        written = _written(raw.decode("utf-8-sig"))
        for path, fault in _faults(written, ""):
            problems.append(_problem(path, fault))
            if len(problems) == _MOST_PROBLEMS:
                break
        if not problems:
            return _plain(written)
    except (ValueError, RecursionError):
        problems = [_problem("", _NOT_JSON)]
    raise InvalidBody(fields=problems)


def repeated_key(raw: bytes | str) -> str | None:
    """Return the path of the first key that stands twice in its object; None also where this is no JSON."""
    return next((shown_path(path) for path, fault in _faults_in(raw) if fault is REPEATED_KEY), None)


def first_fault(raw: bytes) -> FieldProblem | None:
    """Return the first value that no reader takes, with its place; None where there is none, or this is no JSON."""
    return next((_problem(path, fault) for path, fault in _faults_in(raw)), None)


def shown_path(path: str) -> str:
    """Return a path as it is repeated to its sender, who may have written anything into it."""
    return path[:_LONGEST_PATH].encode("ascii", "backslashreplace").decode()


class StrictRequest(Request):
    """A request whose JSON is read strictly."""

    @override
    async def json(self) -> Any:
        """Return what the body says. Raises InvalidBody."""
        return read_json(await self.body())


def _written(text: bytes | str) -> object:
    return json.loads(text, object_pairs_hook=_Object, parse_int=_integer)


def _integer(digits: str) -> float:
    return int(digits) if len(digits) <= _MOST_DIGITS else inf


def _faults_in(raw: bytes | str) -> Iterator[tuple[str, Fault]]:
    try:
        yield from _faults(_written(raw), "")
    except (ValueError, RecursionError):
        return


def _problem(path: str, fault: Fault) -> FieldProblem:
    return FieldProblem(shown_path(path) or "body", *fault)


def _faults(value: object, path: str) -> Iterator[tuple[str, Fault]]:
    if isinstance(value, _Object):
        seen = set()
        for key, one in value:
            inner = f"{path}.{key}" if path else key
            if key in seen:
                yield inner, REPEATED_KEY
            if not _is_text(key):
                yield inner, _NO_TEXT
            seen.add(key)
            yield from _faults(one, inner)
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from _faults(one, f"{path}.{place}" if path else str(place))
    elif isinstance(value, str):
        if not _is_text(value):
            yield path, _NO_TEXT
    elif isinstance(value, float) and not isfinite(value):
        yield path, _NO_NUMBER


def _is_text(text: str) -> bool:
    return "\x00" not in text and (text.isascii() or not any("\ud800" <= mark <= "\udfff" for mark in text))


def _plain(value: Any) -> Any:
    if isinstance(value, _Object):
        return {key: _plain(one) for key, one in value}
    return [_plain(one) for one in value] if isinstance(value, list) else value
