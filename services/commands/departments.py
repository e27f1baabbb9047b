"""`departments`: the departments that report: what each may send, and its machine's credentials."""

import json
from collections.abc import Collection, Sequence
from typing import Annotated

import typer

from services.commands.database import Databases, DataFolder, run_with_databases
from services.gateway.domain.accounts import Department, NewDepartment
from services.gateway.usecases.add_department import ClientCredentials, add_department
from services.gateway.usecases.disable_department import disable_department
from services.gateway.usecases.keep_departments import (
    enable_department,
    grant_indicators,
    list_departments,
    renew_secret,
    revoke_indicators,
)
from services.warning.usecases.indicator_registry import IndicatorRegistry
from shared.kernel.divisions import MINHANG
from shared.kernel.errors import DomainError, FieldProblem

BY = "command line"

app = typer.Typer(name="departments", no_args_is_help=True, help="来源部门 / departments")

Source = Annotated[str, typer.Argument(help="来源编号 / source id")]
Indicators = Annotated[
    str, typer.Option("--indicators", help="指标编号，逗号分隔 / ids of indicators, separated by commas")
]


class IndicatorsUnknown(DomainError):
    """A department may only be given indicators that are registered."""

    code = "indicators_unknown"


@app.command("add")
def add(
    source: Source,
    indicators: Indicators,
    division: Annotated[str, typer.Option(help="辖区代码 / code of the jurisdiction")] = MINHANG,
    data: DataFolder = None,
) -> None:
    """新建来源部门；凭据只显示一次 / add a department; its credentials are shown once."""
    new = NewDepartment(source, _names(indicators), division)
    _show(run_with_databases(data, lambda databases: _add(databases, new)))


@app.command("list")
def show(
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print as JSON")] = False,
    data: DataFolder = None,
) -> None:
    """列出来源部门 / list the departments."""
    found = run_with_databases(data, _list)
    if as_json:
        typer.echo(json.dumps([_facts(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        off = "" if one.enabled else "  停用 / disabled"
        typer.echo(f"{one.source:20} {one.client_id:30} [{', '.join(sorted(one.indicators))}]{off}")


@app.command("grant")
def grant(source: Source, indicators: Indicators, data: DataFolder = None) -> None:
    """准许报送更多指标；自下次取得的令牌起生效 / allow further indicators, from the next access token on."""
    allowed = run_with_databases(data, lambda databases: _grant(databases, source, _names(indicators)))
    typer.echo(f"{source}: {', '.join(sorted(allowed))}")
    typer.echo("自下次取得的访问令牌起生效 / holds from the next access token on")


@app.command("revoke")
def revoke(source: Source, indicators: Indicators, data: DataFolder = None) -> None:
    """收回报送指标（Kafka 至令牌到期）/ take indicators away: at once over HTTP, over Kafka when tokens end."""
    left = run_with_databases(data, lambda databases: _revoke(databases, source, _names(indicators)))
    typer.echo(f"{source}: {', '.join(sorted(left))}")


@app.command("renew")
def renew(source: Source, data: DataFolder = None) -> None:
    """换发密钥，只显示一次；原密钥立即失效 / a new secret, shown once; the old one ends.

    已发的令牌：HTTP 立即失效，Kafka 至到期。 / Its tokens end at once over HTTP, by themselves over Kafka.
    """
    _show(run_with_databases(data, lambda databases: _renew(databases, source)))


@app.command("disable")
def disable(source: Source, data: DataFolder = None) -> None:
    """停用来源部门 / disable a department.

    HTTP 立即生效；Kafka 至令牌到期，或先 kafka dismiss。 / Over HTTP at once; over Kafka when its token ends, or after
    `kafka dismiss`.
    """
    run_with_databases(data, lambda databases: _disable(databases, source))
    typer.echo(f"已停用 / disabled: {source}")


@app.command("enable")
def enable(source: Source, data: DataFolder = None) -> None:
    """恢复已停用的来源部门 / let a disabled department send again."""
    run_with_databases(data, lambda databases: _enable(databases, source))
    typer.echo(f"已恢复 / enabled: {source}")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _show(given: ClientCredentials) -> None:
    typer.echo(f"client_id: {given.client_id}")
    typer.echo(f"client_secret: {given.client_secret}")
    typer.echo("请妥善保存，client_secret 不再显示 / keep it: the secret is not shown again")


def _facts(one: Department) -> dict[str, object]:
    return {
        "source": one.source,
        "client_id": one.client_id,
        "division": one.division,
        "indicators": sorted(one.indicators),
        "enabled": one.enabled,
    }


async def _add(databases: Databases, new: NewDepartment) -> ClientCredentials:
    await _check_registered(databases, new.indicators)
    async with databases["gateway"].write() as tx:
        return await add_department(tx, new, BY)


async def _check_registered(databases: Databases, indicators: Collection[str]) -> None:
    async with databases["warning"].read() as tx:
        known = await IndicatorRegistry().current(tx)
    unknown = ", ".join(name for name in indicators if name not in known)
    if unknown or not indicators:
        zh = f"没有登记的指标：{unknown or '-'}；已登记的见 labour-warning indicators list。"
        en = f"Not registered: {unknown or '-'}; labour-warning indicators list shows those that are."
        raise IndicatorsUnknown(fields=[FieldProblem("indicators", "unknown", zh, en)])


async def _list(databases: Databases) -> Sequence[Department]:
    async with databases["gateway"].read() as tx:
        return await list_departments(tx)


async def _grant(databases: Databases, source: str, indicators: Collection[str]) -> frozenset[str]:
    await _check_registered(databases, indicators)
    async with databases["gateway"].write() as tx:
        return await grant_indicators(tx, source, indicators, BY)


async def _revoke(databases: Databases, source: str, indicators: Collection[str]) -> frozenset[str]:
    async with databases["gateway"].write() as tx:
        return await revoke_indicators(tx, source, indicators, BY)


async def _renew(databases: Databases, source: str) -> ClientCredentials:
    async with databases["gateway"].write() as tx:
        return await renew_secret(tx, source, BY)


async def _disable(databases: Databases, source: str) -> None:
    async with databases["gateway"].write() as tx:
        await disable_department(tx, source, BY)


async def _enable(databases: Databases, source: str) -> None:
    async with databases["gateway"].write() as tx:
        await enable_department(tx, source, BY)
