"""`enterprises import`: takes a register into the system."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from services.commands.database import Databases, DataFolder, run_with_databases
from services.commands.faults import explained
from services.commands.import_report import RowResult, Sink, Tally, keep_apart, report_file
from services.warning.schemas.enterprise_files import Claimed, read_enterprises
from services.warning.usecases.import_enterprises import import_enterprises
from shared.db.tx import Database, WriteTx

CHUNK = 2_000
RESULTS = ("created", "updated", "unchanged", "overridden", "refused")
_SHORTEST_REASON = 2
T = TypeVar("T")
_Row = tuple[int, str, Claimed]

app = typer.Typer(name="enterprises", no_args_is_help=True, help="企业 / enterprises")


class _DryRun(Exception):
    """Ends a dry run's transaction without a commit."""


@app.callback()
def _enterprises() -> None:
    """企业 / enterprises."""


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="UTF-8 的 CSV：工商登记表或本系统表 / register or our table")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只检查，不写入 / check only, write nothing")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="逐行结果写入此 CSV / write a result per row to this CSV")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="以 JSON 输出统计 / print the counts as JSON")
    ] = False,
    override_reason: Annotated[
        str | None,
        typer.Option(
            help="保留校验未过的 15 位注册号和个体工商户，并记录此理由"
            " / keep 15-digit numbers and sole traders that fail the check, for this reason"
        ),
    ] = None,
    data: DataFolder = None,
) -> None:
    """导入企业，逐行给出结果 / import enterprises, with a result for every row."""
    if override_reason is not None and len(override_reason.strip()) < _SHORTEST_REASON:
        raise typer.BadParameter("请写明理由 / state the reason", param_hint="--override-reason")
    tally = Tally(RESULTS)
    with explained():
        keep_apart(report, file)
        rows = read_enterprises(file)
        with report_file(report) as sink:
            run_with_databases(
                data, lambda databases: _import(databases, rows, override_reason, [tally.add, sink], dry_run)
            )
    tally.show(as_json=as_json, dry_run=dry_run)


async def _import(
    databases: Databases,
    rows: Iterator[_Row],
    override_reason: str | None,
    sinks: Sequence[Sink],
    dry_run: bool,
) -> None:
    if dry_run:
        await _try(databases["warning"], rows, override_reason, sinks)
        return
    for chunk in chunks(rows, CHUNK):
        async with databases["warning"].write() as tx:
            results = await _take(tx, chunk, override_reason)
        for sink in sinks:
            sink(results)


async def _try(
    database: Database, rows: Iterator[_Row], override_reason: str | None, sinks: Sequence[Sink]
) -> None:
    """Do everything in one transaction, so that rows see those before them, and take it back."""
    try:
        async with database.write() as tx:
            for chunk in chunks(rows, CHUNK):
                results = await _take(tx, chunk, override_reason)
                for sink in sinks:
                    sink(results)
            raise _DryRun
    except _DryRun:
        return


async def _take(tx: WriteTx, chunk: Sequence[_Row], override_reason: str | None) -> list[RowResult]:
    imported = await import_enterprises(tx, [claimed for _, _, claimed in chunk], override_reason)
    return [
        RowResult(number, one.uscc or code, one.status, one.refusal)
        for (number, code, _), one in zip(chunk, imported, strict=True)
    ]


def chunks(rows: Iterator[T], size: int) -> Iterator[list[T]]:
    """Cut rows into lists of at most `size`."""
    while chunk := list(islice(rows, size)):
        yield chunk
