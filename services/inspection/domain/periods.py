"""The statutory periods of an inspection as versioned data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from shared.kernel.deadlines import ClockUnit
from shared.kernel.errors import DomainError, Kind


class ClockKind(StrEnum):
    """What has to happen: file it, finish the investigation, decide on it, have the order met."""

    ACCEPT = "insp.accept"
    INVESTIGATE = "insp.investigate"
    DECIDE = "insp.decide"
    ORDER = "insp.order"


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One period; `extension` is what an approval adds to it, in the same unit."""

    kind: ClockKind
    length: int
    extension: int
    unit: ClockUnit
    article: str


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods in force from a day on.

    at_risk_share: a clock is at risk when less than this share of its time is left.
    least_officers: how many officers a case must have (劳动保障监察条例 art. 16).
    order_days_at_most: how many natural days ahead an order's day may lie.
    """

    effective_from: date
    at_risk_share: float
    least_officers: int
    order_days_at_most: int
    rules: Mapping[ClockKind, ClockRule]


class PeriodsMissing(DomainError):
    """No periods are in force on that day."""

    kind = Kind.UNAVAILABLE
    code = "inspection.periods_missing"
    message_zh = "该日期没有生效的监察期限，请管理员检查生效日期。"
    message_en = "No periods are in force on that day; ask the administrator to check the dates."


def parse_periods(document: Mapping[str, Any]) -> tuple[Periods, ...]:
    """Read all versions of this release's file, oldest first; a malformed file does not start."""
    versions = [
        Periods(
            effective_from=date.fromisoformat(version["effective_from"]),
            at_risk_share=version["at_risk_share"],
            least_officers=version["least_officers"],
            order_days_at_most=version["order_days_at_most"],
            rules={rule.kind: rule for rule in map(_rule, version["clocks"])},
        )
        for version in document["versions"]
    ]
    return tuple(sorted(versions, key=lambda one: one.effective_from))


def periods_on(versions: Sequence[Periods], on: date) -> Periods:
    """Return the periods in force on a day. Raises PeriodsMissing."""
    in_force = [one for one in versions if one.effective_from <= on]
    if not in_force:
        raise PeriodsMissing
    return in_force[-1]


def _rule(entry: Mapping[str, Any]) -> ClockRule:
    return ClockRule(
        ClockKind(entry["id"]),
        entry["length"],
        entry["extension"],
        ClockUnit(entry["unit"]),
        entry["article"],
    )
