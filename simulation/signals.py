"""Signals as columns, from what happened to what the platform is told: when, under which reference, how often."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from simulation.feeds import DEPARTMENTS, INDICATOR_NUMBER, SOURCE_NUMBER, Feed
from simulation.timeline import Timeline, midnight_seconds, month_ends

ABSENT = -1
NO_DETAIL = "{}"
_LATE_DAYS = (10, 45)
_DOUBLED_SHARE = 0.02
_DOUBLED_WITHIN_SECONDS = 4 * 86_400
_OPENING_SECONDS = 8 * 3600 + 1800
_CLOSING_SECONDS = 17 * 3600 + 1800
_DAY_SECONDS = 86_400
# 1970-01-01, day 0, was a Thursday.
_SATURDAY = 2
_REST_DAYS = 2
_WEEK = 7

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened, as columns of equal length; exactly one of `period` (a month) and `day` is present."""

    enterprise: Integers
    indicator: Integers
    source: Integers
    period: Integers
    day: Integers
    cents: Integers
    months: Integers
    workers: Integers
    detail: NDArray[np.object_]
    prompt: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.enterprise)

    def only(self, rows: NDArray[np.bool_] | Integers) -> "Facts":
        return Facts(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Signals:
    """What was told, in the order in which it was told; a doubled report repeats fact and reference."""

    facts: Facts
    fact: Integers
    received: Integers

    def __len__(self) -> int:
        return len(self.fact)


def facts_of(
    feed: Feed,
    enterprise: Integers,
    when: Integers,
    *,
    cents: Integers | int = ABSENT,
    months: Integers | int = ABSENT,
    workers: Integers | int = ABSENT,
    detail: NDArray[np.object_] | str = NO_DETAIL,
) -> Facts:
    """Return facts of one feed; plain numbers stand for the whole column, `when` holds months or days."""
    count = len(enterprise)

    def column(values: Integers | int) -> Integers:
        return np.broadcast_to(np.asarray(values, dtype=np.int64), count)

    return Facts(
        enterprise=enterprise.astype(np.int64),
        indicator=column(INDICATOR_NUMBER[feed.indicator]),
        source=column(SOURCE_NUMBER[feed.source]),
        period=column(when if feed.monthly else ABSENT),
        day=column(ABSENT if feed.monthly else when),
        cents=column(cents),
        months=column(months),
        workers=column(workers),
        detail=np.broadcast_to(np.asarray(detail, dtype=object), count),
        prompt=np.zeros(count, dtype=np.bool_),
    )


def join(parts: list[Facts]) -> Facts:
    return Facts(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Facts)))


def series_keys(facts: Facts) -> Integers:
    """Return one number per (enterprise, indicator, period), to find reports about the same thing."""
    return (facts.enterprise * len(INDICATOR_NUMBER) + facts.indicator) * 4_096 + facts.period + 1


def _uniform(rng: np.random.Generator, low: Integers, high: Integers) -> Integers:
    return low + np.floor(rng.random(len(low)) * (high - low + 1)).astype(np.int64)


def _delays(rng: np.random.Generator, facts: Facts) -> Integers:
    monthly = np.array([department.monthly_delay_days for department in DEPARTMENTS])[facts.source]
    event = np.array([department.event_delay_days for department in DEPARTMENTS])[facts.source]
    window = np.where((facts.period == ABSENT)[:, None], event, monthly)
    late_share = np.array([department.late_share for department in DEPARTMENTS])[facts.source]
    late = (rng.random(len(facts)) < late_share) & ~facts.prompt
    extra = rng.integers(*_LATE_DAYS, len(facts), endpoint=True)
    return _uniform(rng, window[:, 0], window[:, 1]) + np.where(late, extra, 0)


def _received(rng: np.random.Generator, facts: Facts, timeline: Timeline) -> Integers:
    """Offices write on working days in opening hours; the hotline writes whenever somebody calls."""
    happened = np.where(facts.period == ABSENT, facts.day, month_ends(facts.period))
    day = happened + _delays(rng, facts)
    open_always = np.array([department.around_the_clock for department in DEPARTMENTS])[facts.source]
    weekday = (day - _SATURDAY) % _WEEK
    day = np.where((weekday < _REST_DAYS) & ~open_always, day + _REST_DAYS - weekday, day)
    day = np.where(facts.prompt, np.minimum(day, timeline.today_day - 1), day)
    office = rng.integers(_OPENING_SECONDS, _CLOSING_SECONDS, len(facts))
    call = rng.triangular(0, 13 * 3600, _DAY_SECONDS, len(facts)).astype(np.int64)
    return midnight_seconds(0) + day * _DAY_SECONDS + np.where(open_always, call, office)


def tell(rng: np.random.Generator, facts: Facts, timeline: Timeline) -> Signals:
    """Return the reports that have come in by the start of `today`, late and doubled ones among them."""
    received = _received(rng, facts, timeline)
    again = np.flatnonzero(rng.random(len(facts)) < _DOUBLED_SHARE)
    later = received[again] + rng.integers(60, _DOUBLED_WITHIN_SECONDS, len(again))
    fact = np.concatenate([np.arange(len(facts)), again])
    received = np.concatenate([received, later])
    in_time = received < midnight_seconds(timeline.today_day)
    in_time &= received >= midnight_seconds(timeline.first_day)
    fact, received = fact[in_time], received[in_time]
    order = np.argsort(received, kind="stable")
    return Signals(facts=facts, fact=fact[order], received=received[order])
