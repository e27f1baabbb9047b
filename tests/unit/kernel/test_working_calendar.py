"""Days as Chinese procedure counts them."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kernel.calendar import (
    ChinaCalendar,
    add_natural_days,
    add_working_days,
    all_published,
    working_days_between,
)

CALENDAR = ChinaCalendar()
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("start_on", "count", "due_on"),
    [
        (date(2025, 9, 20), 10, date(2025, 10, 10)),  # 09-28, a Sunday, is worked; 10-01 to 10-08 is not
        (date(2025, 9, 25), 5, date(2025, 10, 9)),
        (date(2026, 2, 10), 5, date(2026, 2, 24)),  # Spring Festival
        (date(2026, 2, 10), 60, date(2026, 5, 14)),
        (date(2026, 2, 10), 90, date(2026, 6, 26)),
    ],
)
def test_working_days_exclude_the_start_and_skip_what_is_not_worked(
    start_on: date, count: int, due_on: date
) -> None:
    assert add_working_days(CALENDAR, start_on, count) == due_on


@pytest.mark.parametrize(
    ("start_on", "count", "due_on"),
    [
        (date(2025, 9, 20), 15, date(2025, 10, 9)),  # nominally 10-05, a holiday
        (date(2026, 2, 10), 15, date(2026, 2, 25)),
        (date(2026, 2, 10), 45, date(2026, 3, 27)),
        (date(2026, 2, 10), 60, date(2026, 4, 13)),  # nominally a Saturday
        (date(2026, 1, 20), 30, date(2026, 2, 24)),
    ],
)
def test_natural_days_roll_off_a_last_day_that_is_not_worked(
    start_on: date, count: int, due_on: date
) -> None:
    assert add_natural_days(CALENDAR, start_on, count) == due_on


def test_a_year_without_notice_has_its_statutory_holidays_and_days_in_lieu_but_no_moved_weekends() -> None:
    assert not CALENDAR.is_published(2027)
    assert not CALENDAR.is_working_day(date(2027, 1, 1))
    # National Day falls on Friday to Sunday; the law gives Monday and Tuesday in lieu.
    assert not CALENDAR.is_working_day(date(2027, 10, 5))
    assert CALENDAR.is_working_day(date(2027, 10, 6))
    assert not any(CALENDAR.is_working_day(date(2027, 9, day)) for day in (4, 5, 11, 12, 18, 19, 25, 26))


def test_an_entered_notice_overrides_single_days_and_publishes_its_year() -> None:
    calendar = ChinaCalendar({date(2027, 2, 14): True, date(2027, 2, 11): False}, published_years=[2027])
    assert calendar.is_working_day(date(2027, 2, 14))
    assert not calendar.is_working_day(date(2027, 2, 11))
    assert calendar.is_published(2027)


def test_the_version_tells_an_overridden_calendar_from_the_package_s_own() -> None:
    one = ChinaCalendar({date(2027, 2, 14): True})
    other = ChinaCalendar({date(2027, 2, 14): False})
    assert len({CALENDAR.version, one.version, other.version}) == 3
    assert one.version == ChinaCalendar({date(2027, 2, 14): True}).version


def test_a_span_that_touches_an_unpublished_year_is_not_settled() -> None:
    assert all_published(CALENDAR, date(2026, 1, 1), date(2026, 12, 31))
    assert not all_published(CALENDAR, date(2026, 12, 31), date(2027, 1, 1))


@given(start_on=DAYS, count=st.integers(1, 40))
@settings(max_examples=30, deadline=None, database=None)
def test_counting_forward_and_counting_between_agree(start_on: date, count: int) -> None:
    due_on = add_working_days(CALENDAR, start_on, count)
    assert CALENDAR.is_working_day(due_on)
    assert working_days_between(CALENDAR, start_on, due_on) == count


@given(start_on=DAYS, count=st.integers(0, 60))
@settings(max_examples=30, deadline=None, database=None)
def test_natural_days_never_end_early_and_only_roll_over_days_off(start_on: date, count: int) -> None:
    nominal_on = start_on + timedelta(days=count)
    due_on = add_natural_days(CALENDAR, start_on, count)
    assert due_on >= nominal_on
    assert CALENDAR.is_working_day(due_on)
    assert working_days_between(CALENDAR, nominal_on - timedelta(days=1), due_on) == 1


def test_nothing_lies_between_a_day_and_an_earlier_one() -> None:
    assert working_days_between(CALENDAR, date(2026, 11, 20), date(2026, 11, 2)) == 0
