"""`indicators`: lists the registry, and adds to it: an indicator is data, not code."""

import json
from pathlib import Path
from typing import Annotated

import typer

from services.commands.database import Databases, DataFolder, run_with_databases
from services.commands.faults import explained
from services.warning.domain.indicators import Indicator
from services.warning.schemas.csv_files import FileUnusable
from services.warning.usecases.indicator_registry import IndicatorRegistry
from services.warning.usecases.publish_indicators import Published, publish_indicators
from shared.contracts.base import JsonObject

app = typer.Typer(name="indicators", no_args_is_help=True, help="指标 / indicators")


@app.command("list")
def show(
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print as JSON")] = False,
    data: DataFolder = None,
) -> None:
    """列出指标目录 / list the registry."""
    known = run_with_databases(data, _read)
    if as_json:
        typer.echo(json.dumps([_facts(one) for one in known], ensure_ascii=False))
        return
    for one in known:
        names, senders = f"{one.name_zh} / {one.name_en}", ", ".join(one.source_departments)
        typer.echo(f"{one.id:28} {names}  [{senders}]  {one.effective_from} 起 / from")


@app.command("add")
def add(
    file: Annotated[Path, typer.Argument(help="指标文件（JSON） / a JSON file of indicators")],
    data: DataFolder = None,
) -> None:
    """登记指标，或自文件所载生效日期起替换 / add indicators, or replace them from the file's effective date on."""
    with explained():
        document = _document(file)
    done = run_with_databases(data, lambda databases: _publish(databases, document))
    typer.echo(f"自 / from: {document['effective_from']}")
    typer.echo(f"新增 / added: {', '.join(done.added) or '-'}")
    typer.echo(f"替换 / replaced: {', '.join(done.replaced) or '-'}")
    typer.echo(f"保持 / kept: {', '.join(done.kept) or '-'}")


def _document(file: Path) -> JsonObject:
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise FileUnusable(f"找不到文件：{file}", f"No such file: {file}") from None
    except ValueError as error:
        raise FileUnusable(
            f"不是有效的 JSON：{file}（{error}）", f"This is not valid JSON: {file} ({error})"
        ) from None
    if not isinstance(document, dict):
        raise FileUnusable(f"须为 JSON 对象：{file}", f"The file holds no JSON object: {file}")
    return document


async def _read(databases: Databases) -> list[Indicator]:
    async with databases["warning"].read() as tx:
        return list((await IndicatorRegistry().current(tx)).values())


async def _publish(databases: Databases, document: JsonObject) -> Published:
    async with databases["warning"].write() as tx:
        return await publish_indicators(tx, document)


def _facts(one: Indicator) -> dict[str, object]:
    return {
        "id": one.id,
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "unit": one.unit,
        "source_departments": one.source_departments,
        "effective_from": one.effective_from.isoformat(),
    }
