"""Warning levels, and how rules and score make one.

The order of colours is a rule of this system, not of the words: elsewhere green is the first level,
or the best one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from typing_extensions import override

# Above every probability: a band that no score reaches.
NEVER = 2.0


class WarningLevel(StrEnum):
    """none < watch < orange < red. `watch` is an assessed level, never a warning, and is not counted."""

    NONE = "none"
    WATCH = "watch"
    ORANGE = "orange"
    RED = "red"

    @property
    def rank(self) -> int:
        """Return the place in the order of gravity, 0 for none."""
        return _RANK[self]

    @property
    def is_warning(self) -> bool:
        """Say whether this is one of the two official levels."""
        return self >= WarningLevel.ORANGE

    # Texts compare by their letters, and "watch" would then be graver than "red".
    @override
    def __lt__(self, other: str) -> bool:
        return _RANK[self] < _RANK[other]

    @override
    def __le__(self, other: str) -> bool:
        return _RANK[self] <= _RANK[other]

    @override
    def __gt__(self, other: str) -> bool:
        return _RANK[self] > _RANK[other]

    @override
    def __ge__(self, other: str) -> bool:
        return _RANK[self] >= _RANK[other]


_RANK: dict[str, int] = {level.value: rank for rank, level in enumerate(WarningLevel)}
_ONE_STEP_DOWN = {WarningLevel.RED: WarningLevel.ORANGE, WarningLevel.ORANGE: WarningLevel.WATCH}


@dataclass(frozen=True, slots=True)
class ScoreBands:
    """From which score on an enterprise is at each level; `NEVER` where no score is enough."""

    watch: float
    orange: float
    red: float

    def __post_init__(self) -> None:
        if not self.watch <= self.orange <= self.red:
            raise ValueError(f"score bands must rise from watch to red: {self}")

    def level_of(self, score: float | None) -> WarningLevel:
        """Return the level of a score; no score (or NaN) is no level."""
        if score is None or not score >= self.watch:
            return WarningLevel.NONE
        if score >= self.red:
            return WarningLevel.RED
        return WarningLevel.ORANGE if score >= self.orange else WarningLevel.WATCH


def combine_levels(
    rule_level: WarningLevel,
    score: float | None,
    bands: ScoreBands,
    *,
    corroborated: bool,
    sole_trader: bool,
    protected: bool = False,
) -> WarningLevel:
    """Return the higher of rules and score, where a score has these limits.

    A score alone never gives red: that takes a corroborating signal. A sole trader is a natural person,
    of whom no machine decides (PIPL art. 24): the score gives at most `watch`, corroborated or not.
    Protective factors take one step off a warning that the score alone would raise; they never touch a
    rule's level, and a score at `watch` stays there to be seen.
    """
    return max(rule_level, _level_by_score(bands.level_of(score), corroborated, sole_trader, protected))


def _level_by_score(
    level: WarningLevel,
    corroborated: bool,  # noqa: FBT001 - the public function takes them by name
    sole_trader: bool,  # noqa: FBT001 - as above
    protected: bool,  # noqa: FBT001 - as above
) -> WarningLevel:
    if level is WarningLevel.RED and not corroborated:
        level = WarningLevel.ORANGE
    if protected:
        level = _ONE_STEP_DOWN.get(level, level)
    return min(level, WarningLevel.WATCH) if sole_trader else level


def bands_for_capacity(
    scores: Sequence[float],
    capacity: int,
    red_share: float,
    watch_multiple: float = 4.0,
    floor: float = 0.0,
) -> ScoreBands:
    """Return bands under which at most `capacity` of these scores are a warning.

    Of those warned, `red_share` may be red; `watch` shows `watch_multiple` times as many as are warned.
    Equal scores are treated equally: where they do not all fit, none of them does. No band lies below
    `floor`: free capacity is no reason to warn of nearly nothing.
    """
    ranked = sorted((score for score in scores if score >= floor), reverse=True)
    warned = min(capacity, len(ranked))
    orange = _band(ranked, capacity)
    return ScoreBands(
        watch=min(_band(ranked, int(capacity * watch_multiple)), orange),
        orange=orange,
        red=max(_band(ranked, int(warned * red_share)), orange),
    )


def _band(ranked: Sequence[float], places: int) -> float:
    """Return the lowest score among the first `places`, such that no equal score stands behind them."""
    if places <= 0 or not ranked:
        return NEVER
    if places >= len(ranked):
        return ranked[-1]
    first_out = ranked[places]
    return next((score for score in reversed(ranked[:places]) if score > first_out), NEVER)
