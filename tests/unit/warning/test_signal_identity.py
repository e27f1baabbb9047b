"""What makes two signals the same one, and what they mean."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.warning.domain.signals import content_hash, differing_field, effective_on, signal_key
from tests.unit.warning.given import a_signal


def test_source_and_reference_alone_identify_a_signal() -> None:
    assert signal_key(a_signal(workers=1, period="2026-09")) == signal_key(a_signal())
    assert signal_key(a_signal(source_ref="A-2")) != signal_key(a_signal())
    assert signal_key(a_signal(source="street")) != signal_key(a_signal())


def test_without_reference_source_enterprise_indicator_and_time_identify_it() -> None:
    key = signal_key(a_signal(source_ref=None))
    assert signal_key(a_signal(source_ref=None, amount_cny=Decimal(7))) == key
    assert signal_key(a_signal(source_ref=None, uscc=" 91110000600037341l")) == key
    for change in ({"period": "2026-09"}, {"indicator": "rent_arrears"}, {"uscc": "91310112MA1GBX9Q3K"}):
        assert signal_key(a_signal(source_ref=None, **change)) != key


def test_a_reference_that_looks_like_a_key_is_not_mistaken_for_one() -> None:
    timed = a_signal(source_ref=None)
    assert signal_key(a_signal(source_ref=signal_key(timed))) != signal_key(timed)


@pytest.mark.parametrize(
    "change",
    [
        {"amount_cny": Decimal("1200.5")},
        {"amount_cny": Decimal("12005E-1")},
        {"uscc": "９１110000600037341l"},
    ],
)
def test_other_spelling_of_the_same_content_is_the_same_content(change: dict[str, Any]) -> None:
    assert content_hash(a_signal(**change)) == content_hash(a_signal())
    assert differing_field(a_signal(**change), a_signal()) == ""


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount_cny": Decimal("1200.51")}, "amount_cny"),
        ({"amount_cny": None}, "amount_cny"),
        ({"months": 0}, "months"),
        ({"months": None}, "months"),
        ({"workers": 13}, "workers"),
        ({"period": None, "occurred_on": date(2026, 10, 31)}, "period"),
        ({"corrects": "A-0"}, "corrects"),
        ({"detail": {"principal_unreachable": True}}, "detail.principal_unreachable"),
        ({"indicator": "rent_arrears"}, "indicator"),
    ],
)
def test_other_content_is_told_by_its_first_differing_field(change: dict[str, Any], field: str) -> None:
    assert content_hash(a_signal(**change)) != content_hash(a_signal())
    assert differing_field(a_signal(**change), a_signal()) == field
    assert differing_field(a_signal(), a_signal(**change)) == field


def test_one_true_and_the_text_one_are_three_things() -> None:
    hashes = {content_hash(a_signal(detail={"x": value})) for value in (1, True, "1")}
    assert len(hashes) == 3
    assert content_hash(a_signal(detail={"x": 1})) == content_hash(a_signal(detail={"x": 1.0}))


@given(
    amount=st.decimals(min_value=0, max_value=10**12, places=2),
    zeros=st.integers(0, 30),
    months=st.none() | st.integers(0, 600),
)
@settings(max_examples=30, deadline=None, database=None)
def test_trailing_zeros_never_make_a_difference(amount: Decimal, zeros: int, months: int | None) -> None:
    longer = Decimal(f"{amount:f}" + "0" * zeros)
    one, other = a_signal(amount_cny=amount, months=months), a_signal(amount_cny=longer, months=months)
    assert content_hash(one) == content_hash(other)
    assert differing_field(one, other) == ""


@given(one=st.decimals(0, 10**6, places=2), other=st.decimals(0, 10**6, places=2))
@settings(max_examples=30, deadline=None, database=None)
def test_hashes_are_equal_exactly_when_amounts_are(one: Decimal, other: Decimal) -> None:
    same = content_hash(a_signal(amount_cny=one)) == content_hash(a_signal(amount_cny=other))
    assert same == (one == other)


@pytest.mark.parametrize(
    ("period", "day"),
    [("2026-10", date(2026, 10, 31)), ("2024-02", date(2024, 2, 29)), ("2026-12", date(2026, 12, 31))],
)
def test_a_period_speaks_of_its_last_day(period: str, day: date) -> None:
    assert effective_on(a_signal(period=period)) == day


def test_a_day_speaks_of_itself() -> None:
    day = date(2026, 11, 3)
    assert effective_on(a_signal(period=None, occurred_on=day)) == day
