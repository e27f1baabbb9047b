"""Tables in files: what is no table is refused as a whole and at once, a row that goes over lines by itself."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from services.commands.calendar import CalendarDayTwice, CalendarFileInvalid, read_days
from services.warning.domain.enterprises import EnterpriseRefused
from services.warning.schemas.csv_files import FileUnusable, Layout, layout_of, read_table
from services.warning.schemas.enterprise_files import read_enterprises
from services.warning.schemas.history_files import read_history
from services.warning.schemas.signal_files import read_signals
from services.warning.schemas.signals import SignalUnreadable

LAYOUT = Layout("企业 / firms", frozenset({"uscc", "name"}))
SOUND = "".join(f"{number},某某\n" for number in range(2_500))
MALFORMED = {
    "never closed": b'1,"\xe7\x94\xb2\n2,B\n3,C\n',
    "closed by the next": b'1,"A\n2,"B"\n3,C\n',
    "text behind a quotation": b'1,"A" B\n',
    "field too long": b"1," + b"x" * 140_000 + b"\n",
    "line too long": b"1," + b"," * 1_000_001 + b"\n",
    "NUL": b"1,A\x00\n",
    "no UTF-8": b"1,\xff\n",
}


def a_file(folder: Path, content: bytes | str) -> Path:
    path = folder / "file.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
def test_a_file_that_breaks_far_below_is_refused_before_a_row_is_read(tmp_path: Path, content: bytes) -> None:
    file = a_file(tmp_path, f"uscc,name\n{SOUND}".encode() + content)
    with pytest.raises(FileUnusable):
        layout_of(file, (LAYOUT,))


def test_an_open_quotation_is_named_by_the_line_that_it_begins_on(tmp_path: Path) -> None:
    file = a_file(tmp_path, 'uscc,name\n1,A\n2,"B\n3,C\n4,D\n')
    with pytest.raises(FileUnusable, match="line 3"):
        layout_of(file, (LAYOUT,))


@pytest.mark.parametrize(
    ("header", "read"),
    [("uscc,name", read_enterprises), ("uscc,indicator", lambda path: read_signals(path, "hrss"))],
)
def test_every_table_is_read_through_before_its_first_row(
    tmp_path: Path, header: str, read: Callable[[Path], object]
) -> None:
    file = a_file(tmp_path, f"{header}\n{SOUND}".encode() + MALFORMED["NUL"])
    with pytest.raises(FileUnusable, match="Line 2502"):
        read(file)


def test_so_are_those_of_a_past(tmp_path: Path) -> None:
    (tmp_path / "outcomes.csv").write_text('uscc,kind,occurred_on,recorded_at\n1,"dispute,,\n')
    with pytest.raises(FileUnusable, match="line 2"):
        read_history(tmp_path)


def test_what_can_be_read_only_once_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match="regular"):
        layout_of(tmp_path, (LAYOUT,))


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r"])
def test_a_row_with_a_line_break_in_a_cell_has_a_fault_and_the_others_keep_their_numbers(
    tmp_path: Path, break_: str
) -> None:
    file = a_file(tmp_path, f'uscc,name\n1,A\n2,"B{break_}3,C"\n"{break_}",\n\n4,D "E" F\n')
    found = [(row.number, dict(row.cells), row.fault and row.fault.code) for row in read_table(file)]
    assert found == [
        (2, {"uscc": "1", "name": "A"}, None),
        (3, {}, "line_break"),
        (4, {}, "line_break"),
        (6, {"uscc": "4", "name": 'D "E" F'}, None),
    ]


def test_the_refusal_names_the_lines_that_the_row_takes_up(tmp_path: Path) -> None:
    file = a_file(tmp_path, 'uscc,name\n1,A\n2,"B\n3,C"\n')
    refused = [one for _, _, one in read_enterprises(file) if isinstance(one, EnterpriseRefused)]
    assert ["3–4" in one.fields[0].message_zh for one in refused] == [True]


def test_a_signals_row_with_a_line_break_is_refused_too(tmp_path: Path) -> None:
    file = a_file(tmp_path, 'uscc,indicator\n1,"a\n2,b"\n3,c\n')
    refused, read = [told for _, _, told in read_signals(file, "hrss")]
    assert isinstance(refused, SignalUnreadable)
    assert refused.fields[0].code == "line_break"
    assert not isinstance(read, SignalUnreadable)


@pytest.mark.parametrize("content", ['2027-02-06,0,"n\n2027-02-07,0,n"\n', '2027-02-06,0,"n\n', "\0,0,n\n"])
def test_a_notice_of_days_is_read_as_strictly(tmp_path: Path, content: str) -> None:
    with pytest.raises((CalendarFileInvalid, FileUnusable)):
        read_days(a_file(tmp_path, content))


def test_a_sound_notice_is_read_with_and_without_a_header(tmp_path: Path) -> None:
    days = {"n": {date(2027, 2, 6): False}}
    for header in ("", "day,working,source\n"):
        assert read_days(a_file(tmp_path, f"{header}2027-02-06,0,n\n")) == days


def test_a_calendar_file_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CalendarDayTwice, match="2027-02-10"):
        read_days(a_file(tmp_path, "2027-02-10,0,n\n2027-02-11,0,n\n2027-02-10,1,other\n"))
    assert read_days(a_file(tmp_path, "2027-02-10,0,n\n2027-02-10,0,m\n"))
