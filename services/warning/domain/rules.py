"""Rules as values: conditions over measures, grouped by the level that they give."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from services.warning.domain.levels import WarningLevel

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "ge": operator.ge,
    "gt": operator.gt,
    "eq": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One measure against one threshold. An absent measure is unknown, and the unknown never fires."""

    measure: str
    op: str
    value: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """Conditions that must all hold; the first is the one whose value the sentence tells."""

    conditions: tuple[Condition, ...]
    sentence_zh: str
    sentence_en: str

    def holds(self, measures: Mapping[str, float]) -> bool:
        """Say whether every condition holds."""
        for condition in self.conditions:
            value = measures.get(condition.measure)
            if value is None or not COMPARISONS[condition.op](value, condition.value):
                return False
        return True

    def is_worse(self, measures: Mapping[str, float], judged: Mapping[str, float]) -> bool:
        """Say whether the alternative holds in a way in which it did not when `judged` was judged.

        Either it did not hold then, or one of its figures has grown.
        """
        if not self.holds(measures):
            return False
        return not self.holds(judged) or any(
            measures[one.measure] > judged[one.measure] for one in self.conditions
        )


# Gravest level first; a level without alternatives is left out.
Levels: TypeAlias = tuple[tuple[WarningLevel, tuple[Alternative, ...]], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its alternatives, gravest level first. A protective rule has them at level `none`."""

    id: str
    name_zh: str
    name_en: str
    article: str
    source: str
    protective: bool
    levels: Levels

    def alternatives(self, level: WarningLevel) -> tuple[Alternative, ...]:
        """Return the alternatives of one level."""
        return next((found for own, found in self.levels if own is level), ())
