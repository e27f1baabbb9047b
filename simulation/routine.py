"""What departments send about enterprises where nothing is wrong: nil reports, meter readings, awards."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.enterprises import Enterprises
from simulation.feeds import Feed
from simulation.industries import SECTIONS
from simulation.pen import detail
from simulation.signals import Facts, Integers, facts_of, join
from simulation.timeline import Timeline

_CALM_DROPS = 25


@dataclass(frozen=True, slots=True)
class Watched:
    """A monthly report about a fixed set of enterprises: the share of all, and the smallest staff."""

    feed: Feed
    share: float
    least_staff: int
    sections: str = SECTIONS


_NIL_WAGES = Watched(Feed("street", "wage_arrears", monthly=True), 0.035, 15, "ECHLO")
_NIL_PREMIUMS = Watched(Feed("social_insurance", "social_insurance_arrears", monthly=True), 0.115, 10)
_NIL_RENTS = Watched(Feed("park", "rent_arrears", monthly=True), 0.050, 5, "CFIMLH")
_STAFF_COUNTS = Watched(Feed("social_insurance", "labour_relations_change", monthly=True), 0.020, 30)
_POWER = Watched(Feed("utility", "power_use_drop", monthly=True), 0.060, 8, "CHG")
_WATER = Watched(Feed("utility", "water_use_drop", monthly=True), 0.030, 8, "CHO")
_AWARDS = (
    ("harmonious_award", 0.010, detail(awarded=True)),
    ("compliance_grade", 0.050, detail(grade_a=True)),
    ("collective_contract", 0.040, detail(in_force=True)),
)


def _members(rng: np.random.Generator, enterprises: Enterprises, watched: Watched) -> Integers:
    wanted = np.isin(enterprises.section, [SECTIONS.index(section) for section in watched.sections])
    fitting = np.flatnonzero(
        wanted & (enterprises.headcount >= watched.least_staff) & ~enterprises.sole_trader
    )
    return rng.permutation(fitting)[: round(len(enterprises) * watched.share)]


def _every_month(members: Integers, timeline: Timeline) -> tuple[Integers, Integers]:
    """Return enterprise and month, one row for each pair; the running month has not been reported yet."""
    months = timeline.month_numbers()[:-1]
    return np.repeat(members, len(months)), np.tile(months, len(members))


def _nil(
    rng: np.random.Generator, enterprises: Enterprises, timeline: Timeline, watched: Watched, text: str = "{}"
) -> Facts:
    rows, period = _every_month(_members(rng, enterprises, watched), timeline)
    return facts_of(watched.feed, rows, period, cents=0, months=0, detail=text)


def _calm_drops(rng: np.random.Generator, count: int, texts: list[str]) -> NDArray[np.object_]:
    """Most meters show no drop at all; the others show one that nobody would look at."""
    percent = np.maximum(rng.integers(-_CALM_DROPS, _CALM_DROPS, count), 0)
    return np.array(texts, dtype=object)[percent]


def _readings(
    rng: np.random.Generator, enterprises: Enterprises, timeline: Timeline, watched: Watched
) -> Facts:
    rows, period = _every_month(_members(rng, enterprises, watched), timeline)
    texts = [detail(drop_percent=percent, cut_off=False) for percent in range(_CALM_DROPS)]
    drops = _calm_drops(rng, len(rows), texts)
    return facts_of(watched.feed, rows, period, detail=drops)


def _staff_counts(rng: np.random.Generator, enterprises: Enterprises, timeline: Timeline) -> Facts:
    rows, period = _every_month(_members(rng, enterprises, _STAFF_COUNTS), timeline)
    percent = rng.integers(0, 6, len(rows))
    texts = np.array([detail(kind="headcount_drop", drop_percent=value) for value in range(6)], dtype=object)
    workers = enterprises.headcount[rows] * percent // 100
    return facts_of(_STAFF_COUNTS.feed, rows, period, workers=workers, detail=texts[percent])


def _awards(rng: np.random.Generator, enterprises: Enterprises, timeline: Timeline) -> list[Facts]:
    """Good houses get titles: the calmer the house, the likelier."""
    calm = np.exp(-enterprises.log_risk) * (enterprises.headcount >= _NIL_PREMIUMS.least_staff)
    days = timeline.span()
    parts = []
    for indicator, share, text in _AWARDS:
        count = round(len(enterprises) * share)
        rows = rng.choice(len(enterprises), size=count, replace=False, p=calm / calm.sum())
        day = np.sort(rng.choice(days, size=count))
        parts.append(facts_of(Feed("hrss", indicator, monthly=False), rows, day, detail=text))
    return parts


def routine_facts(rng: np.random.Generator, enterprises: Enterprises, timeline: Timeline) -> Facts:
    unlocked, reachable = detail(lockout_notice=False), detail(principal_unreachable=False)
    return join(
        [
            _nil(rng, enterprises, timeline, _NIL_WAGES, reachable),
            _nil(rng, enterprises, timeline, _NIL_PREMIUMS),
            _nil(rng, enterprises, timeline, _NIL_RENTS, unlocked),
            _staff_counts(rng, enterprises, timeline),
            _readings(rng, enterprises, timeline, _POWER),
            _readings(rng, enterprises, timeline, _WATER),
            *_awards(rng, enterprises, timeline),
        ]
    )
