"""What a signal must bring."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.warning.domain.signal_checks import check_content
from tests.unit.warning.given import INDICATORS, TODAY, a_signal


def problems(**changes: Any) -> list[tuple[str, str]]:
    content = a_signal(**changes)
    found = check_content(content, INDICATORS[content.indicator], TODAY)
    for problem in found:
        assert problem.message_zh.endswith("。")
        assert problem.message_en.endswith(".")
    return [(problem.field, problem.code) for problem in found]


NOTHING = {"amount_cny": None, "months": None, "workers": None}
CHANGE = {**NOTHING, "indicator": "labour_relations_change"}
POWER = {**NOTHING, "indicator": "power_use_drop"}


def test_a_sound_report_has_no_problem() -> None:
    assert problems() == []


@pytest.mark.parametrize("period", ["2026-11", "2026-10", "2000-01"])
def test_the_running_and_former_months_can_be_reported(period: str) -> None:
    assert problems(period=period) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"period": "2026-12"}, ("period", "in_future")),
        ({"period": "1999-12"}, ("period", "too_early")),
        ({"period": "2026-13"}, ("period", "format")),
        ({"period": "2026-1"}, ("period", "format")),
        ({"period": "202610"}, ("period", "format")),
        ({"period": "２０２６-10"}, ("period", "format")),
        ({"period": ""}, ("period", "format")),
        ({"period": None}, ("period", "exactly_one")),
        ({"occurred_on": date(2026, 10, 1)}, ("period", "exactly_one")),
        ({"period": None, "occurred_on": date(2026, 11, 23)}, ("occurred_on", "in_future")),
        ({"period": None, "occurred_on": date(1999, 12, 31)}, ("occurred_on", "too_early")),
    ],
)
def test_the_time_is_one_that_has_come(changes: dict[str, Any], problem: tuple[str, str]) -> None:
    assert problems(**changes) == [problem]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"amount_cny": Decimal(-1)}, ("amount_cny", "out_of_range")),
        ({"amount_cny": Decimal("NaN")}, ("amount_cny", "out_of_range")),
        ({"amount_cny": Decimal("sNaN")}, ("amount_cny", "out_of_range")),
        ({"amount_cny": Decimal("Infinity")}, ("amount_cny", "out_of_range")),
        ({"amount_cny": Decimal("1E+999999")}, ("amount_cny", "out_of_range")),
        ({"amount_cny": Decimal("9" * 10_000)}, ("amount_cny", "out_of_range")),
        ({"amount_cny": Decimal("0.001")}, ("amount_cny", "too_precise")),
        ({"amount_cny": Decimal("1." + "0" * 40 + "1")}, ("amount_cny", "too_precise")),
        ({"months": -1}, ("months", "out_of_range")),
        ({"months": 601}, ("months", "out_of_range")),
        ({"workers": -1}, ("workers", "out_of_range")),
        ({"workers": 10**4000}, ("workers", "out_of_range")),
    ],
)
def test_figures_have_bounds(changes: dict[str, Any], problem: tuple[str, str]) -> None:
    assert problems(**changes) == [problem]


@pytest.mark.parametrize("amount", ["0", "0.000", "1.5000", "-0", "9999999999999.99"])
def test_amounts_to_the_fen_are_taken(amount: str) -> None:
    assert problems(amount_cny=Decimal(amount)) == []


def test_a_figure_that_the_indicator_does_not_declare_is_refused() -> None:
    assert problems(indicator="rent_arrears") == [("workers", "not_declared")]
    assert problems(**POWER, detail={"drop_percent": 40}) == []


def test_at_least_one_declared_figure_is_needed_unless_details_speak() -> None:
    assert problems(**NOTHING) == [("amount_cny", "required")]
    assert problems(**NOTHING, detail={"principal_unreachable": True}) == []


def test_of_a_counted_event_the_report_itself_is_what_counts() -> None:
    assert problems(**NOTHING, indicator="complaint", period=None, occurred_on=TODAY) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({**CHANGE, "detail": {}}, ("detail.kind", "required")),
        ({**CHANGE, "detail": {"kind": "strike"}}, ("detail.kind", "not_a_choice")),
        ({**CHANGE, "detail": {"kind": True}}, ("detail.kind", "not_a_choice")),
        (
            {**CHANGE, "detail": {"kind": "layoff_plan", "drop_percent": 5}},
            ("detail.drop_percent", "not_declared"),
        ),
        ({"detail": {"principal_unreachable": 1}}, ("detail.principal_unreachable", "wrong_type")),
        ({"detail": {"principal_unreachable": "true"}}, ("detail.principal_unreachable", "wrong_type")),
        ({"detail": {"no_such": 1}}, ("detail.no_such", "unknown_field")),
        ({**POWER, "detail": {}}, ("detail.drop_percent", "required")),
        ({**POWER, "detail": {"drop_percent": True}}, ("detail.drop_percent", "wrong_type")),
        ({**POWER, "detail": {"drop_percent": "40"}}, ("detail.drop_percent", "wrong_type")),
        ({**POWER, "detail": {"drop_percent": 101}}, ("detail.drop_percent", "out_of_range")),
        ({**POWER, "detail": {"drop_percent": float("nan")}}, ("detail.drop_percent", "out_of_range")),
        ({**POWER, "detail": {"drop_percent": 10**4000}}, ("detail.drop_percent", "out_of_range")),
    ],
)
def test_details_are_declared_typed_and_complete(changes: dict[str, Any], problem: tuple[str, str]) -> None:
    assert problem in problems(**changes)


@pytest.mark.parametrize("reference", ["", " ", "x" * 201, "a\x00b", "a\ud800", "a\nb"])
def test_a_reference_is_short_visible_text(reference: str) -> None:
    assert problems(source_ref=reference) == [("source_ref", "invalid_text")]
    assert problems(corrects=reference) == [("corrects", "invalid_text")]


def test_a_correction_does_not_correct_itself() -> None:
    assert problems(corrects="A-1") == [("corrects", "corrects_itself")]


@given(names=st.dictionaries(st.text(), st.integers() | st.floats() | st.booleans() | st.text(), max_size=30))
@settings(max_examples=30, deadline=None, database=None)
def test_whatever_details_come_the_answer_is_a_short_list_that_can_be_sent(names: dict[str, Any]) -> None:
    found = check_content(a_signal(detail=names), INDICATORS["wage_arrears"], TODAY)
    assert len(found) <= 20
    for problem in found:
        problem.field.encode()
        problem.message_zh.encode()
