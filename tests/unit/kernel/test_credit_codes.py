"""The unified social credit code, and why one is refused."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from shared.kernel.errors import FieldProblem
from shared.kernel.identifiers import UsccInvalid, UsccProblem, check_uscc, normalise_uscc

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
REGISTER = Path(__file__).parents[4] / "shared" / "data" / "registry"


def problem_of(text: str) -> str:
    """Return the reason for which the text is refused, `sound` when it is not."""
    try:
        check_uscc(normalise_uscc(text))
    except UsccInvalid as refusal:
        return refusal.reason_code.value
    return "sound"


sound_codes = st.builds(
    lambda digits, rest: (digits + rest) + uscc.calc_check_digit(digits + rest),
    st.text("0123456789", min_size=8, max_size=8),
    st.text(ALPHABET, min_size=9, max_size=9),
)


def test_the_standard_s_example_is_sound() -> None:
    check_uscc("91110000600037341L")


@pytest.mark.parametrize(
    "text",
    [
        "91110000600037341l",
        " 91110000600037341L\t",
        "９１１１００００６０００３７３４１Ｌ",
        "9111 0000 6000 37341\u200bL",
    ],
)
def test_case_width_spaces_and_invisible_characters_do_not_matter(text: str) -> None:
    assert normalise_uscc(text) == "91110000600037341L"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("无", "empty"),
        ("不详", "empty"),
        ("－", "empty"),
        ("320281000002228", "registration_number_15"),
        ("321281NA000685X", "registration_number_15"),
        ("9.13101E+17", "scientific_notation"),
        ("9.1310112133304e17", "scientific_notation"),
        ("3202111102990", "wrong_length"),
        ("91110000600037341", "wrong_length"),
        ("91110000600037341L0", "wrong_length"),
        ("企合苏宁总字第0002", "illegal_character"),
        ("91110000600037341O", "illegal_character"),
        ("A1110000600037341L", "illegal_character"),
        ("95028570-8", "illegal_character"),
        ("91110000600037341X", "wrong_check_digit"),
    ],
)
def test_a_refused_code_has_the_one_reason_that_helps(text: str, reason: str) -> None:
    assert problem_of(text) == reason


@pytest.mark.parametrize("reason", list(UsccProblem))
def test_every_reason_names_the_field_and_speaks_both_languages(reason: UsccProblem) -> None:
    refusal = UsccInvalid(reason)
    assert refusal.fields == (FieldProblem("uscc", reason.value, refusal.message_zh, refusal.message_en),)
    assert refusal.message_zh.endswith("。")
    assert refusal.message_en.endswith(".")


@given(code=sound_codes)
@settings(max_examples=30, deadline=None, database=None)
def test_a_code_with_its_check_digit_is_sound_however_it_is_typed(code: str) -> None:
    assert problem_of(code) == "sound"
    assert problem_of(code.lower()) == "sound"


@given(code=sound_codes, at=st.integers(0, 17), other=st.sampled_from(ALPHABET))
@settings(max_examples=50, deadline=None, database=None)
def test_no_single_misprint_goes_unnoticed(code: str, at: int, other: str) -> None:
    misprint = code[:at] + other + code[at + 1 :]
    assert (problem_of(misprint) == "sound") == (misprint == code)


@given(text=st.text(max_size=30))
@settings(max_examples=50, deadline=None, database=None)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise_uscc(text)
    assert normalise_uscc(once) == once


def test_made_up_rows_are_taken_or_refused_for_the_right_reason() -> None:
    body = "91310112MA1GBX9Q3"
    rows = [
        body + uscc.calc_check_digit(body),
        "310112000123456",
        "3101120001234",
        "无",
        "沪独总字第000001号",
    ]
    rows.append(rows[0].lower())
    assert Counter(map(problem_of, rows)) == {
        "sound": 2,
        "registration_number_15": 1,
        "wrong_length": 1,
        "empty": 1,
        "illegal_character": 1,
    }


@pytest.mark.skipif(not REGISTER.is_dir(), reason=f"no register of real enterprises at {REGISTER.name}/")
def test_the_real_register_is_taken_and_its_bad_codes_refused() -> None:
    good = Counter(map(problem_of, _codes("minhang_enterprises.csv")))
    bad = Counter(map(problem_of, _codes("bad_codes.csv")))
    assert good == {"sound": 6353}
    assert bad["sound"] == 155
    assert bad["wrong_check_digit"] == 99
    assert bad["registration_number_15"] == 3748
    assert bad["empty"] == 3
    assert bad.total() == 4288


def _codes(name: str) -> list[str]:
    with (REGISTER / name).open(encoding="utf-8", newline="") as file:
        return [row["统一社会信用代码"] for row in csv.DictReader(file)]
