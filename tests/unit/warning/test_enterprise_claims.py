"""What may be said of an enterprise, and what a change of it means."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning.domain.enterprises import (
    CheckedClaim,
    EnterpriseClaim,
    EnterpriseRefused,
    WriteResult,
    calls_for_assessment,
    check_claim,
    merge,
)
from tests.support.enterprises import a_uscc

USCC = a_uscc(1)
NAME = "上海某某电子有限公司"


def a_claim(**changes: object) -> EnterpriseClaim:
    return EnterpriseClaim(**{"uscc": USCC, "name": NAME} | changes)  # type: ignore[arg-type]  # a test's shorthand


def refusal(override_reason: str | None = None, **changes: object) -> str:
    return refusal_of(a_claim(**changes), override_reason)


def refusal_of(claim: EnterpriseClaim, override_reason: str | None = None) -> str:
    with pytest.raises(EnterpriseRefused) as refused:
        check_claim(claim, override_reason)
    return refused.value.reason


def test_code_is_kept_in_its_normal_form() -> None:
    spelled = USCC.lower().translate({ord(str(digit)): ord("０") + digit for digit in range(10)})
    assert check_claim(a_claim(uscc=f" {spelled}\u200b"), None).claim.uscc == USCC


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "empty"),
        ("无", "empty"),
        ("310112000012345", "registration_number_15"),
        ("9131011213330", "wrong_length"),
        ("9.13101E+17", "scientific_notation"),
        (USCC[:-1] + ("0" if USCC[-1] != "0" else "1"), "wrong_check_digit"),
        ("91310112MA000000I1", "illegal_character"),
    ],
)
def test_unsound_code_is_refused_with_its_reason(code: str, reason: str) -> None:
    assert refusal(uscc=code) == reason


def test_fifteen_digits_are_kept_only_with_a_reason() -> None:
    checked = check_claim(a_claim(uscc="310112000012345"), "老企业，无新代码")
    assert checked.override_reason == "老企业，无新代码"


def test_sole_traders_misprinted_code_is_kept_only_with_a_reason() -> None:
    misprinted = a_uscc(2, kind="92")[:-1] + "-"
    broken = a_uscc(2, kind="92")
    broken = broken[:-1] + ("0" if broken[-1] != "0" else "1")
    assert check_claim(a_claim(uscc=broken), "见纸质执照").override_reason == "见纸质执照"
    assert refusal("见纸质执照", uscc=misprinted) == "illegal_character"


def test_companys_wrong_check_digit_is_never_overridden() -> None:
    wrong = USCC[:-1] + ("0" if USCC[-1] != "0" else "1")
    assert refusal("请保留", uscc=wrong) == "wrong_check_digit"


def test_sound_code_needs_no_override_and_records_none() -> None:
    assert check_claim(a_claim(), "多余的理由").override_reason is None


def test_sole_trader_is_known_by_the_class_of_the_code() -> None:
    enterprise, _ = merge(None, check_claim(a_claim(uscc=a_uscc(3, kind="92")), None))
    assert enterprise.sole_trader


@pytest.mark.parametrize("workplace", ["310112999", "310112999001", "310112000"])
def test_a_town_that_the_district_does_not_have_is_refused(workplace: str) -> None:
    assert refusal(workplace_division=workplace) == "town_unknown"


@pytest.mark.parametrize("workplace", [None, "310112"])
def test_without_a_known_town_the_workplace_is_the_district(workplace: str | None) -> None:
    enterprise, _ = merge(None, check_claim(a_claim(workplace_division=workplace), None))
    assert enterprise.workplace_division == "310112"


@pytest.mark.parametrize("workplace", ["310112101", "310112101001"])
def test_known_town_or_village_is_kept(workplace: str) -> None:
    assert check_claim(a_claim(workplace_division=workplace), None).claim.workplace_division == workplace


def test_workplace_must_lie_in_the_district_but_registration_may_be_anywhere() -> None:
    assert refusal(workplace_division="310104") == "outside_district"
    assert check_claim(a_claim(registered_division="310104"), None).claim.registered_division == "310104"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("name", " \u200b", "name_missing"),
        ("name", "长" * 201, "name_too_long"),
        ("workplace_division", "31011", "division_malformed"),
        ("registered_division", "上海", "division_malformed"),
        ("industry", "Z99", "industry_malformed"),
        ("headcount", -1, "headcount_out_of_range"),
        ("headcount", 1_000_001, "headcount_out_of_range"),
        ("zone", "x" * 41, "label_unusable"),
        ("grid_cell", "a\x00b", "label_unusable"),
    ],
)
def test_field_at_fault_is_named(field: str, value: object, reason: str) -> None:
    assert refusal_of(replace(a_claim(), **{field: value})) == reason  # type: ignore[arg-type]  # also wrong values


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(EnterpriseRefused) as refused:
        check_claim(a_claim(uscc="无", headcount=-1, industry="9"), None)
    assert [problem.field for problem in refused.value.fields] == ["uscc", "industry", "headcount"]


def test_what_a_claim_leaves_out_stays_as_it_was() -> None:
    known, _ = merge(
        None, check_claim(a_claim(workplace_division="310112101", headcount=40, industry="C26"), None)
    )
    merged, result = merge(known, check_claim(a_claim(), None))
    assert (merged, result) == (known, WriteResult.UNCHANGED)


def test_grid_cell_and_zone_stay_behind_when_the_workplace_moves_to_another_town() -> None:
    known, _ = merge(
        None, check_claim(a_claim(workplace_division="310112101", grid_cell="G01", zone="莘庄商圈"), None)
    )
    within, _ = merge(known, check_claim(a_claim(workplace_division="310112101002"), None))
    moved, _ = merge(known, check_claim(a_claim(workplace_division="310112102"), None))
    assert (within.grid_cell, within.zone) == ("G01", "莘庄商圈")
    assert (moved.grid_cell, moved.zone) == (None, None)


def test_new_headcount_calls_for_an_assessment_and_a_new_name_does_not() -> None:
    known, _ = merge(None, check_claim(a_claim(headcount=40), None))
    renamed, _ = merge(known, check_claim(a_claim(name="上海另名电子有限公司"), None))
    grown, _ = merge(known, check_claim(a_claim(headcount=41), None))
    assert (calls_for_assessment(known, renamed), calls_for_assessment(known, grown)) == (False, True)


texts = st.text(max_size=60)


@given(texts, texts, st.none() | texts, st.none() | texts, st.none() | st.integers())
def test_any_claim_is_kept_in_a_normal_form_or_refused_with_a_field(
    code: str, name: str, workplace: str | None, industry: str | None, headcount: int | None
) -> None:
    claim = EnterpriseClaim(code, name, workplace_division=workplace, industry=industry, headcount=headcount)
    checked = outcome_of(claim)
    if isinstance(checked, EnterpriseRefused):
        assert checked.fields
    else:
        assert outcome_of(checked.claim) == checked


def outcome_of(claim: EnterpriseClaim) -> CheckedClaim | EnterpriseRefused:
    try:
        return check_claim(claim, "理由")
    except EnterpriseRefused as refused:
        return refused
