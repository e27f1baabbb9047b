"""Histories of events in their plain form: read strictly, never seen from later, measured honestly."""

import csv
import gzip
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pytest
from pyarrow import parquet
from typer.testing import CliRunner

from services.commands.model import app
from services.warning.ml.days import day_number
from services.warning.ml.histories.compare import compare_files
from services.warning.ml.histories.evaluate import evaluate_file
from services.warning.ml.histories.events import EventHistory, HistoryUnusable
from services.warning.ml.histories.files import read_history
from services.warning.ml.histories.learn import Sample, _share_of_trees, learn
from services.warning.ml.histories.rows import Question, layout_at, outcomes, rows_at, universe
from services.warning.ml.histories.stored import ModelUnusable, load, train_file

COLUMNS = ("enterprise_id", "kind", "occurred_on", "amount", "workers", "industry")
CUTOFF = date(2020, 1, 1)
FIGURES = {
    *("n", "base_rate", "roc_auc", "average_precision", "average_precision_ci95", "precision_at", "lift_at"),
    *("recall_at", "brier", "ece", "mean_predicted", "baselines", "unseen_outcome_share", "train_rows"),
    *("seconds", "peak_mb"),
}
Row = tuple[object, ...]


def written(path: Path, rows: Sequence[Row], columns: Sequence[str] = COLUMNS) -> Path:
    with gzip.open(path, "wt") if path.suffix == ".gz" else path.open("w") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


def habitual(enterprises: int, seed: int = 0) -> list[Row]:
    """Return five years in which one in ten is often in arrears, and the others hardly ever are."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for number in range(enterprises):
        for _ in range(rng.poisson(14 if number % 10 == 0 else 0.7)):
            day = date(2016, 1, 1) + timedelta(days=int(rng.integers(0, 5 * 365)))
            kind = "wage_arrears" if rng.random() < 0.7 else "inspection_finding"
            rows.append(
                (f"e{number}", kind, day, "", int(rng.integers(1, 40)), f"{int(rng.integers(10, 20))}")
            )
    return rows


@pytest.fixture(scope="module")
def history_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("history") / "habitual.csv.gz", habitual(700))


@pytest.mark.parametrize(
    ("columns", "row", "told"),
    [
        (("enterprise_id", "kind"), ("a", "b"), "lacks the column(s) occurred_on"),
        (COLUMNS, ("a", "b", "2020-13-01", "", "", ""), "Line 2"),
        (COLUMNS, ("a", "b", "0001-01-01", "", "", ""), "from 1900 to 2199"),
        (COLUMNS, ("a", "b", "2020-01-01", "much", "", ""), "amount is no number"),
        (COLUMNS, ("", "b", "2020-01-01", "", "", ""), "no enterprise_id"),
        (COLUMNS, ("a", "b"), "too few columns"),
    ],
)
def test_what_is_no_history_is_refused_with_its_line(
    tmp_path: Path, columns: Sequence[str], row: Row, told: str
) -> None:
    with pytest.raises(HistoryUnusable) as refused:
        read_history(written(tmp_path / "history.csv", [row], columns))
    assert told in refused.value.message_en


def test_a_file_that_csv_does_not_allow_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "h.csv"
    file.write_text(",".join(COLUMNS) + "\n" + "e" * 200_000 + ",wage_arrears,2020-01-01,,,\n")
    with pytest.raises(HistoryUnusable, match="no sound CSV file"):
        read_history(file)


def test_whose_neighbours_had_outcomes_is_known_from_their_places(tmp_path: Path) -> None:
    kinds = ("wage_arrears", "inspection_finding")
    rows = [
        (f"e{number}", kinds[number % 2], f"{year}-06-01", f"310112{101 + number % 2}001")
        for number in range(200)
        for year in (2017, 2018, 2019)
    ]
    file = written(tmp_path / "h.csv", rows, ("enterprise_id", "kind", "occurred_on", "division"))
    history, cutoff = read_history(file), day_number(CUTOFF)
    found = rows_at(history, Question(("wage_arrears",), 365), layout_at(history, cutoff), cutoff)
    unhappy = np.array([int(history.ids[one][1:]) % 2 == 0 for one in found.enterprise])
    for name, differs in (("division_6", False), ("division_9", True), ("division_12", True)):
        rate = found.features[:, found.names.index(name)]
        assert bool(rate[unhappy].min() > rate[~unhappy].max()) is differs


def test_columns_that_are_missing_are_unknown_and_others_are_ignored(tmp_path: Path) -> None:
    columns = ("note", "occurred_on", "kind", "enterprise_id")
    history = read_history(written(tmp_path / "h.csv", [("x", "2020-01-01", "a", "e1")], columns))
    assert history.ignored == ("note",)
    assert np.isnan(history.amount).all()
    assert history.industries == ()


def test_parquet_says_what_csv_says(history_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "h.parquet"
    table = arrow_csv.read_csv(
        history_file, convert_options=arrow_csv.ConvertOptions(column_types={"industry": "string"})
    )
    moments = table["occurred_on"].cast(pa.timestamp("us"))
    at = table.column_names.index("occurred_on")
    parquet.write_table(table.set_column(at, "occurred_on", moments), file)
    plain, same = read_history(history_file), read_history(file)
    assert (same.ids, same.kinds, same.industries) == (plain.ids, plain.kinds, plain.industries)
    for name in (
        "enterprise",
        "kind",
        "industry",
        "division",
        "occurred_on",
        "known_on",
        "amount",
        "workers",
    ):
        assert np.array_equal(getattr(same, name), getattr(plain, name), equal_nan=True), name


def test_what_is_no_parquet_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "h.parquet"
    file.write_bytes(b"PAR1 it is not")
    with pytest.raises(HistoryUnusable, match="no usable Parquet"):
        read_history(file)


QUESTION = Question(("wage_arrears",), 182)
DAY = (CUTOFF - date(1970, 1, 1)).days


def known_until(history: EventHistory, day: int) -> EventHistory:
    """Return the history as it would have been read on that day."""
    kept = history.known_by(day)
    parts = ("enterprise", "kind", "industry", "division", "occurred_on", "known_on", "amount", "workers")
    return replace(history, **{name: getattr(history, name)[kept] for name in parts})


def test_nothing_that_was_not_known_at_the_cut_off_is_seen(history_file: Path) -> None:
    history = read_history(history_file)
    late = np.random.default_rng(1).integers(0, 200, len(history))
    history = replace(history, known_on=(history.occurred_on + late).astype(np.int32))
    then = known_until(history, DAY)
    layout = layout_at(history, DAY)
    assert layout == layout_at(then, DAY)
    whole, early = rows_at(history, QUESTION, layout, DAY), rows_at(then, QUESTION, layout, DAY)
    assert (whole.enterprise == early.enterprise).all()
    assert whole.names == early.names
    assert np.allclose(whole.features, early.features)


def test_universe_and_label_have_the_edges_that_are_agreed(tmp_path: Path) -> None:
    days = {"too old": -730, "oldest": -729, "newest": 0, "first": 1, "last": 182, "too late": 183}
    rows = [(name, "wage_arrears", CUTOFF + timedelta(days=days[name]), "", "", "") for name in days]
    history = read_history(written(tmp_path / "h.csv", rows))
    assert [history.ids[at] for at in universe(history, DAY)] == ["oldest", "newest"]
    came = outcomes(history, QUESTION, DAY)
    assert [name for name, one in zip(history.ids, came, strict=True) if one] == ["first", "last"]


def test_a_model_ranks_the_habitual_first_and_its_figures_are_whole(history_file: Path) -> None:
    report = evaluate_file(history_file, "wage_arrears", 182, CUTOFF)
    assert report.keys() >= FIGURES
    assert report["lift_at"]["0.05"] > 2
    assert report["average_precision"] > 0.9 * max(report["baselines"].values())
    low, high = report["average_precision_ci95"]
    assert low < report["average_precision"] < high
    assert abs(report["mean_predicted"] / report["base_rate"] - 1) < 0.3
    assert not report["rules_only"]


@pytest.mark.parametrize(
    ("noise_of_line", "noise_of_trees", "shares"), [(0.0, 0.3, {0.0}), (3.0, 0.0, {0.75, 1.0})]
)
def test_trees_join_only_where_they_clearly_rank_better(
    noise_of_line: float, noise_of_trees: float, shares: set[float]
) -> None:
    rng = np.random.default_rng(0)
    outcome = rng.random(2_000) < 0.1
    truth = rng.normal(size=2_000) + 2 * outcome
    margins = truth[:, None] + rng.normal(size=(2_000, 2)) * [noise_of_line, noise_of_trees]
    numbers = np.arange(len(outcome))
    rising = np.zeros(2, dtype=np.bool_)
    sample = Sample(margins, rising, outcome, np.ones(len(outcome)), numbers, np.zeros_like(numbers))
    assert _share_of_trees(margins, sample, seed=0) in shares


@pytest.mark.parametrize("enterprises", [1, 50])
def test_too_little_to_learn_from_leaves_the_rules_alone(tmp_path: Path, enterprises: int) -> None:
    rows = [(f"e{n}", "wage_arrears", CUTOFF - timedelta(days=n + 1), "", "", "") for n in range(enterprises)]
    report = evaluate_file(written(tmp_path / "h.csv", rows), "any", 182, CUTOFF)
    assert report["rules_only"]
    assert report["n"] == enterprises
    assert report["average_precision"] is None
    assert report["roc_auc"] is None


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_the_command_prints_json_alone_and_a_line_for_what_is_wrong(
    history_file: Path, tmp_path: Path
) -> None:
    asked = ("--outcome", "any", "--horizon-days", "182", "--cutoff", "2020-01-01", "--json")
    told = run("evaluate", "--history", history_file, *asked)
    assert json.loads(told.stdout).keys() >= FIGURES
    back = run("backtest", "--history", history_file, *asked, "--windows", "2")
    assert [one["cutoff"] for one in json.loads(back.stdout)] == ["2020-01-01", "2019-07-03"]
    wrong = run("evaluate", "--history", history_file, "--outcome", "strike", *asked[2:])
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert "No event is of kind strike" in wrong.stderr
    assert run("evaluate", "--history", tmp_path / "none.csv", *asked).exit_code == 1


@pytest.fixture(scope="module")
def model(history_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a model that learnt up to the cut-off."""
    folder = tmp_path_factory.mktemp("models") / "first"
    asked = ("--outcome", "wage_arrears", "--horizon-days", "182", "--until", "2020-01-01", "--out", folder)
    told = run("train", "--history", history_file, *asked, "--json")
    assert json.loads(told.stdout)["until"] == "2020-01-01"
    return folder


def test_a_stored_model_scores_as_one_that_learns_the_same_now(history_file: Path, model: Path) -> None:
    stored = evaluate_file(history_file, "wage_arrears", 182, CUTOFF, model)
    now = evaluate_file(history_file, "wage_arrears", 182, CUTOFF)
    for report in (stored, now):
        del report["seconds"], report["peak_mb"]
    assert stored == now


def test_two_models_are_compared_on_a_window_that_neither_saw(
    history_file: Path, model: Path, tmp_path: Path
) -> None:
    earlier, other = tmp_path / "earlier", tmp_path / "other"
    train_file(history_file, "wage_arrears", 182, CUTOFF - timedelta(days=540), earlier)
    train_file(history_file, "wage_arrears", 90, CUTOFF, other)
    same, report = (compare_files(one, model, history_file, CUTOFF) for one in (model, earlier))
    assert (same["relative_gain"], same["relative_gain_ci95"]) == (0.0, [0.0, 0.0])
    assert report["second"] == same["first"]
    assert report["first"] != report["second"]
    low, high = report["relative_gain_ci95"]
    gain = report["second"]["average_precision"] / report["first"]["average_precision"] - 1
    assert report["relative_gain"] == pytest.approx(gain)
    assert low <= gain <= high
    with pytest.raises(ModelUnusable, match="not what is asked"):
        compare_files(model, other, history_file, CUTOFF)
    shown = run("compare", earlier, model, "--history", history_file, "--cutoff", CUTOFF)
    assert (shown.exit_code, "relative gain" in shown.stdout) == (0, True), shown.output
    told = run("compare", earlier, model, "--history", history_file, "--cutoff", CUTOFF, "--json")
    assert {*json.loads(told.stdout)} == {"first", "second", "relative_gain", "relative_gain_ci95"}


def test_a_graver_event_never_lowers_the_score(history_file: Path) -> None:
    history, rng = read_history(history_file), np.random.default_rng(3)
    # Sizes that speak against an outcome: a model that may would lower the score by them.
    frequent = np.bincount(history.enterprise)[history.enterprise] > 5
    known = rng.gamma(2, np.where(frequent, 1e2, 1e6))
    history = replace(history, amount=np.where(rng.random(len(history)) < 0.8, known, np.nan))
    learnt = replace(learn(history, QUESTION, DAY), share_of_trees=0.5)
    before = learnt.log_odds(rows_at(history, QUESTION, learnt.layout, DAY))
    moved = 0
    for name in ("amount", "workers"):
        size = np.nan_to_num(getattr(history, name))
        graver = np.where(rng.random(len(size)) < 0.3, size * rng.uniform(1, 50, len(size)) + 1, size)
        after = learnt.log_odds(rows_at(replace(history, **{name: graver}), QUESTION, learnt.layout, DAY))
        assert (after >= before - 1e-9).all()
        moved += int((after > before + 1e-9).sum())
    assert moved > 0


@pytest.mark.parametrize(
    ("outcome", "horizon_days", "cutoff", "told"),
    [
        ("wage_arrears", 182, date(2019, 12, 31), "past the cut-off"),
        ("any", 182, CUTOFF, "not what is asked"),
        ("wage_arrears", 90, CUTOFF, "not what is asked"),
    ],
)
def test_a_model_that_saw_the_window_or_foretells_something_else_is_refused(
    history_file: Path, model: Path, outcome: str, horizon_days: int, cutoff: date, told: str
) -> None:
    with pytest.raises(ModelUnusable, match=told):
        evaluate_file(history_file, outcome, horizon_days, cutoff, model)


def test_a_changed_or_missing_model_is_refused_and_no_folder_is_written_over(
    history_file: Path, model: Path, tmp_path: Path
) -> None:
    changed = shutil.copytree(model, tmp_path / "changed")
    (changed / "members.skops").write_bytes(b"x")
    for folder, told in ((changed, "checksum"), (tmp_path / "none", "no model")):
        with pytest.raises(ModelUnusable, match=told):
            load(folder)
    with pytest.raises(ModelUnusable, match="not an empty folder"):
        train_file(history_file, "any", 182, CUTOFF, model)
