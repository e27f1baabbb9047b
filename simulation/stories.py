"""Which enterprises have a story this year, which plot, when it peaks and how it ends."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import cast

import numpy as np
from numpy.typing import NDArray

from simulation.enterprises import Enterprises
from simulation.feeds import INDICATOR_NUMBER, SOURCE_NUMBER
from simulation.industries import SECTIONS
from simulation.pen import Firm, Note, Pen
from simulation.places import TOWNS
from simulation.plots import PLOTS, Plot
from simulation.seasons import pressure
from simulation.signals import ABSENT, Facts
from simulation.timeline import Timeline, month_starts

# Per 20,000 enterprises: what stands open today, and how many came to a peak in an average month before.
_CURRENT_SHARE = 92 / 20_000
_ENDED_SHARE_PER_MONTH = 23 / 20_000
_CURRENT_GRAVE_SHARE = 0.24
_LEAST_PER_TOWN = 3
_MOST_OF_ALL = 0.25
_RELAPSE_SHARE = 0.05
_GONE_SHARE = 0.2
_SOLE_TRADER_WEIGHT = 0.25
_SMALLEST_STAFF = 3
# A report of zero must be in before today; a story without one must have faded by then.
_SETTLED_MONTHS = 1
_CURRENT_PEAK_DAYS = (2, 12)
_MONTH_DAYS = 28


class Ending(StrEnum):
    """What became of a story by today."""

    OPEN = "open"
    PAID = "paid"
    FADED = "faded"
    GONE = "gone"
    MISTAKEN = "mistaken"


@dataclass(frozen=True, slots=True)
class Story:
    """One enterprise's trouble, written down."""

    firm: Firm
    plot: Plot
    grave: bool
    ending: Ending
    peak: int
    peak_day: int
    notes: tuple[Note, ...] = ()


def _weights(enterprises: Enterprises) -> NDArray[np.float64]:
    """Trouble finds risky houses; a house of one or two people has nobody to owe wages to."""
    likely = np.exp(np.clip(enterprises.log_risk, -4, 4))
    likely = np.where(enterprises.sole_trader, likely * _SOLE_TRADER_WEIGHT, likely)
    return np.where(enterprises.headcount < _SMALLEST_STAFF, 0.0, likely)


def _pick(rng: np.random.Generator, weights: NDArray[np.float64], count: int) -> list[int]:
    count = min(count, int((weights > 0).sum()))
    if not count:
        return []
    chosen = rng.choice(len(weights), size=count, replace=False, p=weights / weights.sum())
    return cast("list[int]", chosen.tolist())


def _quotas(count: int) -> list[int]:
    """Spread `count` over the towns: a few for each, the rest by share, largest remainders first."""
    least = min(_LEAST_PER_TOWN, count // len(TOWNS))
    rest = count - least * len(TOWNS)
    exact = np.array([town.share for town in TOWNS]) / sum(town.share for town in TOWNS) * rest
    quotas = np.floor(exact).astype(np.int64)
    quotas[np.argsort(quotas - exact, kind="stable")[: rest - int(quotas.sum())]] += 1
    return cast("list[int]", (quotas + least).tolist())


def _current_rows(rng: np.random.Generator, enterprises: Enterprises) -> list[int]:
    size = len(enterprises)
    count = min(max(len(TOWNS), round(size * _CURRENT_SHARE)), round(size * _MOST_OF_ALL))
    weights = _weights(enterprises)
    rows: list[int] = []
    for town, quota in enumerate(_quotas(count)):
        rows += _pick(rng, np.where(enterprises.town == town, weights, 0.0), quota)
    return rows


def _plot(rng: np.random.Generator, section: str) -> Plot:
    weights = np.array([plot.weight * plot.sections.get(section, 1.0) for plot in PLOTS])
    return PLOTS[rng.choice(len(PLOTS), p=weights / weights.sum())]


def _firm(enterprises: Enterprises, row: int) -> Firm:
    return Firm(
        row=row,
        headcount=int(enterprises.headcount[row]),
        section=SECTIONS[enterprises.section[row]],
        sole_trader=bool(enterprises.sole_trader[row]),
    )


def _current(rng: np.random.Generator, firms: list[Firm], timeline: Timeline) -> list[Story]:
    """Return one open story per firm, with a steady share of grave ones, likeliest where the plot is."""
    plots = [_plot(rng, firm.section) for firm in firms]
    reluctance = rng.random(len(firms)) / np.array([plot.grave_share + 1e-9 for plot in plots])
    grave = np.argsort(np.argsort(reluctance)) < round(len(firms) * _CURRENT_GRAVE_SHARE)
    before = rng.integers(*_CURRENT_PEAK_DAYS, len(firms), endpoint=True)
    columns = zip(firms, plots, grave.tolist(), (timeline.today_day - before).tolist(), strict=True)
    return [
        Story(firm, plot, bad, Ending.OPEN, timeline.last_reported, day) for firm, plot, bad, day in columns
    ]


def _ending(rng: np.random.Generator, plot: Plot, *, grave: bool) -> Ending:
    if plot.name == "mistaken":
        return Ending.MISTAKEN
    if not plot.settles:
        return Ending.FADED
    return Ending.GONE if grave and rng.random() < _GONE_SHARE else Ending.PAID


def _ended(
    rng: np.random.Generator, firm: Firm, timeline: Timeline, pressures: NDArray[np.float64]
) -> Story | None:
    """Return a story of the months before, or None where the simulated span is too short for it."""
    plot = _plot(rng, firm.section)
    grave = bool(rng.random() < plot.grave_share)
    ending = _ending(rng, plot, grave=grave)
    margin = _SETTLED_MONTHS if ending in (Ending.PAID, Ending.MISTAKEN) else plot.fades_months
    last = timeline.last_reported - margin - timeline.first_month
    if last < 0:
        return None
    weights = pressures[: last + 1, SECTIONS.index(firm.section)]
    peak = timeline.first_month + int(rng.choice(last + 1, p=weights / weights.sum()))
    first_day = int(month_starts(np.array([peak]))[0])
    return Story(firm, plot, grave, ending, peak, first_day + int(rng.integers(0, _MONTH_DAYS)))


def _relapse(rng: np.random.Generator, story: Story, timeline: Timeline) -> Story | None:
    """Return the same trouble a few months earlier, settled then, so that closed warnings reopen."""
    if not story.plot.settles or rng.random() > _RELAPSE_SHARE:
        return None
    peak = story.peak - int(rng.integers(3, 5))
    if peak < timeline.first_month:
        return None
    day = int(month_starts(np.array([peak]))[0]) + int(rng.integers(0, _MONTH_DAYS))
    return replace(story, grave=False, ending=Ending.PAID, peak=peak, peak_day=day)


def _written(rng: np.random.Generator, story: Story) -> Story:
    pen = Pen(rng, story.firm, story.peak, story.peak_day, story.grave)
    story.plot.tell(pen)
    if story.ending in (Ending.PAID, Ending.MISTAKEN):
        pen.settle(story.peak + 1)
    if story.ending is Ending.GONE:
        day = story.peak_day + int(rng.integers(20, 60))
        pen.licence(day, "other", deregistration=True)
    return replace(story, notes=tuple(pen.notes))


def build_stories(rng: np.random.Generator, enterprises: Enterprises, timeline: Timeline) -> list[Story]:
    current_rows = _current_rows(rng, enterprises)
    weights = _weights(enterprises)
    weights[current_rows] = 0.0
    ended_count = round(len(enterprises) * _ENDED_SHARE_PER_MONTH * (timeline.months - 1))
    ended_rows = _pick(rng, weights, ended_count)
    pressures = pressure(timeline)
    current = _current(rng, [_firm(enterprises, row) for row in current_rows], timeline)
    earlier = [_relapse(rng, story, timeline) for story in current]
    ended = [_ended(rng, _firm(enterprises, row), timeline, pressures) for row in ended_rows]
    return [_written(rng, story) for story in (*current, *earlier, *ended) if story is not None]


def story_facts(stories: list[Story], timeline: Timeline) -> Facts:
    """Return the notes of all stories as columns, without what lies before the span or after yesterday."""
    notes = [(story, note) for story in stories for note in story.notes]
    numbers = np.array(
        [
            (story.firm.row, INDICATOR_NUMBER[note.indicator], SOURCE_NUMBER[note.source], *note[2:7])
            for story, note in notes
        ],
        dtype=np.int64,
    ).reshape(-1, 8)
    details = np.array([note.detail for _, note in notes], dtype=object)
    prompt = np.array([story.ending is Ending.OPEN for story, _ in notes], dtype=np.bool_)
    enterprise, indicator, source, period, day, cents, months, workers = numbers.T
    facts = Facts(enterprise, indicator, source, period, day, cents, months, workers, details, prompt)
    of_month = facts.period != ABSENT
    inside = np.where(of_month, facts.period >= timeline.first_month, facts.day >= timeline.first_day)
    return facts.only(inside & (facts.day < timeline.today_day))
