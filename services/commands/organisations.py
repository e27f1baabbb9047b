"""`organisations`: the mediation network of a district that goes live, and who works in it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from services.commands.database import DataFolder, run_with_databases
from services.commands.faults import explained
from services.commands.import_report import RowResult, Tally
from services.mediation.domain.organisations import OrganisationInvalid
from services.mediation.schemas.organisations import OPTIONAL, REQUIRED, claim_of_row
from services.mediation.service import read_policies
from services.mediation.usecases.keep_organisations import (
    OrganisationClaim,
    add_mediator,
    list_organisations,
    remove_mediator,
    write_organisation,
)
from services.mediation.usecases.timing import Timing, TimingSource
from services.warning.schemas.csv_files import Layout, TableRow, layout_of, read_table
from shared.contracts.mediation import OrganisationOut, OrganisationStaff
from shared.db.tx import Database, WriteTx
from shared.kernel.divisions import MINHANG
from shared.kernel.errors import DomainError
from shared.kernel.paging import MAX_LIMIT, page_of

RESULTS = ("created", "updated", "unchanged", "refused")
LAYOUT = Layout("调解组织 / organisations", REQUIRED, OPTIONAL)

app = typer.Typer(name="organisations", no_args_is_help=True, help="调解组织 / mediation organisations")

Code = Annotated[str, typer.Argument(help="组织代码 / the organisation's code")]
Username = Annotated[str, typer.Argument(help="调解员用户名 / the mediator's user name")]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print as JSON")]


class _DryRun(Exception):
    """Ends a dry run's transaction without a commit."""


@app.command("import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            help="UTF-8 的 CSV，表头 / with the header: code, name, tier, division"
            " [, grid_cells, zone, industry, uscc, enabled]"
            "；tier 为 / is district, town, park, enterprise；grid_cells 以空格分隔 / separated by spaces"
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只检查，不写入 / check only, write nothing")
    ] = False,
    as_json: AsJson = False,
    data: DataFolder = None,
) -> None:
    """导入调解组织，已有代码的更新 / import organisations; a known code is updated."""
    tally = Tally(RESULTS)
    with explained():
        layout_of(file, (LAYOUT,))
    results = run_with_databases(
        data, lambda databases: _import(databases["mediation"], read_table(file), dry_run=dry_run)
    )
    tally.add(results)
    tally.show(as_json=as_json, dry_run=dry_run)
    if not as_json:
        for one in results:
            if one.refusal is not None:
                typer.echo(f"  第 {one.number} 行 / row {one.number} ({one.code}): {_told(one.refusal)}")


@app.command("list")
def show(as_json: AsJson = False, data: DataFolder = None) -> None:
    """列出调解组织 / list the organisations."""
    found = run_with_databases(data, lambda databases: _read(databases["mediation"]))
    if as_json:
        typer.echo(json.dumps([one.model_dump(mode="json") for one in found], ensure_ascii=False))
        return
    for one in found:
        staff = ", ".join(one.mediators) or "无调解员 / nobody"
        off = "" if one.enabled else "  停用 / disabled"
        typer.echo(f"{one.code:14} {one.tier:10} {one.division:9} {one.name}  [{staff}]{off}")


@app.command("staff")
def staff(
    code: Code,
    username: Username,
    remove: Annotated[bool, typer.Option("--remove", help="撤下而非配备 / detach instead")] = False,
    data: DataFolder = None,
) -> None:
    """为组织配备或撤下调解员 / attach a mediator to an organisation, or detach one."""
    done = run_with_databases(
        data, lambda databases: _staff(databases["mediation"], code, username, remove=remove)
    )
    typer.echo(f"{done.code}: {', '.join(done.mediators) or '无调解员 / nobody'}")


def _told(refusal: DomainError) -> str:
    return "；".join(f"{one.message_zh} / {one.message_en}" for one in refusal.fields) or str(refusal)


async def _import(db: Database, rows: Iterator[TableRow], *, dry_run: bool) -> list[RowResult]:
    """Take all rows or, on a dry run, none; a refused row keeps nobody else out."""
    results: list[RowResult] = []
    try:
        async with db.write() as tx:
            timing = await TimingSource(read_policies()).now(tx)
            results = [await _take(tx, row, timing) for row in rows]
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return results


async def _take(tx: WriteTx, row: TableRow, timing: Timing) -> RowResult:
    code = row.cells.get("code", "").strip()
    try:
        return RowResult(row.number, code, await write_organisation(tx, _claim(row), timing))
    except DomainError as refusal:
        return RowResult(row.number, code, "refused", refusal)


def _claim(row: TableRow) -> OrganisationClaim:
    if row.fault is not None:
        raise OrganisationInvalid(fields=[row.fault])
    return claim_of_row(row.cells)


async def _read(db: Database) -> list[OrganisationOut]:
    found: list[OrganisationOut] = []
    cursor: str | None = None
    async with db.read() as tx:
        while True:
            page = await list_organisations(tx, MINHANG, page_of(MAX_LIMIT, cursor))
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                return found


async def _staff(db: Database, code: str, username: str, *, remove: bool) -> OrganisationStaff:
    async with db.write() as tx:
        if remove:
            timing = await TimingSource(read_policies()).now(tx)
            return await remove_mediator(tx, code, username, timing)
        return await add_mediator(tx, code, username)
