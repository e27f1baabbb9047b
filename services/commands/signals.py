"""`signals import`: takes signals from a file under a department's source."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from services.commands.database import Databases, DataFolder, run_with_databases
from services.commands.enterprises import chunks
from services.commands.faults import explained
from services.commands.import_report import RowResult, Sink, Tally, keep_apart, report_file
from services.gateway.usecases.keep_departments import department_of
from services.warning.schemas.signal_files import read_signals
from services.warning.usecases.indicator_registry import IndicatorRegistry
from services.warning.usecases.record_signals import MOST_SIGNALS, record_signals
from services.warning.usecases.signal_drafts import Sender
from services.warning.usecases.store_signals import Told

RESULTS = ("accepted", "duplicate", "held", "refused")
_Row = tuple[int, str, Told]

app = typer.Typer(name="signals", no_args_is_help=True, help="信号 / signals")


@app.callback()
def _signals() -> None:
    """信号 / signals."""


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="UTF-8 的 CSV / a CSV in UTF-8")],
    source: Annotated[str, typer.Option(help="来源部门编号 / the department's source id")],
    report: Annotated[
        Path | None, typer.Option(help="逐行结果写入此 CSV / write a result per row to this CSV")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="以 JSON 输出统计 / print the counts as JSON")
    ] = False,
    data: DataFolder = None,
) -> None:
    """导入信号，逐行给出结果 / import signals, with a result for every row."""
    tally = Tally(RESULTS)
    with explained():
        keep_apart(report, file)
        rows = read_signals(file, source)
        with report_file(report) as sink:
            run_with_databases(data, lambda databases: _import(databases, source, rows, [tally.add, sink]))
    tally.show(as_json=as_json)


async def _import(databases: Databases, source: str, rows: Iterator[_Row], sinks: Sequence[Sink]) -> None:
    """Take the rows as the department's own: one that is misspelt would tell everything a second time."""
    async with databases["gateway"].read() as tx:
        sender = Sender(source, (await department_of(tx, source)).indicators)
    registry = IndicatorRegistry()
    for chunk in chunks(rows, MOST_SIGNALS):
        async with databases["warning"].write() as tx:
            told = [one for _, _, one in chunk]
            outcomes = await record_signals(tx, [sender] * len(told), told, await registry.current(tx))
        results = [
            RowResult(number, code, outcome.status, outcome.refusal)
            for (number, code, _), outcome in zip(chunk, outcomes, strict=True)
        ]
        for sink in sinks:
            sink(results)
