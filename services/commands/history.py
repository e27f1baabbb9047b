"""`history import`: loads a district's past before it goes live."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from services.commands.database import Databases, DataFolder, run_with_databases
from services.commands.faults import explained
from services.warning.schemas.history_files import read_history, rows_in
from services.warning.usecases.indicator_registry import IndicatorRegistry
from services.warning.usecases.load_history import History, Loaded, load_history

_PARTS = {
    "enterprises": "企业 / enterprises",
    "signals": "信号 / signals",
    "outcomes": "事件 / outcomes",
    "warnings": "预警 / warnings",
}

app = typer.Typer(name="history", no_args_is_help=True, help="历史数据 / history")


@app.callback()
def _history() -> None:
    """历史数据 / history."""


@app.command("import")
def import_folder(
    folder: Annotated[
        Path,
        typer.Argument(
            help="含 enterprises.csv、signals.ndjson、outcomes.csv、warnings.csv 的目录 / a folder with these files"
        ),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="以 JSON 输出统计 / print the counts as JSON")
    ] = False,
    data: DataFolder = None,
) -> None:
    """载入上线前的历史：不评估、不预警 / load the past before going live: nothing of it is assessed or warned of."""
    with explained():
        past, sizes = read_history(folder), rows_in(folder)
        loaded = run_with_databases(data, lambda databases: _load(databases, past, sizes))
    if as_json:
        typer.echo(json.dumps(loaded.parts, ensure_ascii=False))
        return
    for part, counts in loaded.parts.items():
        typer.echo(
            f"{_PARTS[part]}: " + ", ".join(f"{name} {count}" for name, count in counts.items() if count)
        )


async def _load(databases: Databases, past: History, sizes: dict[str, int]) -> Loaded:
    with _bars() as bars:
        tasks: dict[str, TaskID] = {
            part: bars.add_task(name, total=sizes[part]) for part, name in _PARTS.items()
        }
        async with databases["warning"].write() as tx:
            indicators = await IndicatorRegistry().current(tx)
            return await load_history(
                tx, past, indicators, lambda part, done: bars.update(tasks[part], completed=done)
            )


def _bars() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))
