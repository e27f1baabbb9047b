from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.throttle import (
    LOGIN_THROTTLE,
    Failures,
    TooManyFailures,
    account_key,
    check_allowed,
    delay_after,
    one_more,
)

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


def after(count: int, start: datetime = NOW) -> Failures:
    failures = None
    for _ in range(count):
        failures = one_more(failures, start)
    assert failures is not None
    return failures


def test_the_first_failures_cost_nothing() -> None:
    check_allowed(after(LOGIN_THROTTLE.free_failures), NOW)
    check_allowed(None, NOW)


def test_delays_double_up_to_the_longest() -> None:
    seconds = [delay_after(n).total_seconds() for n in range(3, 16)]
    assert seconds == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


@given(st.integers(0, 10**9))
def test_no_delay_is_longer_than_the_longest(count: int) -> None:
    assert timedelta(0) <= delay_after(count) <= LOGIN_THROTTLE.longest_delay


@given(st.integers(0, 60))
def test_one_more_failure_never_shortens_the_wait(count: int) -> None:
    assert delay_after(count) <= delay_after(count + 1)


@given(st.integers(4, 40), st.floats(0, 0.999))
def test_who_waits_as_long_as_told_may_try_again(count: int, share: float) -> None:
    failures = after(count)
    now = NOW + share * delay_after(count)
    with pytest.raises(TooManyFailures) as refused:
        check_allowed(failures, now)
    seconds = refused.value.retry_after_seconds
    assert seconds is not None
    assert 1 <= seconds <= LOGIN_THROTTLE.longest_delay.total_seconds()
    check_allowed(failures, now + timedelta(seconds=seconds))


def test_a_long_pause_starts_anew() -> None:
    failures = one_more(after(20), NOW + LOGIN_THROTTLE.forget_after)
    assert failures.count == 1


@pytest.mark.parametrize("other", ["WANG.FANG", "ｗａｎｇ．ｆａｎｇ"])
def test_spellings_of_one_name_count_together(other: str) -> None:
    assert account_key("wang.fang") == account_key(other)


def test_a_name_is_counted_under_a_digest() -> None:
    assert "wang" not in account_key("wang.fang")
    assert account_key("\ud800") != account_key("")
