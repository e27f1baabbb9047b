"""A line's signal is read once, and a key that stands twice is seen at little cost."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from services.warning.schemas.signals import SignalIn, SignalUnreadable, read_signal
from shared.kernel.errors import DomainError

SOUND = {
    "source": "hrss",
    "source_ref": "A-1",
    "uscc": "91310112133304518C",
    "indicator": "wage_arrears",
    "period": "2026-10",
    "months": 1,
    "detail": {"kind": "x", "reached": False},
}
BLANKS = st.text(" \t\r\n", max_size=3)
TEXTS = st.text(st.sampled_from('":,{}\\ a零\t'), max_size=12)


def written(pairs: list[tuple[str, object]], blank: str) -> str:
    """Write an object with this white space around its colons, and each key as often as it comes."""
    return "{" + ",".join(f"{json.dumps(key)}{blank}:{blank}{_value(one, blank)}" for key, one in pairs) + "}"


def _value(value: object, blank: str) -> str:
    return (
        written(list(value.items()), blank)
        if isinstance(value, dict)
        else json.dumps(value, ensure_ascii=False)
    )


@given(
    st.sampled_from(sorted(SOUND)),
    st.sampled_from([None, 1, "x", {}]),
    BLANKS,
    TEXTS,
    st.sampled_from(["before", "behind"]),
)
@settings(max_examples=200, deadline=None, database=None)
def test_a_key_that_stands_twice_is_always_refused(
    key: str, again: object, blank: str, ref: str, place: str
) -> None:
    pairs = [*(SOUND | {"source_ref": ref}).items()]
    twice = [(key, again), *pairs] if place == "before" else [*pairs, (key, SOUND[key])]
    assert isinstance(read_signal(written(twice, blank).encode()), SignalUnreadable)


@given(BLANKS, TEXTS, TEXTS)
@settings(max_examples=100, deadline=None, database=None)
def test_whatever_its_texts_hold_a_sound_line_is_read(blank: str, ref: str, name: str) -> None:
    signal = SOUND | {"source_ref": ref, "detail": {"x" + name: ref}}
    told = read_signal(written([*signal.items()], blank).encode())
    assert not isinstance(told, DomainError)
    assert told == SignalIn.model_validate_json(json.dumps(signal)).content()


def test_the_key_is_named() -> None:
    told = read_signal(written([*SOUND.items(), ("months", 3)], "").encode())
    assert isinstance(told, SignalUnreadable)
    assert [(one.field, one.code) for one in told.fields] == [("months", "repeated_key")]
