"""Single reports, written the way a department would say them, and the facts that they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from services.warning.ml.facts import EnterpriseColumns, Facts, SignalColumns, facts_from_columns
from services.warning.ml.features import FeatureRows, feature_rows
from services.warning.ml.history import days_of
from tests.ml.district import catalogue


@dataclass(frozen=True, slots=True)
class Report:
    series: str
    effective_on: date
    amount_cny: float = np.nan
    months: float = np.nan
    workers: float = np.nan
    known_on: date | None = None
    detail: Mapping[str, float] = field(default_factory=dict)
    enterprise_id: int = 1
    source: int = 0


def facts_of(
    reports: Sequence[Report], headcount: float = np.nan, enterprises: Sequence[int] = (1,)
) -> Facts:
    """Return the facts of these enterprises, all of one headcount."""
    return facts_from_columns(
        catalogue(),
        EnterpriseColumns(enterprise_id=enterprises, headcount=[headcount] * len(enterprises)),
        SignalColumns(
            enterprise_id=[one.enterprise_id for one in reports],
            series=[one.series for one in reports],
            source=[one.source for one in reports],
            effective_on=days_of([one.effective_on for one in reports]),
            known_on=days_of([one.known_on or one.effective_on for one in reports]),
            amount_cny=[one.amount_cny for one in reports],
            months=[one.months for one in reports],
            workers=[one.workers for one in reports],
            details=[(at, one.detail) for at, one in enumerate(reports)],
        ),
    )


def measures_of(reports: Sequence[Report], as_of: date, headcount: float = np.nan) -> dict[str, float]:
    """Return the measures of the only enterprise."""
    return feature_rows(facts_of(reports, headcount), as_of).measures()[0]


def same(one: FeatureRows, other: FeatureRows) -> bool:
    """Say whether two answers are the same to the last bit, evidence included."""
    return (
        np.array_equal(one.features, other.features)
        and one.measures() == other.measures()
        and one.evidence() == other.evidence()
        and np.array_equal(one.grave_age_days, other.grave_age_days)
    )
