from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from services.warning.domain.ports import RiskModel
from services.warning.ml.facts import Facts
from services.warning.ml.history import TrainingHistory
from services.warning.ml.on_demand import Factory
from services.warning.ml.rules_only import RULES_ONLY
from tests.ml.district import catalogue, chunk_of, indicators
from tests.ml.reports import Report, facts_of

TODAY = date(2026, 7, 1)


def _scores(model: RiskModel, facts: Facts) -> np.ndarray:
    return np.array([one.score for one in model.score(chunk_of(facts), TODAY, 90)])


def _with(facts: Facts, figure: str, values: np.ndarray) -> Facts:
    changed: dict[str, Any] = {figure: values}
    return replace(facts, **changed)


def _first_signals(facts: Facts, generator: np.random.Generator) -> np.ndarray:
    """Return one risk signal of every enterprise that has any, by chance."""
    risks = np.flatnonzero(~catalogue().protective[facts.series])
    generator.shuffle(risks)
    _, first = np.unique(facts.row[risks], return_index=True)
    return risks[first]


@pytest.mark.parametrize("figure", ["months", "amount_cny", "workers"])
@pytest.mark.parametrize("factor", [1.3, 4, 1_000])
def test_raising_a_figure_of_one_signal_never_lowers_a_score(
    model: RiskModel, history: TrainingHistory, figure: str, factor: float
) -> None:
    facts = history.facts
    raised = np.array(getattr(facts, figure))
    chosen = _first_signals(facts, np.random.default_rng(int(factor)))
    raised[chosen] = raised[chosen] * factor + 1
    before, after = _scores(model, facts), _scores(model, _with(facts, figure, raised))
    assert np.all(after >= before)
    # Features are rounded to steps: a rise by a third may lie within one, a fourfold one does not.
    assert factor < 4 or np.any(after > before)


def test_longer_arrears_never_lower_a_score(model: RiskModel) -> None:
    months = [date(2026, month, 28) for month in (6, 5, 4, 3, 2, 1)]
    scores = [
        _scores(
            model, facts_of([Report("wage_arrears", day, amount_cny=50_000) for day in months[:length]], 60)
        )[0]
        for length in range(1, len(months) + 1)
    ]
    assert scores == sorted(scores)


def test_scores_rank_those_in_a_slide_above_the_quiet(model: RiskModel) -> None:
    slide = [Report("wage_arrears", date(2026, 6, 20), months=3, amount_cny=400_000, workers=40)]
    slide += [Report("complaint", date(2026, 6, day)) for day in (3, 9, 17, 25)]
    assert _scores(model, facts_of(slide, 60))[0] > 5 * _scores(model, facts_of([], 60))[0]


def test_a_score_does_not_depend_on_its_chunk(model: RiskModel, history: TrainingHistory) -> None:
    facts = history.facts
    whole = _scores(model, facts)
    mine = facts.row == 17
    alone = facts_of([], enterprises=(int(facts.enterprise_id[17]),))
    detail = np.isin(facts.detail_signal, np.flatnonzero(mine))
    alone = replace(
        alone,
        headcount=facts.headcount[17:18],
        industry=facts.industry[17:18],
        sole_trader=facts.sole_trader[17:18],
        row=facts.row[mine] * 0,
        detail_signal=np.searchsorted(np.flatnonzero(mine), facts.detail_signal[detail]),
        detail_name=facts.detail_name[detail],
        detail_value=facts.detail_value[detail],
        **{
            name: getattr(facts, name)[mine]
            for name in (
                "signal_seq",
                "series",
                "effective_on",
                "known_on",
                "amount_cny",
                "months",
                "workers",
            )
        },
    )
    assert _scores(model, alone)[0] == whole[17]


def test_threads_give_the_same_scores(model: RiskModel, history: TrainingHistory) -> None:
    chunk = chunk_of(history.facts)
    alone = model.score(chunk, TODAY, 90)
    with ThreadPoolExecutor(4) as pool:
        assert all(found == alone for found in pool.map(lambda _: model.score(chunk, TODAY, 90), range(4)))


def test_a_row_says_what_was_read_and_whether_it_corroborates(model: RiskModel) -> None:
    facts = facts_of(
        [
            Report("complaint", date(2026, 5, 1)),
            Report("complaint", date(2026, 6, 30), known_on=date(2026, 7, 2)),
        ]
    )
    near, far = (model.score(chunk_of(facts), TODAY, days)[0] for days in (61, 60))
    assert near.signal_seqs == (0,)
    assert (near.corroborated, far.corroborated) == (True, False)
    assert near.measures["complaint.count_90d"] == 1


def test_reasons_are_at_most_five_gravest_first_with_figures(model: RiskModel) -> None:
    facts = facts_of(
        [
            Report("wage_arrears", date(2026, 6, 20), months=2, amount_cny=400_000, workers=40),
            *(Report("complaint", date(2026, 6, day)) for day in (3, 9, 17)),
            Report("tax_arrears", date(2026, 6, 20), months=1),
            Report("rent_arrears", date(2026, 6, 20), months=1),
            Report("power_use_drop", date(2026, 6, 20), detail={"drop_percent": 62, "cut_off": 1}),
        ],
        headcount=300,
    )
    *reasons, rest = model.explain(chunk_of(facts), TODAY, [1])[1]
    assert rest.feature == "rest"
    contributions = [reason.contribution for reason in reasons]
    assert 2 <= len(reasons) <= 5
    assert contributions == sorted(contributions, reverse=True)
    told = {reason.feature: (reason.sentence_zh, reason.sentence_en) for reason in reasons}
    assert told["wage_arrears"] == (
        "欠薪 2 个月，金额 400,000 元，涉及 40 人",
        "wage arrears: 2 months, CNY 400,000, 40 workers",
    )
    assert told["complaint"] == ("投诉举报 近90天 3 次", "complaint or tip-off: 3 in the last 90 days")


def test_the_contributions_add_up_to_the_score(model: RiskModel, history: TrainingHistory) -> None:
    chunk, ids = chunk_of(history.facts), history.facts.enterprise_id[:200].tolist()
    scores = {one.enterprise_id: one.score for one in model.score(chunk, TODAY, 90)}
    for enterprise_id, reasons in model.explain(chunk, TODAY, ids).items():
        margin = sum(reason.contribution for reason in reasons)
        assert 1 / (1 + np.exp(-margin)) == pytest.approx(scores[enterprise_id], abs=1e-9)


def test_only_asked_enterprises_of_the_chunk_are_explained(
    model: RiskModel, history: TrainingHistory
) -> None:
    ids = history.facts.enterprise_id[[5, 50]].tolist()
    assert sorted(model.explain(chunk_of(history.facts), TODAY, [*ids, 999_999])) == sorted(ids)


def test_no_enterprises_give_no_scores(model: RiskModel) -> None:
    empty = chunk_of(facts_of([], enterprises=()))
    assert list(model.score(empty, TODAY, 90)) == []
    assert model.explain(empty, TODAY, [1]) == {}


def test_rules_only_gives_the_same_measures_and_no_score(model: RiskModel, history: TrainingHistory) -> None:
    rules = Factory().rules_only(indicators())
    chunk = chunk_of(history.facts)
    assert rules.version == RULES_ONLY
    assert [replace(one, score=None) for one in model.score(chunk, TODAY, 90)] == rules.score(
        chunk, TODAY, 90
    )
    assert rules.explain(chunk, TODAY, [10]) == {10: ()}
