"""Pages of a list: a limit, and an opaque cursor that says after which row to go on."""

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any, Generic, TypeVar

from shared.kernel.errors import DomainError, FieldProblem, Kind

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
_LONGEST_CURSOR = 2_000
_CHECK_BYTES = 4
LARGEST_NUMBER = 2**31 - 1
"""The largest number that every column of whole numbers holds."""

T = TypeVar("T")


class CursorInvalid(DomainError):
    """The cursor was not made by this system, or not for this list."""

    kind = Kind.INVALID
    code = "page.cursor_invalid"
    message_zh = "翻页游标无效，请从第一页重新查询。"
    message_en = "The cursor is not valid; start again from the first page."

    def __init__(self) -> None:
        """Point at the parameter."""
        super().__init__(fields=(FieldProblem("cursor", "invalid", self.message_zh, self.message_en),))


class LimitInvalid(DomainError):
    """The page size is out of bounds."""

    kind = Kind.INVALID
    code = "page.limit_invalid"
    message_zh = f"每页条数须在1至{MAX_LIMIT}之间。"
    message_en = f"The limit must be between 1 and {MAX_LIMIT}."

    def __init__(self) -> None:
        """Point at the parameter."""
        super().__init__(fields=(FieldProblem("limit", "out_of_range", self.message_zh, self.message_en),))


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for; `after` are the sort values of the last row seen, empty at first."""

    limit: int = DEFAULT_LIMIT
    after: tuple[str, ...] = ()

    def read_after(self, *readers: Callable[[str], object]) -> tuple[Any, ...]:
        """Return the sort values, each read by its reader. Raises CursorInvalid for another list's cursor."""
        if len(readers) != len(self.after):
            raise CursorInvalid
        try:
            return tuple(read(value) for read, value in zip(readers, self.after, strict=True))
        except ValueError as error:
            raise CursorInvalid from error


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """A part of a list, and where the next part begins; None at the end."""

    items: Sequence[T]
    next_cursor: str | None


def page_of(limit: int | None, cursor: str | None) -> Page:
    """Return the page that a caller asks for. Raises LimitInvalid and CursorInvalid."""
    size = DEFAULT_LIMIT if limit is None else limit
    if not 1 <= size <= MAX_LIMIT:
        raise LimitInvalid
    return Page(size, () if cursor is None else decode_cursor(cursor))


def cut(rows: Sequence[T], page: Page, key: Callable[[T], Sequence[str]]) -> Slice[T]:
    """Return a slice of at most `page.limit` from rows of which one more was read; `key` gives sort values."""
    if len(rows) <= page.limit:
        return Slice(rows, None)
    kept = rows[: page.limit]
    return Slice(kept, encode_cursor(key(kept[-1])))


def encode_cursor(values: Sequence[str]) -> str:
    """Return the opaque form of a row's sort values, with a checksum against slips of copying."""
    packed = json.dumps(list(values), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_checksum(packed) + packed).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[str, ...]:
    """Return the sort values. Raises CursorInvalid for whatever `encode_cursor` does not make."""
    if len(cursor) > _LONGEST_CURSOR:
        raise CursorInvalid
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        packed = raw[_CHECK_BYTES:]
        if raw[:_CHECK_BYTES] != _checksum(packed):
            raise CursorInvalid
        values = json.loads(packed)
    except (binascii.Error, ValueError, RecursionError):
        raise CursorInvalid from None
    if not isinstance(values, list) or not values or not all(map(_is_text, values)):
        raise CursorInvalid
    return tuple(values)


def number(text: str) -> int:
    """Read a whole number of a cursor. ValueError for one that no row can have."""
    if not (text.isascii() and text.isdecimal()) or int(text) > LARGEST_NUMBER:
        raise ValueError(text)
    return int(text)


def exactly(word: str) -> Callable[[str], str]:
    """Return the reader of a word that tells one list's cursors from those of lists with the same sort values."""

    def read(text: str) -> str:
        if text != word:
            raise ValueError(text)
        return text

    return read


def instant(text: str) -> datetime:
    """Read an instant of a cursor, with its offset. ValueError also for one that has no place in UTC."""
    read = datetime.fromisoformat(text)
    if read.tzinfo is None or read.year in {MINYEAR, MAXYEAR}:
        raise ValueError(text)
    return read


def instant_or_never(text: str) -> datetime | None:
    """Read an instant of a cursor, None for the `never` of a row that has none. ValueError as `instant`."""
    return None if text == "never" else instant(text)


def _is_text(value: object) -> bool:
    """Say whether a value could come from a row: NUL and half characters cannot be stored."""
    return (
        isinstance(value, str)
        and "\x00" not in value
        and not any("\ud800" <= mark <= "\udfff" for mark in value)
    )


def _checksum(packed: bytes) -> bytes:
    return zlib.crc32(packed).to_bytes(_CHECK_BYTES, "big")
