"""The indicators as arrays: what the feature function looks up for a whole column at once."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from services.warning.domain.indicators import SERIES_MEASURES, Combine, DetailField, Indicator, series_names
from services.warning.ml.arrays import Days, Flags, Integers

# The model's features of a series, in order; its details follow by their own names. `recent` and `lasting`
# are decayed counts. Figures exist only where the indicator reports them; what protects, stands or does not.
PAIR_FEATURES = (
    "active",
    "months",
    "log_amount",
    "log_workers",
    "workers_share",
    "count_90d",
    "recent",
    "lasting",
)
_REPORTED = {
    "months": "months",
    "log_amount": "amount_cny",
    "log_workers": "workers",
    "workers_share": "workers",
}
HEADCOUNT, INDUSTRY, SOLE_TRADER = ATTRIBUTES = (
    "enterprise.log_headcount",
    "enterprise.industry",
    "enterprise.sole_trader",
)
LATEST, SUM, COUNT = 0, 1, 2
_COMBINE_CODES = {Combine.LATEST: LATEST, Combine.SUM: SUM, Combine.COUNT: COUNT}


@dataclass(frozen=True, slots=True)
class Series:
    """What signals are combined and measured over: an indicator, or one choice of its aspect."""

    name: str
    indicator: Indicator

    @property
    def choice(self) -> str | None:
        _, colon, choice = self.name.partition(":")
        return choice if colon else None

    @property
    def measured(self) -> tuple[DetailField, ...]:
        """Return the detail fields that are measures: numbers and booleans."""
        return tuple(
            field
            for field in self.indicator.detail
            if field.type != "choice" and field.belongs_to(self.choice)
        )

    @property
    def title(self) -> tuple[str, str]:
        """Return the name in Chinese and in English."""
        indicator = self.indicator
        aspect = indicator.detail_field(indicator.aspect) if indicator.aspect else None
        if aspect is None or self.choice is None or not aspect.choice_names:
            return indicator.name_zh, indicator.name_en
        zh, en = aspect.choice_names[aspect.choices.index(self.choice)]
        return f"{indicator.name_zh}（{zh}）", f"{indicator.name_en} ({en})"


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Every series in its canonical order with what the features need to know of it.

    event[s] says whether signals of series s tell of events, each of which stands by itself.
    declared[s, d] says whether they may carry detail d as a number or boolean; decisive[s, d], whether a zero
    there means that nothing is wrong: numbers, and booleans that have to be given;
    pair_feature_column[s, f] is the column of feature f (PAIR_FEATURES, then details) of series s, or -1.
    """

    series: tuple[Series, ...]
    position: Mapping[str, int]
    details: tuple[str, ...]
    detail_position: Mapping[str, int]
    combine: Integers
    event: Flags
    validity_days: Days
    protective: Flags
    declared: Flags
    decisive: Flags
    measure_names: tuple[str, ...]
    feature_names: tuple[str, ...]
    feature_position: Mapping[str, int]
    pair_feature_column: Integers

    @property
    def width(self) -> int:
        """Return measures per series: measure m of series s has the column s * width + m."""
        return len(SERIES_MEASURES) + len(self.details)


def compile_catalogue(indicators: Mapping[str, Indicator]) -> Catalogue:
    """Return the catalogue of all series of these indicators."""
    series = tuple(Series(name, indicators[name.partition(":")[0]]) for name in series_names(indicators))
    details = tuple(sorted({field.name for one in series for field in one.measured}))
    detail_position = {name: at for at, name in enumerate(details)}
    declared, decisive = _detail_tables(series, detail_position)
    feature_names = (*ATTRIBUTES, *(name for one in series for name in _feature_names(one)))
    feature_position = {name: at for at, name in enumerate(feature_names)}
    return Catalogue(
        series=series,
        position={one.name: at for at, one in enumerate(series)},
        details=details,
        detail_position=detail_position,
        event=np.array([one.indicator.tells_of_events for one in series], dtype=np.bool_),
        combine=np.array([_COMBINE_CODES[one.indicator.combine] for one in series], dtype=np.int64),
        validity_days=np.array([one.indicator.validity_days for one in series], dtype=np.int32),
        protective=np.array([one.indicator.protective for one in series], dtype=np.bool_),
        declared=declared,
        decisive=decisive,
        measure_names=tuple(
            f"{one.name}.{measure}" for one in series for measure in (*SERIES_MEASURES, *details)
        ),
        feature_names=feature_names,
        feature_position=feature_position,
        pair_feature_column=np.array(
            [
                [feature_position.get(f"{one.name}.{name}", -1) for name in (*PAIR_FEATURES, *details)]
                for one in series
            ],
            dtype=np.int64,
        ),
    )


def _feature_names(series: Series) -> tuple[str, ...]:
    if series.indicator.protective:
        return (f"{series.name}.active",)
    reported = series.indicator.fields
    figures = (name for name in PAIR_FEATURES if _REPORTED.get(name) is None or _REPORTED[name] in reported)
    details = (field.name for field in series.measured)
    return tuple(f"{series.name}.{name}" for name in (*figures, *details))


def _detail_tables(series: tuple[Series, ...], detail_position: Mapping[str, int]) -> tuple[Flags, Flags]:
    declared = np.zeros((len(series), len(detail_position)), dtype=np.bool_)
    decisive = np.zeros_like(declared)
    for at, one in enumerate(series):
        for field in one.measured:
            declared[at, detail_position[field.name]] = True
            decisive[at, detail_position[field.name]] = field.decisive
    return declared, decisive
