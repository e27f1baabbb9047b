from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.lines import OVERLONG, Line, LineCutter

LONGEST = 8
bodies = st.lists(st.sampled_from([b"a", b"bc", b"\n", b"\r\n", b" ", b"x" * 5, b"y" * 9]), max_size=40).map(
    b"".join
)


def cut(pieces: list[bytes]) -> list[Line]:
    cutter = LineCutter(LONGEST)
    lines = [line for piece in pieces for line in cutter.feed(piece)]
    return lines + cutter.finish()


def test_lines_are_cut_at_lf_and_stripped() -> None:
    assert cut([b"a\r\n b \nc"]) == [b"a", b"b", b"c"]


def test_the_mark_before_the_first_line_is_none_of_it() -> None:
    assert cut([b"\xef\xbb", b"\xbfa\n\xef\xbb\xbfb"]) == [b"a", b"\xef\xbb\xbfb"]


def test_blank_lines_are_no_lines() -> None:
    assert cut([b"\n\n \r\n\na\n\n"]) == [b"a"]


def test_an_overlong_line_is_told_once_and_its_neighbours_live() -> None:
    assert cut([b"a\n", b"x" * 5, b"x" * 5, b"x" * 5 + b"\nb\n"]) == [b"a", OVERLONG, b"b"]


def test_an_overlong_line_without_end_is_told_at_the_end() -> None:
    assert cut([b"x" * 9]) == [OVERLONG]


@given(bodies, st.data())
def test_how_the_bytes_arrive_makes_no_difference(body: bytes, data: st.DataObject) -> None:
    places = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=10)))
    pieces = [body[start:end] for start, end in zip([0, *places], [*places, len(body)], strict=True)]
    whole = [OVERLONG if len(line) > LONGEST else line.strip() for line in body.split(b"\n")]
    assert cut(pieces) == [line for line in whole if line != b""]
