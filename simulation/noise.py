"""Small troubles that mean little by themselves: one complaint, one late month; the same houses have several."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.enterprises import Enterprises
from simulation.feeds import Feed
from simulation.pen import detail
from simulation.seasons import pressure
from simulation.signals import ABSENT, NO_DETAIL, Facts, Integers, facts_of, join
from simulation.timeline import Timeline, month_starts

# About a tenth of all enterprises; each of them a few times a year.
_TROUBLED_SHARE = 0.085
_TIMES_A_YEAR = 4.5
_CLEARED_SHARE = 0.8
# Within the first 28 days of every second month, two of a kind are never within 30 days of each other.
_MONTH_DAYS = 28


@dataclass(frozen=True, slots=True)
class Trouble:
    """A kind of small trouble: its share, and the chance that an upheld dispute follows."""

    feed: Feed
    share: float
    dispute_chance: float
    detail: str = NO_DETAIL

    @property
    def counts_money(self) -> bool:
        return self.feed.indicator != "tax_declaration_missed"


TROUBLES: tuple[Trouble, ...] = (
    Trouble(Feed("hotline", "complaint", monthly=False), 0.36, 0.11, detail=detail(channel="12345")),
    Trouble(Feed("social_insurance", "social_insurance_arrears", monthly=True), 0.22, 0.05),
    Trouble(Feed("park", "rent_arrears", monthly=True), 0.13, 0.03, detail=detail(lockout_notice=False)),
    Trouble(Feed("tax", "tax_arrears", monthly=True), 0.05, 0.02),
    Trouble(Feed("tax", "tax_declaration_missed", monthly=True), 0.06, 0.03),
    Trouble(Feed("hrss", "arbitration_case", monthly=False), 0.12, 0.16, detail=detail(kind="individual")),
    Trouble(
        Feed("market_regulator", "licence_change", monthly=False), 0.06, 0.01, detail=detail(change="address")
    ),
)


@dataclass(frozen=True, slots=True)
class SmallTroubles:
    """When which enterprise had which trouble: columns of equal length, with the facts sent about them."""

    enterprise: Integers
    kind: Integers
    day: Integers
    facts: Facts


def _events(
    rng: np.random.Generator, enterprises: Enterprises, timeline: Timeline, barred: Integers
) -> tuple[Integers, Integers, Integers]:
    """Return enterprise, kind and month of every trouble."""
    likely = np.exp(np.clip(enterprises.log_risk, -4, 4))
    likely[barred] = 0.0
    size = min(round(len(enterprises) * _TROUBLED_SHARE), int((likely > 0).sum()))
    troubled = rng.choice(len(enterprises), size=size, replace=False, p=likely / likely.sum())
    rate = rng.gamma(2.0, _TIMES_A_YEAR / 2, size) * timeline.months / 12
    rows = np.repeat(troubled, 1 + rng.poisson(np.maximum(rate - 1, 0)))
    shares = np.array([trouble.share for trouble in TROUBLES])
    kind = rng.choice(len(TROUBLES), size=len(rows), p=shares / shares.sum())
    month = timeline.first_month + rng.integers(0, timeline.months, len(rows))
    return rows, kind, month


def _seasonal(
    rng: np.random.Generator, timeline: Timeline, sections: Integers, months: Integers
) -> NDArray[np.bool_]:
    factor = pressure(timeline)
    chance = np.sqrt(factor[months - timeline.first_month, sections] / factor.max())
    kept: NDArray[np.bool_] = rng.random(len(months)) < chance
    return kept


def _apart(rows: Integers, kind: Integers, month: Integers) -> tuple[Integers, Integers]:
    """Move each trouble into a month that is its kind's turn, and return which ones stay, and their months."""
    month = month + (month + rows + kind) % 2
    once = np.array([trouble.feed.indicator == "licence_change" for trouble in TROUBLES])[kind]
    key = (rows * len(TROUBLES) + kind) * 4_096 + np.where(once, 0, month)
    first = np.unique(key, return_index=True)[1].astype(np.int64)
    return first, month[first]


def _amounts(rng: np.random.Generator, trouble: Trouble, headcount: Integers) -> tuple[Integers | int, ...]:
    """Return cents, months and workers as the indicator declares them."""
    count = len(headcount)
    cents = np.maximum(headcount, 2) * rng.integers(30_000, 190_000, count)
    if trouble.feed.indicator == "arbitration_case":
        return cents, ABSENT, rng.integers(1, 3, count)
    if not trouble.counts_money:
        return ABSENT, 1, ABSENT
    if trouble.feed.indicator == "social_insurance_arrears":
        return cents, 1, headcount
    return (cents, 1, ABSENT) if trouble.feed.monthly else (ABSENT, ABSENT, ABSENT)


def _facts(
    rng: np.random.Generator, trouble: Trouble, rows: Integers, when: Integers, staff: Integers
) -> list[Facts]:
    """Return the reports of one kind of trouble, and for the monthly ones the zero that mostly follows."""
    cents, months, workers = _amounts(rng, trouble, staff)
    told = facts_of(
        trouble.feed, rows, when, cents=cents, months=months, workers=workers, detail=trouble.detail
    )
    if not trouble.feed.monthly:
        return [told]
    cleared = rng.random(len(rows)) < _CLEARED_SHARE
    money = 0 if trouble.counts_money else ABSENT
    after = when[cleared] + 1
    zero = facts_of(trouble.feed, rows[cleared], after, cents=money, months=0, detail=trouble.detail)
    return [told, zero]


def small_troubles(
    rng: np.random.Generator, enterprises: Enterprises, timeline: Timeline, barred: Integers
) -> SmallTroubles:
    """Return the troubles of the year; enterprises in `barred` have a story of their own."""
    rows, kind, month = _events(rng, enterprises, timeline, barred)
    wanted = np.flatnonzero(_seasonal(rng, timeline, enterprises.section[rows], month))
    rows, kind = rows[wanted], kind[wanted]
    first, month = _apart(rows, kind, month[wanted])
    rows, kind = rows[first], kind[first]
    day = month_starts(month) + rng.integers(0, _MONTH_DAYS, len(month))
    past = np.flatnonzero(day < timeline.today_day)
    rows, kind, month, day = rows[past], kind[past], month[past], day[past]
    parts: list[Facts] = []
    for number, trouble in enumerate(TROUBLES):
        own = kind == number
        when = month if trouble.feed.monthly else day
        parts += _facts(rng, trouble, rows[own], when[own], enterprises.headcount[rows[own]])
    return SmallTroubles(rows, kind, day, join(parts))
