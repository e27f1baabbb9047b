"""Pages of a list."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kernel.paging import (
    DEFAULT_LIMIT,
    LARGEST_NUMBER,
    MAX_LIMIT,
    CursorInvalid,
    LimitInvalid,
    Page,
    cut,
    decode_cursor,
    encode_cursor,
    instant,
    number,
    page_of,
)

STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


@given(values=st.lists(STORABLE, min_size=1, max_size=4))
@settings(max_examples=30, deadline=None, database=None)
def test_a_cursor_brings_back_its_values_and_is_safe_in_an_address(values: list[str]) -> None:
    cursor = encode_cursor(values)
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?#% ")
    assert decode_cursor(cursor) == tuple(values)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "不是游标",
        "a" * 5000,
        base64.urlsafe_b64encode(b'["2026-11-22"]').decode(),
        base64.urlsafe_b64encode(b"0000" + b"[" * 900).decode(),
        encode_cursor(["a"])[:-2],
        encode_cursor(["a\x00"]),
        encode_cursor(["a", "\ud800"]),
    ],
)
def test_a_cursor_that_was_not_made_here_is_refused(cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        decode_cursor(cursor)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "٣", "²", str(LARGEST_NUMBER + 1), "9" * 5_000])
def test_what_is_no_number_of_a_row_is_another_lists_cursor(text: str) -> None:
    assert Page(after=("7",)).read_after(number) == (7,)
    with pytest.raises(CursorInvalid):
        Page(after=(text,)).read_after(number)


@pytest.mark.parametrize(
    "text", ["", "now", "2026-11-18T10:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_what_has_no_place_in_utc_is_another_lists_cursor(text: str) -> None:
    (read,) = Page(after=("2026-11-18T10:00:00+08:00",)).read_after(instant)
    assert read == datetime(2026, 11, 18, 2, tzinfo=UTC)
    with pytest.raises(CursorInvalid):
        Page(after=(text,)).read_after(instant)


@given(garbage=st.text(max_size=60))
@settings(max_examples=50, deadline=None, database=None)
def test_garbage_is_refused_and_nothing_else_happens(garbage: str) -> None:
    with pytest.raises(CursorInvalid):
        decode_cursor(garbage)


def test_without_limit_and_cursor_the_first_page_is_meant() -> None:
    assert page_of(None, None) == Page(DEFAULT_LIMIT, ())


@pytest.mark.parametrize("limit", [0, -1, MAX_LIMIT + 1])
def test_a_limit_out_of_bounds_is_refused(limit: int) -> None:
    with pytest.raises(LimitInvalid):
        page_of(limit, None)


@given(rows=st.lists(st.integers(), unique=True, max_size=20), limit=st.integers(1, 5))
@settings(max_examples=30, deadline=None, database=None)
def test_walking_the_pages_gives_every_row_once_in_order(rows: list[int], limit: int) -> None:
    seen: list[int] = []
    page = page_of(limit, None)
    while True:
        start = rows.index(int(page.after[0])) + 1 if page.after else 0
        part = cut(rows[start : start + limit + 1], page, lambda row: (str(row),))
        seen += part.items
        if part.next_cursor is None:
            break
        page = page_of(limit, part.next_cursor)
    assert seen == rows
