"""`labour-warning model`: train the risk model from the stored history and put it in force."""

import asyncio
import csv
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from services.commands.database import Databases, DataFolder, run_with_databases
from services.warning.ml.on_demand import Factory, Trainer
from services.warning.service import read_policies
from services.warning.settings import WarningSettings
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
def train(
    data: DataFolder = None, card: Annotated[bool, typer.Option(help="打印模型卡 / print the card")] = False
) -> None:
    """用已存历史训练模型并启用 / train from the stored history and put the model in force."""

    async def work(found: Databases) -> str:
        return await train_and_install(found["warning"])

    told = run_with_databases(data, work)
    typer.echo(told if card else told.partition("\n")[0].lstrip("# "))


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
