from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.warning.ml.facts import Facts
from services.warning.ml.features import feature_rows
from tests.ml.district import catalogue
from tests.ml.reports import Report, facts_of, measures_of, same

TODAY = date(2026, 11, 22)


def test_latest_takes_the_last_report_of_the_month() -> None:
    measures = measures_of(
        [
            Report("wage_arrears", date(2026, 11, 3), amount_cny=90_000, months=3, workers=30),
            Report("wage_arrears", date(2026, 11, 10), amount_cny=20_000, months=1, workers=8),
        ],
        TODAY,
        headcount=80,
    )
    assert measures == {
        "wage_arrears.active": 1,
        "wage_arrears.months": 1,
        "wage_arrears.amount_cny": 20_000,
        "wage_arrears.workers": 8,
        "wage_arrears.workers_share": 0.1,
        "wage_arrears.count_30d": 2,
        "wage_arrears.count_90d": 2,
        "wage_arrears.count_180d": 2,
    }


HRSS, STREET = 1, 2


def nil(effective_on: date, source: int, known_on: date | None = None) -> Report:
    """Return a report that nothing is owed."""
    return Report("wage_arrears", effective_on, 0, 0, 0, known_on=known_on, source=source)


@pytest.mark.parametrize("reversed_order", [False, True])
@pytest.mark.parametrize(
    ("earlier", "later", "months"),
    [
        # A month that still runs was spoken of no later than it was told.
        (
            nil(date(2026, 11, 30), HRSS, known_on=date(2026, 11, 10)),
            Report("wage_arrears", date(2026, 11, 22), months=4, workers=120, source=HRSS),
            4,
        ),
        # Nobody withdraws what somebody else has seen.
        (
            Report("wage_arrears", date(2026, 11, 20), months=4, workers=120, source=STREET),
            nil(date(2026, 11, 22), HRSS),
            4,
        ),
        (
            Report("wage_arrears", date(2026, 11, 20), months=3, source=STREET),
            Report("wage_arrears", date(2026, 11, 22), months=1, source=HRSS),
            3,
        ),
        # Whoever told it may say that it was paid.
        (
            Report("wage_arrears", date(2026, 11, 20), months=4, source=STREET),
            nil(date(2026, 11, 22), STREET),
            None,
        ),
        # A report in the month that follows proves one month more than the one before told.
        (
            Report("wage_arrears", date(2026, 10, 31), months=3, source=HRSS),
            Report("wage_arrears", date(2026, 11, 22), workers=5, source=HRSS),
            4,
        ),
    ],
)
def test_arrears_stand_until_whoever_told_of_them_says_otherwise(
    earlier: Report, later: Report, months: int | None, *, reversed_order: bool
) -> None:
    reports = [later, earlier] if reversed_order else [earlier, later]
    assert measures_of(reports, TODAY).get("wage_arrears.months") == months


@pytest.mark.parametrize("milder_on", [date(2026, 10, 20), date(2026, 10, 25), date(2026, 11, 10)])
@pytest.mark.parametrize("reversed_order", [False, True])
def test_a_milder_event_takes_nothing_back(milder_on: date, *, reversed_order: bool) -> None:
    reports = [
        Report("arbitration_case:individual", date(2026, 10, 20), workers=12),
        Report("arbitration_case:individual", milder_on, workers=1),
        Report("court_enforcement", date(2026, 10, 20), detail={"dishonest_debtor": 1}),
        Report("court_enforcement", milder_on, detail={"dishonest_debtor": 0}),
        Report("licence_change", date(2026, 10, 20), detail={"deregistration": 1}),
        Report("licence_change", milder_on),
    ]
    measures = measures_of(reports[::-1] if reversed_order else reports, TODAY)
    assert measures["arbitration_case:individual.workers"] == 12
    assert measures["court_enforcement.dishonest_debtor"] == 1
    assert measures["licence_change.deregistration"] == 1


def test_an_event_stands_to_its_last_valid_day_though_milder_ones_follow() -> None:
    reports = [
        Report("arbitration_case:individual", date(2026, 5, 26), workers=12),
        Report("arbitration_case:individual", date(2026, 5, 28), workers=1),
    ]
    last_day = date(2026, 5, 26) + timedelta(days=180)
    assert measures_of(reports, last_day)["arbitration_case:individual.workers"] == 12
    assert measures_of(reports, last_day + timedelta(days=1))["arbitration_case:individual.workers"] == 1


def test_reports_of_one_day_give_the_greatest_of_each_figure() -> None:
    measures = measures_of(
        [
            Report("wage_arrears", date(2026, 11, 10), amount_cny=100, months=1, workers=50),
            Report("wage_arrears", date(2026, 11, 10), amount_cny=150, months=1, workers=2),
        ],
        TODAY,
    )
    assert (measures["wage_arrears.amount_cny"], measures["wage_arrears.workers"]) == (150, 50)


def test_sum_adds_amounts_to_the_fen_and_takes_the_greatest_months() -> None:
    facts = facts_of(
        [
            Report("rent_arrears", date(2026, 11, 3), amount_cny=0.1, months=2),
            Report("rent_arrears", date(2026, 11, 9), amount_cny=0.2, months=1),
        ]
    )
    summing = facts.catalogue.combine.copy()
    summing[facts.catalogue.position["rent_arrears"]] = 1
    facts = replace(facts, catalogue=replace(facts.catalogue, combine=summing))
    measures = feature_rows(facts, TODAY).measures()[0]
    assert (measures["rent_arrears.amount_cny"], measures["rent_arrears.months"]) == (0.3, 2)


def test_count_counts_reports_and_keeps_the_greatest_case() -> None:
    measures = measures_of(
        [
            Report("arbitration_case:individual", date(2026, 11, 1), workers=4),
            Report("arbitration_case:individual", date(2026, 11, 2), workers=12),
            Report("arbitration_case:individual", date(2026, 7, 1)),
        ],
        TODAY,
    )
    assert measures["arbitration_case:individual.workers"] == 12
    assert measures["arbitration_case:individual.count_30d"] == 2
    assert measures["arbitration_case:individual.count_90d"] == 2
    assert measures["arbitration_case:individual.count_180d"] == 3


@pytest.mark.parametrize(
    ("ends", "months"),
    [
        ([date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 30)], 2),
        ([date(2026, 8, 31), date(2026, 10, 31), date(2026, 11, 30)], 1),
        ([date(2025, 12, 31), date(2026, 11, 30)], 0),
    ],
)
def test_months_that_nobody_gave_are_those_that_reports_in_a_row_prove(ends: list[date], months: int) -> None:
    reports = [Report("wage_arrears", end, amount_cny=5_000, known_on=end.replace(day=1)) for end in ends]
    assert measures_of(reports, TODAY)["wage_arrears.months"] == months


def test_a_cleared_month_breaks_the_run() -> None:
    amounts = {7: 500, 8: 500, 9: 0, 10: 500, 11: 500}
    reports = [
        Report("wage_arrears", date(2026, month, 5), amount_cny=amount) for month, amount in amounts.items()
    ]
    assert measures_of(reports, TODAY)["wage_arrears.months"] == 1


def test_a_report_of_nothing_clears_the_arrears_but_not_the_record() -> None:
    measures = measures_of(
        [
            Report("wage_arrears", date(2026, 10, 31), amount_cny=9_000, months=2, workers=5),
            Report("wage_arrears", date(2026, 11, 15), amount_cny=0, months=0, workers=0),
        ],
        TODAY,
    )
    assert measures == {
        "wage_arrears.count_30d": 1,
        "wage_arrears.count_90d": 1,
        "wage_arrears.count_180d": 1,
    }


def test_an_observation_stands_until_its_validity_ends() -> None:
    report = [Report("wage_arrears", date(2026, 8, 1), months=2)]
    last_day = date(2026, 8, 1) + timedelta(days=92)
    assert measures_of(report, last_day)["wage_arrears.active"] == 1
    assert "wage_arrears.active" not in measures_of(report, last_day + timedelta(days=1))


def test_details_are_measures_while_the_observation_stands() -> None:
    cut_off = Report("power_use_drop", date(2026, 11, 1), detail={"drop_percent": 0, "cut_off": 1})
    assert measures_of([cut_off], TODAY)["power_use_drop.cut_off"] == 1
    assert measures_of([cut_off], TODAY)["power_use_drop.active"] == 1
    assert "power_use_drop.cut_off" not in measures_of([cut_off], date(2027, 6, 1))


def test_a_drop_of_nothing_is_no_drop() -> None:
    assert measures_of([Report("power_use_drop", date(2026, 11, 1), detail={"drop_percent": 0})], TODAY) == {}


def test_an_event_without_figures_is_active_whatever_its_optional_details_deny() -> None:
    report = Report("court_enforcement", date(2026, 11, 1), detail={"dishonest_debtor": 0})
    measures = measures_of([report], TODAY)
    assert (measures["court_enforcement.active"], measures["court_enforcement.dishonest_debtor"]) == (1, 0)


def test_a_title_that_was_lost_protects_no_longer() -> None:
    lost = Report("harmonious_award", date(2026, 11, 1), detail={"awarded": 0})
    assert "harmonious_award.active" not in measures_of([lost], TODAY)


def test_the_running_month_counts_from_its_first_day_and_a_later_one_does_not() -> None:
    running = Report("wage_arrears", date(2026, 11, 30), months=1, known_on=date(2026, 11, 2))
    assert measures_of([running], date(2026, 11, 2))["wage_arrears.count_30d"] == 1
    early = replace(running, known_on=date(2026, 10, 30))
    assert measures_of([early], date(2026, 10, 31)) == {}


_TOLD = st.builds(
    Report,
    st.sampled_from(["wage_arrears", "rent_arrears", "complaint"]),
    st.dates(date(2026, 9, 1), date(2026, 11, 30)),
    months=st.integers(0, 4),
    workers=st.integers(0, 60),
    source=st.integers(1, 2),
)


@given(st.lists(_TOLD, min_size=1, max_size=8), st.data())
def test_when_signals_were_told_plays_no_part(reports: list[Report], data: st.DataObject) -> None:
    days = st.lists(st.dates(date(2026, 9, 1), TODAY), min_size=len(reports), max_size=len(reports))
    one, other = (
        feature_rows(
            facts_of([replace(told, known_on=on) for told, on in zip(reports, data.draw(days), strict=True)]),
            TODAY,
        )
        for _ in range(2)
    )
    assert same(one, other)


def test_corroboration_hears_risks_alone() -> None:
    rows = feature_rows(
        facts_of(
            [
                Report("complaint", date(2026, 11, 12)),
                Report("harmonious_award", date(2026, 11, 20), detail={"awarded": 1}),
                Report("wage_arrears", date(2026, 11, 21), amount_cny=0),
            ]
        ),
        TODAY,
    )
    assert rows.grave_age_days.tolist() == [10]


def test_no_enterprise_and_no_signal_give_empty_answers() -> None:
    assert feature_rows(facts_of([], enterprises=()), TODAY).measures() == []
    quiet = feature_rows(facts_of([], enterprises=(1, 2)), TODAY)
    assert (quiet.measures(), quiet.evidence()) == ([{}, {}], [(), ()])


_figures = st.one_of(st.just(np.nan), st.just(0.0), st.floats(0.01, 1e7).map(lambda value: round(value, 2)))
_reports = st.builds(
    Report,
    series=st.sampled_from(
        ["wage_arrears", "power_use_drop", "complaint", "harmonious_award", "court_enforcement"]
    ),
    effective_on=st.dates(date(2026, 8, 1), date(2026, 12, 31)),
    amount_cny=_figures,
    months=_figures,
    workers=_figures,
    known_on=st.dates(date(2026, 8, 1), date(2026, 12, 31)),
    detail=st.dictionaries(
        st.sampled_from(["drop_percent", "cut_off", "awarded"]), st.sampled_from([0.0, 1.0, 60.0])
    ),
    enterprise_id=st.integers(1, 4),
    source=st.integers(0, 2),
)
_lists = st.lists(_reports, max_size=25)


def _by_enterprise(facts: Facts) -> Facts:
    """Number signals apart from their order, so that evidence can be compared."""
    return replace(facts, signal_seq=facts.signal_seq * 0)


@settings(max_examples=80, deadline=None)
@given(_lists, st.randoms(use_true_random=False))
def test_the_order_of_signals_changes_nothing(reports: list[Report], chance: "np.random.Generator") -> None:
    shuffled = list(reports)
    chance.shuffle(shuffled)
    first = feature_rows(_by_enterprise(facts_of(reports, 50, (1, 2, 3, 4))), TODAY)
    second = feature_rows(_by_enterprise(facts_of(shuffled, 50, (1, 2, 3, 4))), TODAY)
    assert same(first, second)


@settings(max_examples=80, deadline=None)
@given(_lists)
def test_the_whole_is_the_sum_of_its_chunks(reports: list[Report]) -> None:
    whole = feature_rows(_by_enterprise(facts_of(reports, 50, (1, 2, 3, 4))), TODAY)
    parts = [
        feature_rows(
            _by_enterprise(facts_of([one for one in reports if one.enterprise_id in ids], 50, ids)), TODAY
        )
        for ids in ((1,), (2, 3), (4,))
    ]
    assert np.array_equal(whole.features, np.concatenate([part.features for part in parts]))
    assert whole.measures() == [measures for part in parts for measures in part.measures()]
    assert whole.evidence() == [evidence for part in parts for evidence in part.evidence()]


@settings(max_examples=80, deadline=None)
@given(_lists, _reports, st.dates(date(2026, 8, 1), date(2026, 12, 30)))
def test_what_becomes_known_later_changes_nothing(reports: list[Report], late: Report, as_of: date) -> None:
    late = replace(late, known_on=as_of + timedelta(days=1))
    before = feature_rows(facts_of(reports, 50, (1, 2, 3, 4)), as_of)
    assert same(before, feature_rows(facts_of([*reports, late], 50, (1, 2, 3, 4)), as_of))


def test_feature_names_are_unique_and_match_the_columns() -> None:
    rows = feature_rows(facts_of([Report("wage_arrears", TODAY, months=2)]), TODAY)
    names = catalogue().feature_names
    assert len(set(names)) == len(names) == rows.features.shape[1]
    assert rows.features[0, names.index("wage_arrears.months")] == 2
