"""What was known of each enterprise at a cut-off, as one row of numbers; and what came of it.

One pure function, used to learn, to score and to test back: it sees nothing that was not known on the day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from services.warning.ml.arrays import Flags, Floats, Integers
from services.warning.ml.histories.events import EventHistory

UNIVERSE_DAYS: Final = 730
ANY: Final = "any"
_WINDOWS: Final = (30, 91, 182, 365, 730, 1461)
# An event's weight halves in so many days: a burst, a season, a year, the long run.
_HALF_LIVES: Final = (15, 45, 120, 365, 1095)
_MONTH_DAYS, _YEAR_DAYS = 30, 365
# What has never been lies further back than anything that was.
_NEVER_DAYS: Final = 4_000.0
# Kinds beyond the commonest are told by the counts of all together.
_MOST_KINDS: Final = 8
_SEVERAL: Final = 2
_SIZES: Final = ("amount", "workers")
# Prefixes of an industry's code: division, group, class and what lies between.
_INDUSTRY_DIGITS: Final = (2, 3, 4, 6)
# And of a place's: district, town, village.
_DIVISION_DIGITS: Final = (6, 9, 12)
# A rate of few is drawn to that of all as if so many more had been seen.
_PRIOR_ENTERPRISES: Final = 20.0


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a history: whether an event of `outcome` comes within `horizon_days`. None: of any kind."""

    outcome: tuple[str, ...] | None
    horizon_days: int


def asked(outcome: str, horizon_days: int) -> Question:
    """Return the question; `outcome` is "any", or kinds with commas between."""
    kinds = None if outcome == ANY else tuple(sorted({one.strip() for one in outcome.split(",")}))
    return Question(kinds, horizon_days)


@dataclass(frozen=True, slots=True)
class Layout:
    """What has features beside the outcome's events: the commonest kinds; industries and places where told."""

    kinds: tuple[str, ...]
    industry: bool
    division: bool


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The enterprises of a cut-off, with their features."""

    enterprise: Integers
    features: Floats
    names: tuple[str, ...]

    @property
    def rising(self) -> Flags:
        """Say which features grow with an event's amount or workers, and with nothing else."""
        return np.array([name.rpartition(".")[2].startswith(_SIZES) for name in self.names], dtype=np.bool_)


def universe(history: EventHistory, cutoff: int) -> Integers:
    """Return the enterprises with any event in the 730 days up to the cut-off that was known by then."""
    seen = history.known_by(cutoff) & (history.occurred_on > cutoff - UNIVERSE_DAYS)
    return np.unique(history.enterprise[seen])


def outcomes(history: EventHistory, question: Question, cutoff: int, known_by: int | None = None) -> Flags:
    """Say for every enterprise whether an outcome came in (cut-off, cut-off + horizon], as far as known by then."""
    came = history.of_kinds(question.outcome) & (history.occurred_on > cutoff)
    came &= history.occurred_on <= cutoff + question.horizon_days
    if known_by is not None:
        came &= history.known_on <= known_by
    found = np.zeros(len(history.ids), dtype=np.bool_)
    found[history.enterprise[came]] = True
    return found


def layout_at(history: EventHistory, cutoff: int) -> Layout:
    """Return the layout that fits what was known at the cut-off."""
    known = history.known_by(cutoff)
    frequency = np.bincount(history.kind[known], minlength=len(history.kinds))
    commonest = [number for number in np.argsort(-frequency, kind="stable") if frequency[number]]
    return Layout(
        kinds=tuple(history.kinds[number] for number in commonest[:_MOST_KINDS]),
        industry=bool((history.industry[known] >= 0).any()),
        division=bool((history.division[known] >= 0).any()),
    )


def rows_at(history: EventHistory, question: Question, layout: Layout, cutoff: int) -> Rows:
    """Return the universe of the cut-off with its features."""
    chosen = universe(history, cutoff)
    columns = dict(_columns(history, question, layout, cutoff))
    if layout.industry or layout.division:
        columns |= dict(_rates_of_peers(history, question, layout, cutoff))
    matrix = np.column_stack([column[chosen] for column in columns.values()])
    return Rows(chosen, matrix, tuple(columns))


def _columns(
    history: EventHistory, question: Question, layout: Layout, cutoff: int
) -> Iterator[tuple[str, Floats]]:
    known = history.known_by(cutoff)
    for name, chosen in _groups(history, question, layout):
        group = _Group(history, known & chosen, cutoff)
        for feature, column in group.columns():
            yield f"{name}.{feature}", column


def _groups(history: EventHistory, question: Question, layout: Layout) -> Iterator[tuple[str, Flags]]:
    """The outcome's events first; then all together and each common kind, where there are several."""
    yield "outcome", history.of_kinds(question.outcome)
    if len(layout.kinds) < _SEVERAL:
        return
    yield "any", history.of_kinds(None)
    for kind in layout.kinds:
        if question.outcome != (kind,):
            yield kind, history.of_kind(kind)


class _Group:
    """Events of one sort, as they stood at the cut-off."""

    def __init__(self, history: EventHistory, chosen: Flags, cutoff: int) -> None:
        self._size = len(history.ids)
        self._cutoff = cutoff
        self._enterprise = history.enterprise[chosen]
        self._day = history.occurred_on[chosen].astype(np.int64)
        self._age = cutoff - self._day
        self._amount = np.maximum(np.nan_to_num(history.amount[chosen]), 0)
        self._workers = np.maximum(np.nan_to_num(history.workers[chosen]), 0)

    def columns(self) -> Iterator[tuple[str, Floats]]:
        for window in _WINDOWS:
            yield f"count_{window}", np.log1p(self._sum(self._age < window))
        yield "count", np.log1p(self._sum(np.ones(len(self._age))))
        for half_life in _HALF_LIVES:
            yield f"decayed_{half_life}", np.log1p(self._sum(np.exp2(-self._age / half_life)))
        days = self._distinct(self._day)
        yield "days", np.log1p(days)
        yield from self._spread()
        yield from self._rhythm(days)
        recent = self._age < _YEAR_DAYS
        for name, size in zip(_SIZES, (self._amount, self._workers), strict=True):
            yield name, np.log1p(self._sum(size))
            yield f"{name}_{_YEAR_DAYS}", np.log1p(self._sum(size * recent))
            yield f"{name}_most", np.log1p(self._most(size))

    def _spread(self) -> Iterator[tuple[str, Floats]]:
        """Ten claims of one morning are one quarrel; ten in ten months are a habit."""
        recent = self._age < UNIVERSE_DAYS
        yield f"days_{UNIVERSE_DAYS}", np.log1p(self._distinct(self._day, recent))
        yield "months", np.log1p(self._distinct(self._day // _MONTH_DAYS))
        yield "years", self._distinct(self._age // _YEAR_DAYS)

    def _rhythm(self, days: Floats) -> Iterator[tuple[str, Floats]]:
        """How long ago, how far apart, and whether the next is overdue by the enterprise's own measure."""
        last = self._latest(self._day)
        first = -self._latest(-self._day)
        before = self._latest(self._day, self._day < last[self._enterprise])
        since = np.minimum(self._cutoff - last, _NEVER_DAYS)
        pace = np.where(days > 1, (last - first) / np.maximum(days - 1, 1), _NEVER_DAYS)
        yield "since_last", np.log1p(since)
        yield "since_first", np.log1p(np.clip(self._cutoff - first, 0, 2 * _NEVER_DAYS))
        yield "last_gap", np.log1p(np.minimum(last - before, _NEVER_DAYS))
        yield "pace", np.log1p(pace)
        yield "overdue", np.clip(since / np.maximum(pace, 1), 0, 20)

    def _sum(self, weight: Floats | Flags) -> Floats:
        return np.bincount(self._enterprise, weights=weight, minlength=self._size).astype(np.float64)

    def _most(self, size: Floats) -> Floats:
        found = np.zeros(self._size)
        np.maximum.at(found, self._enterprise, size)
        return found

    def _latest(self, day: Integers, counts: Flags | None = None) -> Floats:
        found = np.full(self._size, -1e6)
        chosen = slice(None) if counts is None else counts
        np.maximum.at(found, self._enterprise[chosen], day[chosen])
        return found

    def _distinct(self, value: Integers, counts: Flags | None = None) -> Floats:
        chosen = slice(None) if counts is None else counts
        enterprise, value = self._enterprise[chosen], value[chosen]
        if not len(value):
            return np.zeros(self._size)
        least, span = value.min(), int(np.ptp(value)) + 1
        pairs = np.unique(enterprise * span + value - least)
        return np.bincount(pairs // span, minlength=self._size).astype(np.float64)


def _rates_of_peers(
    history: EventHistory, question: Question, layout: Layout, cutoff: int
) -> Iterator[tuple[str, Floats]]:
    """How often peers by industry, and by place, had an outcome in the last two windows that are closed: log odds."""
    seen, came = [], []
    for back in (1, 2):
        then = cutoff - back * question.horizon_days
        chosen = universe(history, then)
        seen.append(chosen)
        came.append(outcomes(history, question, then, known_by=cutoff)[chosen])
    enterprise, outcome = np.concatenate(seen), np.concatenate(came)
    rate = (outcome.sum() + 0.5) / (len(outcome) + 1)
    for name, codes in _peers(history, layout, cutoff):
        number = np.bincount(codes[enterprise], minlength=codes.max() + 1)
        positive = np.bincount(codes[enterprise], weights=outcome, minlength=codes.max() + 1)
        shrunk = (positive + _PRIOR_ENTERPRISES * rate) / (number + _PRIOR_ENTERPRISES)
        yield name, np.log(shrunk / (1 - shrunk))[codes]


def _peers(history: EventHistory, layout: Layout, cutoff: int) -> Iterator[tuple[str, Integers]]:
    """Number, by each prefix of their codes, whose enterprises are alike."""
    if layout.industry:
        last = _last_told(history, history.industry, cutoff)
        for digits in _INDUSTRY_DIGITS:
            yield f"industry_{digits}", _numbered([one[:digits] for one in history.industries])[last]
    if layout.division:
        last = _last_told(history, history.division, cutoff)
        for digits in _DIVISION_DIGITS:
            yield f"division_{digits}", _numbered([one[:digits] for one in history.divisions])[last]


def _last_told(history: EventHistory, codes: Integers, cutoff: int) -> Integers:
    """Return the code that the enterprise's last event told; -1, the last of all codes, where none did."""
    told = np.flatnonzero(history.known_by(cutoff) & (codes >= 0))
    found = np.full(len(history.ids), -1, dtype=np.int64)
    found[history.enterprise[told]] = codes[told]
    return found


def _numbered(texts: Sequence[str]) -> Integers:
    """Number the texts by what they say, and behind them the unknown one."""
    _, number = np.unique(np.array([*texts, ""]), return_inverse=True)
    return np.asarray(number, dtype=np.int64)
