"""The one feature function: serving, training and back-tests all call `feature_rows`, on a chunk of any size.

A signal counts on a day when it was known by then and the month that it speaks of had begun. Its own day is the
one that it names, or the last of its month, or today while that is still to come: when it was told plays no part, so
that the same signals make the same state in whatever order they come.
What an indicator's signals make of each other depends on what they tell of:

- a state (arrears, a grade): the signals of one source and month make one observation, and each source's most recent
  one stands until its validity ends. A source withdraws what itself has told, never what another one has.
- an event (a case, an enforcement): each stands by itself until its validity ends; a milder one takes nothing back.

What stands is measured by its greatest value. All windows are "at most N days ago".

Sums run over whole fen or over signals in the order of their days, and ties are taken by their greatest
value, so that neither the order of signals nor the cut into chunks changes a single bit. The greatest value,
not one of the tied signals, because then raising any one figure never lowers what is observed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from services.warning.domain.indicators import SERIES_MEASURES
from services.warning.ml.arrays import Days, Flags, Floats, Integers
from services.warning.ml.catalogue import HEADCOUNT, INDUSTRY, LATEST, SOLE_TRADER, SUM, Catalogue
from services.warning.ml.days import day_number
from services.warning.ml.facts import Facts

_FEN = 100
# Room for any day beside the pair in one sortable number.
_DAY_SPAN = 1 << 32
# Older than any signal: no grave one is there.
_NEVER_DAYS = 1 << 31
_COUNT_WINDOWS = (30, 90, 180)
RECENT_HALF_LIFE_DAYS = 45
LASTING_HALF_LIFE_DAYS = 365
_MEASURE = {name: at for at, name in enumerate(SERIES_MEASURES)}


@dataclass(frozen=True, slots=True, eq=False)
class FeatureRows:
    """What one day's facts say of each enterprise of a chunk, in its order.

    features: one row per enterprise, columns as in `catalogue.feature_names`, never NaN.
    measure_*: the measures that are present, sorted by row; columns as in `catalogue.measure_names`.
    grave_age_days: age of the newest non-protective signal that says something is wrong; huge when none.
    evidence_seq[evidence_start[r]:evidence_start[r + 1]]: the signals that counted for row r.
    """

    catalogue: Catalogue
    enterprise_id: Integers
    headcount: Floats
    sole_trader: Flags
    features: Floats
    measure_row: Integers
    measure_column: Integers
    measure_value: Floats
    grave_age_days: Integers
    evidence_start: Integers
    evidence_seq: Integers

    def measures(self) -> list[dict[str, float]]:
        """Return `<series>.<measure>` -> value per enterprise."""
        names = self.catalogue.measure_names
        keys = [names[column] for column in self.measure_column.tolist()]
        values = self.measure_value.tolist()
        bounds = np.searchsorted(self.measure_row, np.arange(len(self.enterprise_id) + 1)).tolist()
        return [dict(zip(keys[a:b], values[a:b], strict=True)) for a, b in pairwise(bounds)]

    def evidence(self) -> list[tuple[int, ...]]:
        """Return the sequence numbers of the signals that counted, per enterprise."""
        numbers = self.evidence_seq.tolist()
        return [tuple(numbers[a:b]) for a, b in pairwise(self.evidence_start.tolist())]


@dataclass(frozen=True, slots=True, eq=False)
class _Counted:
    """The signals that count, sorted by enterprise, series, teller and day; a pair is one enterprise's one series.

    teller: a number per pair and source; signals of events, and those that add up, have one teller per pair.
    slot: what makes one observation of a teller's signals: a state's month, an event's day.
    """

    position: Integers
    pair: Integers
    teller: Integers
    slot: Integers
    day: Integers
    age_days: Integers
    grave: Flags
    pair_row: Integers
    pair_series: Integers


@dataclass(frozen=True, slots=True, eq=False)
class _Periods:
    """One observation per teller and slot, sorted by both; `of_signal` leads from a signal to its own.

    `speaks` marks the signals that make up their observation (of a `latest` state, only the last day's).
    """

    pair: Integers
    teller: Integers
    age_days: Integers
    grave: Flags
    months: Floats
    amount_cny: Floats
    workers: Floats
    of_signal: Integers
    speaks: Flags


def feature_rows(facts: Facts, as_of: date) -> FeatureRows:
    """Return measures and model features of every enterprise of the chunk, from what was known on `as_of`."""
    counted = _counted(facts, day_number(as_of))
    periods = _combine(facts, counted)
    table = _pair_table(facts, counted, periods)
    row, measure = np.nonzero(~np.isnan(table))
    size = len(facts.enterprise_id)
    evidence = facts.row[counted.position]
    return FeatureRows(
        catalogue=facts.catalogue,
        enterprise_id=facts.enterprise_id,
        headcount=facts.headcount,
        sole_trader=facts.sole_trader,
        features=_features(facts, counted, table),
        measure_row=counted.pair_row[row],
        measure_column=counted.pair_series[row] * facts.catalogue.width + measure,
        measure_value=table[row, measure],
        grave_age_days=_grave_age(facts, counted),
        evidence_start=np.concatenate(([0], np.cumsum(np.bincount(evidence, minlength=size)))),
        evidence_seq=facts.signal_seq[counted.position][
            np.lexsort((facts.signal_seq[counted.position], evidence))
        ],
    )


def _counted(facts: Facts, today: int) -> _Counted:
    catalogue = facts.catalogue
    counts = (facts.known_on <= today) & (_month_of(facts.effective_on) <= _month_of(np.array([today]))[0])
    position = np.flatnonzero(counts)
    series, day = facts.series[position], _own_day(facts, today)[position]
    apart = ~catalogue.event[series] & (catalogue.combine[series] == LATEST)
    source = np.where(apart, facts.source[position], 0)
    pair_code = facts.row[position] * len(catalogue.series) + series
    order = np.lexsort((day, source, pair_code))
    position, day, pair_code = position[order], day[order], pair_code[order]
    first_of_pair = _first_of_run(pair_code)
    starts = np.flatnonzero(first_of_pair)
    return _Counted(
        position=position,
        pair=np.cumsum(first_of_pair) - 1,
        teller=np.cumsum(first_of_pair | _first_of_run(source[order])) - 1,
        slot=np.where(catalogue.event[series[order]], day, _month_of(day)),
        day=day,
        age_days=today - day,
        grave=_grave(facts)[position],
        pair_row=facts.row[position][starts],
        pair_series=facts.series[position][starts],
    )


def _own_day(facts: Facts, today: int) -> Integers:
    """Return the day of which each signal speaks; of a month that is running, today."""
    return np.minimum(facts.effective_on, today).astype(np.int64)


def _month_of(days: Days | Integers) -> Integers:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _first_of_run(values: Integers) -> Flags:
    return np.concatenate((np.ones(min(len(values), 1), dtype=np.bool_), values[1:] != values[:-1]))


def _grave(facts: Facts) -> Flags:
    """Say which signals report something: zero in every figure that is reported means cleared.

    A signal without figures is an event, unless its decisive details are there and all zero. A detail that is
    raised, such as a principal who cannot be reached, speaks whatever the figures say.
    """
    reported = np.fmax(np.fmax(facts.months, facts.amount_cny), facts.workers)
    details = np.full(len(reported), np.nan)
    decisive = facts.catalogue.decisive[facts.series[facts.detail_signal], facts.detail_name]
    heard = decisive | (facts.detail_value > 0)
    np.fmax.at(details, facts.detail_signal[heard], facts.detail_value[heard])
    return ~(np.where(np.isnan(reported), details, reported) <= 0) | (details > 0)


def _combine(facts: Facts, counted: _Counted) -> _Periods:
    starts = np.flatnonzero(_first_of_run(counted.teller) | _first_of_run(counted.slot))
    sizes = np.diff(starts, append=len(counted.position))
    of_signal = np.repeat(np.arange(len(starts)), sizes)
    combine = facts.catalogue.combine[counted.pair_series][counted.pair]
    last = starts + sizes - 1
    speaks = (combine != LATEST) | (counted.day == counted.day[last][of_signal])

    def greatest(column: Floats) -> Floats:
        return np.fmax.reduceat(np.where(speaks, column[counted.position], np.nan), starts)

    def combined(column: Floats, unit: int) -> Floats:
        most = greatest(column)
        whole = np.rint(np.nan_to_num(column[counted.position]) * unit)
        total = np.bincount(of_signal, weights=whole, minlength=len(starts)) / unit
        return np.where((combine[starts] == SUM) & ~np.isnan(most), total, most)

    grave = np.logical_or.reduceat(counted.grave & speaks, starts)
    event = facts.catalogue.event[counted.pair_series][counted.pair[starts]]
    proven = _proven_months(counted.teller[starts], counted.slot[starts], grave, greatest(facts.months))
    return _Periods(
        pair=counted.pair[starts],
        teller=counted.teller[starts],
        age_days=counted.age_days[last],
        grave=grave,
        months=np.where(event, np.nan_to_num(greatest(facts.months)), proven),
        amount_cny=combined(facts.amount_cny, _FEN),
        workers=combined(facts.workers, 1),
        of_signal=of_signal,
        speaks=speaks,
    )


def _proven_months(teller: Integers, month: Integers, grave: Flags, told: Floats) -> Floats:
    """Return how many full months have gone by, told or proven by reports in a row.

    A lone report without a number proves none: it may be a day old. Each month in a row that follows a report
    proves one more than that report told or proved.
    """
    after_grave = np.concatenate((np.zeros(min(len(grave), 1), dtype=np.bool_), grave[:-1]))
    goes_on = grave & ~_first_of_run(teller) & after_grave & (np.diff(month, prepend=month[:1]) == 1)
    anchored = ~np.isnan(told) | ~goes_on
    at = np.arange(len(teller))
    anchor = np.maximum.accumulate(np.where(anchored, at, 0))
    return np.where(grave, np.nan_to_num(told)[anchor] + (at - anchor), np.nan_to_num(told))


def _standing(facts: Facts, counted: _Counted, periods: _Periods) -> Flags:
    """Say which observations stand: those that report something and are valid, of a state the last of its teller."""
    series = counted.pair_series[periods.pair]
    last = _first_of_run(periods.teller[::-1])[::-1]
    valid = periods.age_days <= facts.catalogue.validity_days[series]
    return periods.grave & valid & (last | facts.catalogue.event[series])


def _pair_table(facts: Facts, counted: _Counted, periods: _Periods) -> Floats:
    """Return one row per pair: the base measures, then the details; NaN where a measure is absent."""
    size = len(counted.pair_row)
    stands = _standing(facts, counted, periods)
    pair = periods.pair[stands]
    headcount = facts.headcount[counted.pair_row]
    table = np.full((size, facts.catalogue.width), np.nan)
    for name in ("months", "amount_cny", "workers"):
        np.fmax.at(table[:, _MEASURE[name]], pair, getattr(periods, name)[stands])
    table[pair, _MEASURE["active"]] = 1
    workers = table[:, _MEASURE["workers"]]
    share = table[:, _MEASURE["workers_share"]]
    np.divide(workers, headcount, out=share, where=headcount > 0)
    for days in _COUNT_WINDOWS:
        within = counted.grave & (counted.age_days <= days)
        count = np.bincount(counted.pair[within], minlength=size)
        table[:, _MEASURE[f"count_{days}d"]] = np.where(count, count, np.nan)
    _fill_details(table, facts, counted, periods.speaks & stands[periods.of_signal])
    return table


def _fill_details(table: Floats, facts: Facts, counted: _Counted, speaks: Flags) -> None:
    """Add the details of the signals that make up the standing observations, each by its greatest value."""
    at = np.full(len(facts.signal_seq), -1)
    at[counted.position[speaks]] = counted.pair[speaks]
    pair = at[facts.detail_signal]
    used = (pair >= 0) & facts.catalogue.declared[facts.series[facts.detail_signal], facts.detail_name]
    column = len(SERIES_MEASURES) + facts.detail_name[used]
    np.fmax.at(table, (pair[used], column), facts.detail_value[used])


def _features(facts: Facts, counted: _Counted, table: Floats) -> Floats:
    catalogue = facts.catalogue
    features = np.zeros((len(facts.enterprise_id), len(catalogue.feature_names)))
    features[:, catalogue.feature_position[HEADCOUNT]] = _stepped(
        np.log1p(np.nan_to_num(facts.headcount).clip(min=0)), 4
    )
    features[:, catalogue.feature_position[INDUSTRY]] = facts.industry.clip(-1, 19) + 1
    features[:, catalogue.feature_position[SOLE_TRADER]] = facts.sole_trader
    for at, values in enumerate(_pair_features(counted, np.nan_to_num(table))):
        column = catalogue.pair_feature_column[counted.pair_series, at]
        used = column >= 0
        features[counted.pair_row[used], column[used]] = values[used]
    return features


def _pair_features(counted: _Counted, table: Floats) -> Sequence[Floats]:
    """Return the columns of PAIR_FEATURES, then of the details."""
    months, share = table[:, _MEASURE["months"]], table[:, _MEASURE["workers_share"]]
    amount, workers = table[:, _MEASURE["amount_cny"]], table[:, _MEASURE["workers"]]
    return (
        table[:, _MEASURE["active"]],
        _stepped(months, 4),
        _stepped(np.log1p(amount.clip(min=0)), 4),
        _stepped(np.log1p(workers.clip(min=0)), 4),
        _stepped(share.clip(max=1), 20),
        table[:, _MEASURE["count_90d"]],
        _stepped(_decayed(counted, RECENT_HALF_LIFE_DAYS), 16),
        _stepped(_decayed(counted, LASTING_HALF_LIFE_DAYS), 8),
        *table[:, len(SERIES_MEASURES) :].T,
    )


def _stepped(values: Floats, steps: int) -> Floats:
    """Round to so many steps per unit: finer differences are chance, and binning them took half of training."""
    stepped: Floats = np.rint(values * steps) / steps
    return stepped


def _decayed(counted: _Counted, half_life_days: int) -> Floats:
    weight = np.exp2(-counted.age_days / half_life_days) * counted.grave
    total = np.bincount(counted.pair, weights=weight, minlength=len(counted.pair_row))
    return total.astype(np.float64, copy=False)


def _grave_age(facts: Facts, counted: _Counted) -> Integers:
    age = np.full(len(facts.enterprise_id), _NEVER_DAYS)
    grave = counted.grave & ~facts.catalogue.protective[counted.pair_series][counted.pair]
    np.minimum.at(age, counted.pair_row[counted.pair[grave]], counted.age_days[grave])
    return age
