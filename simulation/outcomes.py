"""Upheld disputes: what the year's troubles led to, and what came out of the blue."""

from dataclasses import dataclass

import numpy as np

from simulation.enterprises import Enterprises
from simulation.noise import TROUBLES, SmallTroubles
from simulation.pen import COLLECTIVE_WORKERS
from simulation.seasons import pressure
from simulation.signals import Integers
from simulation.stories import Story
from simulation.timeline import Timeline, midnight_seconds, months_of

DISPUTE, FINDING, COLLECTIVE_CASE, COLLECTIVE_INCIDENT = range(4)
KINDS = ("dispute", "inspection_finding", "collective_case", "collective_incident")

# Per 20,000 enterprises and month.
_OUT_OF_THE_BLUE = 24 / 20_000
_FINDING_SHARE = 0.25
_AFTER_TROUBLE_DAYS = (4, 60)
_AFTER_PEAK_DAYS = (-12, 65)
_MORE_DISPUTES = 0.5
# 94 collective incidents came up in the district in five years, about 19 a year.
_COLLECTIVE_CASE_SHARE = 0.30
_COLLECTIVE_INCIDENT_SHARE = 0.30
_RECORDED_AFTER_DAYS = (2, 18)
_OFFICE_SECONDS = (9 * 3600, 17 * 3600)
_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Columns of equal length, in the order in which they were recorded; `kind` indexes `KINDS`."""

    enterprise: Integers
    kind: Integers
    occurred: Integers
    recorded: Integers

    def __len__(self) -> int:
        return len(self.enterprise)


def _from_troubles(rng: np.random.Generator, troubles: SmallTroubles) -> tuple[Integers, Integers, Integers]:
    chance = np.array([trouble.dispute_chance for trouble in TROUBLES])[troubles.kind]
    upheld = np.flatnonzero(rng.random(len(chance)) < chance)
    day = troubles.day[upheld] + rng.integers(*_AFTER_TROUBLE_DAYS, len(upheld), endpoint=True)
    kind = np.where(rng.random(len(upheld)) < _FINDING_SHARE, FINDING, DISPUTE)
    return troubles.enterprise[upheld], kind, day


def _of_story(rng: np.random.Generator, story: Story) -> list[tuple[int, int, int]]:
    """Return row, kind and day of the upheld disputes that one story led to; grave ones lead to more."""
    chance = min(0.95, story.plot.dispute_chance * (1.15 if story.grave else 0.8))
    if rng.random() > chance:
        return []
    count = 1 + int(rng.poisson(_MORE_DISPUTES if story.grave else 0.2))
    days = story.peak_day + rng.integers(*_AFTER_PEAK_DAYS, count, endpoint=True)
    return [(story.firm.row, _kind(rng, story), int(day)) for day in days]


def _kind(rng: np.random.Generator, story: Story) -> int:
    draw = rng.random()
    if story.grave and story.firm.headcount > COLLECTIVE_WORKERS:
        if draw < _COLLECTIVE_INCIDENT_SHARE:
            return COLLECTIVE_INCIDENT
        if draw < _COLLECTIVE_INCIDENT_SHARE + _COLLECTIVE_CASE_SHARE:
            return COLLECTIVE_CASE
    return FINDING if rng.random() < _FINDING_SHARE else DISPUTE


def _blue(
    rng: np.random.Generator, enterprises: Enterprises, timeline: Timeline
) -> tuple[Integers, Integers, Integers]:
    """Risky houses have disputes that nobody reported a sign of."""
    likely = np.exp(1.15 * np.clip(enterprises.log_risk, -4, 4))
    count = round(len(enterprises) * _OUT_OF_THE_BLUE * timeline.months)
    rows = rng.choice(len(enterprises), size=count, p=likely / likely.sum())
    day = rng.choice(timeline.span(), size=count)
    factor = pressure(timeline)
    season = factor[months_of(day) - timeline.first_month, enterprises.section[rows]]
    kept = np.flatnonzero(rng.random(count) < season / np.maximum(1.0, season.mean()))
    kind = np.where(rng.random(len(kept)) < _FINDING_SHARE, FINDING, DISPUTE)
    return rows[kept], kind, day[kept]


def build_outcomes(
    rng: np.random.Generator,
    enterprises: Enterprises,
    timeline: Timeline,
    stories: list[Story],
    troubles: SmallTroubles,
) -> Outcomes:
    """Return what was upheld and on record by yesterday."""
    told = [outcome for story in stories for outcome in _of_story(rng, story)]
    of_stories = np.array(told, dtype=np.int64).reshape(-1, 3).T
    parts = (of_stories, _from_troubles(rng, troubles), _blue(rng, enterprises, timeline))
    row, kind, day = (np.concatenate([part[column] for part in parts]) for column in range(3))
    recorded_day = day + rng.integers(*_RECORDED_AFTER_DAYS, len(day), endpoint=True)
    recorded = midnight_seconds(0) + recorded_day * _DAY_SECONDS + rng.integers(*_OFFICE_SECONDS, len(day))
    kept = np.flatnonzero((day >= timeline.first_day) & (recorded_day < timeline.today_day))
    kept = kept[np.argsort(recorded[kept], kind="stable")]
    return Outcomes(row[kept], kind[kept], day[kept], recorded[kept])
