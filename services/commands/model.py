"""`labour-warning model`: train the risk model from the stored history and put it in force."""

import asyncio
import csv
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from services.commands.database import Databases, DataFolder, run_with_databases
from services.commands.faults import explained
from services.warning.ml.on_demand import (
    Factory,
    Trainer,
    backtest_history,
    compare_models,
    evaluate_history,
    history_to_parquet,
    train_history,
)
from services.warning.service import read_policies
from services.warning.settings import WarningSettings
from services.warning.usecases.export_history import export_history
from services.warning.usecases.export_labels import export_labels
from services.warning.usecases.reference_data import ReferenceData
from services.warning.usecases.train_model import collect_material, install_model
from services.warning.usecases.train_model import train as train_candidate
from shared.db.tx import Database

app = typer.Typer(name="model", help="风险模型 / the risk model", no_args_is_help=True)


@app.callback()
def model() -> None:
    """风险模型 / the risk model."""


@app.command()
def labels(
    out: Annotated[
        Path | None, typer.Option(help="CSV 文件，缺省为标准输出 / a file, else standard output")
    ] = None,
    data: DataFolder = None,
) -> None:
    """导出已结预警的标签及发出时所知 / what closed warnings taught, with what was known when they were raised."""

    async def work(found: Databases) -> int:
        async with found["warning"].read() as tx:
            with (
                nullcontext(sys.stdout)
                if out is None
                else out.open("w", encoding="utf-8", newline="") as file
            ):
                return await export_labels(tx, csv.writer(file))

    written = run_with_databases(data, work)
    typer.echo(f"{written} 条标签 / labels", err=True)


History = Annotated[
    Path,
    typer.Option(help="事件历史：CSV、.csv.gz 或 Parquet / a history of events: CSV, .csv.gz or Parquet"),
]
Outcome = Annotated[
    str, typer.Option(help="结果的类别，以逗号分隔，或 any / kinds of the outcome, with commas, or any")
]
HorizonDays = Annotated[int, typer.Option(min=1, max=3_660, help="预测天数 / how many days ahead")]
Cutoff = Annotated[
    datetime, typer.Option(formats=["%Y-%m-%d"], help="截止日，只用当日已知 / the day up to which is known")
]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]


@app.command("export-history")
def export(
    out: Annotated[Path, typer.Option(help="写入的文件：.csv、.csv.gz 或 .parquet / the file to write")],
    data: DataFolder = None,
    as_json: AsJson = False,
) -> None:
    """导出全部事件：何时发生、何时获知 / write all events, with when they happened and when they became known."""

    async def work(found: Databases) -> int:
        async with found["warning"].read() as tx:
            return await export_history(tx, out, history_to_parquet)

    written = run_with_databases(data, work)
    told = json.dumps({"file": str(out), "events": written}, ensure_ascii=False)
    typer.echo(told if as_json else f"{written} 个事件 / events: {out}")


@app.command()
def train(
    data: DataFolder = None,
    card: Annotated[bool, typer.Option(help="打印模型卡 / print the card")] = False,
    history: History | None = None,
    outcome: Outcome | None = None,
    horizon_days: HorizonDays | None = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="只用到这一天为止已知 / learn from what was known by this day"
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="模型存入的新目录 / the new folder of the model")] = None,
    as_json: AsJson = False,
) -> None:
    """用已存历史训练模型并启用 / train from the stored history and put the model in force.

    给出 --history 时，用该文件训练并存入 --out，不启用。 / With --history: from that file, into --out, not in force.
    """
    if history is None:

        async def work(found: Databases) -> str:
            return await train_and_install(found["warning"])

        told = run_with_databases(data, work)
        typer.echo(told if card else told.partition("\n")[0].lstrip("# "))
        return
    if outcome is None or horizon_days is None or until is None or out is None:
        raise typer.BadParameter(
            "与 --history 一起还须给出 / with --history give also: --outcome, --horizon-days, --until, --out"
        )
    with explained():
        facts = train_history(history, outcome, horizon_days, until.date(), out)
    _tell_ignored(facts.pop("ignored_columns"))
    shown = ("events", "training_rows", "base_rate", "share_of_trees", "until")
    typer.echo(
        json.dumps(facts, ensure_ascii=False)
        if as_json
        else f"{out}: " + ", ".join(f"{name} {_figure(facts[name])}" for name in shown)
    )


@app.command()
def evaluate(
    history: History,
    outcome: Outcome,
    horizon_days: HorizonDays,
    cutoff: Cutoff,
    model: Annotated[
        Path | None,
        typer.Option(help="model train --out 存入的目录，缺省为就地训练 / a trained model's folder"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """在一份事件历史上评估：只用截止日已知，考截止日之后 / learn from what was known, measured on what followed."""
    with explained():
        report = evaluate_history(history, outcome, horizon_days, cutoff.date(), model)
    _tell_ignored(report.pop("ignored_columns"))
    typer.echo(json.dumps(report, ensure_ascii=False) if as_json else _table([report]))


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="model train --out 存入的目录 / a trained model's folder")],
    second: Annotated[Path, typer.Argument(help="与之比较的另一个 / the one that is compared with it")],
    history: History,
    cutoff: Cutoff,
    as_json: AsJson = False,
) -> None:
    """在同一窗口上逐企业比较两个模型 / two stored models on a window that neither saw, enterprise by enterprise."""
    with explained():
        report = compare_models(first, second, history, cutoff.date())
    _tell_ignored(report.pop("ignored_columns"))
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
        return
    both = [{"model": first.name, **report["first"]}, {"model": second.name, **report["second"]}]
    typer.echo(_table(both, "model"))
    gain, interval = report["relative_gain"], report["relative_gain_ci95"]
    if gain is not None:
        typer.echo(f"平均精度相对提高 / relative gain: {gain:+.1%} [{interval[0]:+.1%}, {interval[1]:+.1%}]")


@app.command()
def backtest(
    history: History,
    outcome: Outcome,
    horizon_days: HorizonDays,
    cutoff: Cutoff,
    windows: Annotated[int, typer.Option(min=1, max=50, help="向前几个窗口 / how many windows back")] = 5,
    as_json: AsJson = False,
) -> None:
    """在多个截止日上回测，相隔一个预测期 / the same at earlier cut-offs too, one horizon apart."""
    with explained():
        reports = backtest_history(history, outcome, horizon_days, cutoff.date(), windows)
    typer.echo(json.dumps(reports, ensure_ascii=False) if as_json else _table(reports))


def _tell_ignored(columns: Sequence[str]) -> None:
    if columns:
        typer.echo(f"未使用的列 / ignored columns: {', '.join(columns)}", err=True)


def _table(reports: Sequence[Mapping[str, Any]], of: str = "cutoff") -> str:
    """Return a line per window, or per model: what a person compares first."""
    shown = [of, "n", "base_rate", "average_precision", "roc_auc", "ece", "mean_predicted"]
    lines = [" ".join(f"{name:>18}" for name in (*shown, "best_baseline"))]
    for one in reports:
        best = max((value for value in one["baselines"].values() if value is not None), default=None)
        lines.append(" ".join(f"{_figure(value):>18}" for value in (*map(one.get, shown), best)))
    return "\n".join(lines)


def _figure(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str("" if value is None else value)


async def train_and_install(db: Database) -> str:
    """Train, score everybody once, put the model in force; return its card. Raises NotEnoughOutcomes."""
    factory = Factory()
    reference_data = ReferenceData(read_policies(WarningSettings().policy_file), factory)
    async with db.read() as tx:
        reference = await reference_data.current(tx)
        material = await collect_material(tx, reference)
    candidate = await asyncio.to_thread(train_candidate, material, reference, Trainer(), factory)
    async with db.write() as tx:
        await install_model(tx, candidate, reference)
    return candidate.trained.card
