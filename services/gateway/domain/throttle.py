"""How guessing at passwords is slowed: by failures alone, per account and address.

Nobody can lock another out: failures from one address never slow a login from a second one.
"""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from shared.kernel.errors import DomainError, Kind


@dataclass(frozen=True, slots=True)
class ThrottleRule:
    """Delays that double. The first `free_failures` cost nothing; a pause of `forget_after` starts anew."""

    free_failures: int
    first_delay: timedelta
    longest_delay: timedelta
    forget_after: timedelta
    source: str


LOGIN_THROTTLE = ThrottleRule(
    free_failures=3,
    first_delay=timedelta(seconds=1),
    longest_delay=timedelta(minutes=15),
    forget_after=timedelta(hours=24),
    source="OWASP ASVS 5.0, 6.1.1 and 6.3.1: slow brute force without letting anyone lock an account",
)


@dataclass(frozen=True, slots=True)
class Failures:
    """What went wrong so far with one account from one address."""

    count: int
    last_at: datetime
    next_allowed_at: datetime


class TooManyFailures(DomainError):
    """The next try is too early. Said of unknown accounts just the same."""

    kind = Kind.TOO_MANY
    code = "too_many_failures"
    message_zh = "登录失败次数过多，请稍后再试。"
    message_en = "Too many failed logins: try again later."


def delay_after(count: int, rule: ThrottleRule = LOGIN_THROTTLE) -> timedelta:
    """Return how long to wait after the `count`-th failure in a row."""
    if count <= rule.free_failures:
        return timedelta(0)
    doublings = min(count - rule.free_failures - 1, 32)
    delay: timedelta = rule.first_delay * (1 << doublings)
    return min(delay, rule.longest_delay)


def one_more(before: Failures | None, now: datetime, rule: ThrottleRule = LOGIN_THROTTLE) -> Failures:
    """Return the failures after another one."""
    forgotten = before is None or now - before.last_at >= rule.forget_after
    count = 1 if before is None or forgotten else before.count + 1
    return Failures(count, now, now + delay_after(count, rule))


def check_allowed(failures: Failures | None, now: datetime) -> None:
    """Raise TooManyFailures when the next try comes too early."""
    if failures is not None and now < failures.next_allowed_at:
        wait = failures.next_allowed_at - now
        raise TooManyFailures(retry_after_seconds=ceil(wait.total_seconds()))


def folded_username(username: str) -> str:
    """Return the one spelling under which a name is looked up and counted."""
    return unicodedata.normalize("NFKC", username).casefold()


def account_key(username: str) -> str:
    """Return under which key failures of a name are counted.

    A digest: people type their password into the wrong field, and it must not be kept.
    """
    return hashlib.sha256(folded_username(username).encode("utf-8", "replace")).hexdigest()
