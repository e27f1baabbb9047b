from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from services.warning.ml.card import model_card
from services.warning.ml.facts import EnterpriseColumns, SignalColumns, facts_from_columns
from services.warning.ml.history import (
    TrainingHistory,
    days_of,
    draw_sample,
    history_from_chunk,
    outcomes_after,
)
from services.warning.ml.metrics import calibration_error, measure
from services.warning.ml.on_demand import Factory
from services.warning.ml.train import NotEnoughOutcomes, TrainedModel, TrainingSettings, train
from tests.ml.district import CUTOFFS, catalogue, chunk_of, district, indicators
from tests.ml.reports import Report, facts_of

_DAY = date(2026, 6, 1)


def _history(enterprises: int, positives: int) -> TrainingHistory:
    """Return enterprises without headcount, industry or any signal, the first of which have an outcome."""
    facts = facts_from_columns(catalogue(), EnterpriseColumns(enterprise_id=np.arange(enterprises)))
    occurred = days_of([_DAY + timedelta(days=20)] * positives)
    return TrainingHistory(facts, np.arange(positives), occurred, occurred)


def test_the_hold_out_beats_chance_and_is_calibrated(trained: TrainedModel) -> None:
    metrics = trained.metrics
    assert metrics["roc_auc"] > 0.75
    assert metrics["lift_at"]["0.01"] > 10
    assert metrics["ece"] < 0.02
    assert metrics["average_precision"] > 10 * metrics["base_rate"]
    assert set(metrics["baselines"]) == {"count_90d", "logreg"}


def test_the_same_history_and_seed_give_the_same_model(history: TrainingHistory) -> None:
    settings = TrainingSettings(trees=10, max_rows=3_000)
    one, other = (train(history, CUTOFFS[:2], seed=5, settings=settings) for _ in range(2))
    chunk = chunk_of(history.facts)
    first, second = (Factory().load(it.artifact, it.sha256, indicators()) for it in (one, other))
    assert one.version == other.version
    assert first.score(chunk, CUTOFFS[-1], 90) == second.score(chunk, CUTOFFS[-1], 90)


def test_too_few_outcomes_are_said_clearly() -> None:
    with pytest.raises(NotEnoughOutcomes, match="3 enterprises with an outcome"):
        train(_history(50, 3), [_DAY])


@pytest.mark.parametrize("positives", [0, 50])
def test_a_single_class_is_not_enough(positives: int) -> None:
    with pytest.raises(NotEnoughOutcomes):
        train(_history(50, positives), [_DAY])


def test_columns_wholly_missing_still_train_to_the_base_rate() -> None:
    trained = train(_history(2_000, 100), [_DAY])
    model = Factory().load(trained.artifact, trained.sha256, indicators())
    scores = [one.score for one in model.score(chunk_of(facts_of([], enterprises=(1, 2))), _DAY, 90)]
    assert scores == pytest.approx([0.05, 0.05], abs=0.01)


def test_fifty_rows_train() -> None:
    facts = facts_of(
        [Report("wage_arrears", _DAY, months=3, enterprise_id=one) for one in range(22)], 30, tuple(range(50))
    )
    occurred = days_of([_DAY + timedelta(days=9)] * 20)
    history = TrainingHistory(facts, np.arange(20), occurred, occurred)
    trained = train(history, [_DAY], settings=TrainingSettings(min_positives=20))
    model = Factory().load(trained.artifact, trained.sha256, indicators())
    scores = [one.score or 0 for one in model.score(chunk_of(facts), _DAY, 90)]
    assert min(scores[:22]) > max(scores[22:])
    assert "未作评估" in model_card(trained.artifact)


def test_an_outcome_counts_after_the_cutoff_up_to_the_horizon_and_once_known() -> None:
    days = [_DAY, _DAY + timedelta(days=1), _DAY + timedelta(days=90), _DAY + timedelta(days=91)]
    history = history_from_chunk(
        chunk_of(facts_of([], enterprises=(1, 2, 3, 4))),
        indicators(),
        [(at + 1, day, day + timedelta(days=30)) for at, day in enumerate(days)],
    )
    assert outcomes_after(history, _DAY, 90, None).tolist() == [False, True, True, False]
    assert outcomes_after(history, _DAY, 90, _DAY + timedelta(days=40)).tolist() == [
        False,
        True,
        False,
        False,
    ]


def test_a_sample_keeps_every_positive_and_the_true_numbers(history: TrainingHistory) -> None:
    sample = draw_sample(history, CUTOFFS[:2], 90, None, max_rows=1_500, seed=0)
    positives = sum(int(outcomes_after(history, cutoff, 90, None).sum()) for cutoff in CUTOFFS[:2])
    assert int(sample.outcome.sum()) == positives
    assert sample.weight.sum() == pytest.approx(2 * len(history.facts.enterprise_id))
    assert len(sample.outcome) <= 1_500


def test_signals_known_after_the_last_cutoff_teach_nothing() -> None:
    history = district(enterprises=1_500, seed=3)
    after = history.facts.known_on > days_of([CUTOFFS[1]])[0]
    raised = np.where(after, history.facts.workers * 50, history.facts.workers)
    changed = replace(history, facts=replace(history.facts, workers=raised))
    settings = TrainingSettings(min_positives=5, trees=10)
    assert (
        train(history, CUTOFFS[:2], settings=settings).version
        == train(changed, CUTOFFS[:2], settings=settings).version
    )


def test_metrics_of_a_window_without_outcomes_are_null() -> None:
    found = measure(np.zeros(40, dtype=np.bool_), np.full(40, 0.1), np.arange(40), {"flat": np.zeros(40)})
    assert (found["roc_auc"], found["average_precision"], found["lift_at"]["0.01"]) == (None, None, None)
    assert found["baselines"] == {"flat": None}


def test_equal_scores_go_by_enterprise_id() -> None:
    outcome = np.array([False, False, True, True])
    found = measure(outcome, np.full(4, 0.5), np.array([9, 8, 1, 2]), {})
    assert found["precision_at"]["0.01"] == 1


def test_calibration_error_is_the_gap_weighted_by_bin() -> None:
    outcome = np.array([False] * 10 + [True] * 10)
    probability = np.array([0.1] * 10 + [0.8] * 10)
    assert calibration_error(outcome, probability) == pytest.approx(0.15)


def test_signal_columns_may_be_left_out() -> None:
    facts = facts_from_columns(
        catalogue(),
        EnterpriseColumns(enterprise_id=[3, 1]),
        SignalColumns(enterprise_id=[3], series=["complaint"], effective_on=[20_000]),
    )
    assert facts.enterprise_id.tolist() == [1, 3]
    assert facts.row.tolist() == [1]
    assert facts.known_on.tolist() == [20_000]
