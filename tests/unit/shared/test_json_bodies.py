"""JSON is read strictly: what a usual reader drops or lets pass is refused with its place."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.web.errors import InvalidBody
from shared.web.json_bodies import read_json, repeated_key

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


def refused(raw: bytes) -> list[tuple[str, str]]:
    with pytest.raises(InvalidBody) as refusal:
        read_json(raw)
    return [(problem.field, problem.code) for problem in refusal.value.fields]


@given(VALUES)
@settings(max_examples=100, deadline=None, database=None)
def test_what_is_sound_is_read_as_it_was_written(value: Any) -> None:
    for raw in (json.dumps(value).encode(), json.dumps(value, ensure_ascii=False).encode()):
        assert read_json(raw) == value
        assert repeated_key(raw) is None


@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=4), st.data())
@settings(max_examples=50, deadline=None, database=None)
def test_a_key_that_stands_twice_is_found_wherever_it_stands(
    value: dict[str, Any], data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(sorted(value)))
    pairs = data.draw(st.permutations([*value.items(), (key, 1)]))
    raw = "{" + ",".join(f"{json.dumps(name)}:{json.dumps(one)}" for name, one in pairs) + "}"
    assert "repeated_key" in {code for _, code in refused(raw.encode())}
    assert "repeated_key" in {code for _, code in refused(f'[{{"in": {raw}}}]'.encode())}
    assert repeated_key(raw) is not None


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b'{"months":1,"months":3}', ("months", "repeated_key")),
        (b'{"a":{"b":[{"c":1,"\\u0063":1}]}}', ("a.b.0.c", "repeated_key")),
        (b'{"a":"\\u0000"}', ("a", "text_unusable")),
        (b'{"a":["x","\\ud800"]}', ("a.1", "text_unusable")),
        (b'{"a":NaN}', ("a", "finite_number")),
        (b'{"a":-Infinity}', ("a", "finite_number")),
        (b'{"a":1e999}', ("a", "finite_number")),
        (b'"\xed\xa0\x80"', ("body", "json_invalid")),
        (b'"a\x00b"', ("body", "json_invalid")),
        (b"[" * 100_000, ("body", "json_invalid")),
        (b"9" * 10_000, ("body", "finite_number")),
        (b'{"a":[1,' + b"9" * 10_000 + b"]}", ("a.1", "finite_number")),
        (b"", ("body", "json_invalid")),
    ],
)
def test_each_fault_is_told_with_its_place(raw: bytes, found: tuple[str, str]) -> None:
    assert refused(raw) == [found]


def test_a_place_is_shown_short_and_harmless() -> None:
    ((field, _),) = refused(json.dumps({"\u202e" + "键" * 500: "\x00"}).encode())
    assert field.isascii()
    assert len(field) < 600


def test_of_many_faults_a_few_are_told() -> None:
    assert len(refused(json.dumps(["\x00"] * 1_000).encode())) == 20
