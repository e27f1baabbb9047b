"""`departments`: machine credentials of the departments that report."""

from typing import Annotated

import typer

from services.commands.database import Databases, DataFolder, run_with_databases
from services.gateway.domain.accounts import NewDepartment
from services.gateway.usecases.add_department import ClientCredentials, add_department
from services.gateway.usecases.disable_department import disable_department
from services.warning.usecases.indicator_registry import IndicatorRegistry
from shared.kernel.divisions import MINHANG
from shared.kernel.errors import DomainError, FieldProblem

BY = "command line"

app = typer.Typer(name="departments", no_args_is_help=True, help="来源部门 / departments")

Source = Annotated[str, typer.Argument(help="来源编号 / source id")]


class IndicatorsUnknown(DomainError):
    """A department may only be given indicators that are registered."""

    code = "indicators_unknown"


@app.command("add")
def add(
    source: Source,
    indicators: Annotated[str, typer.Option(help="可报送的指标，逗号分隔 / indicators, separated by commas")],
    division: Annotated[str, typer.Option(help="辖区代码 / code of the jurisdiction")] = MINHANG,
    data: DataFolder = None,
) -> None:
    """新建来源部门；凭据只显示一次 / add a department; its credentials are shown once."""
    named = tuple(name.strip() for name in indicators.split(",") if name.strip())
    given = run_with_databases(
        data, lambda databases: _add(databases, NewDepartment(source, named, division))
    )
    typer.echo(f"client_id: {given.client_id}")
    typer.echo(f"client_secret: {given.client_secret}")
    typer.echo("请妥善保存，client_secret 不再显示 / keep it: the secret is not shown again")


@app.command("disable")
def disable(source: Source, data: DataFolder = None) -> None:
    """停用来源部门，立即生效 / disable a department at once."""
    run_with_databases(data, lambda databases: _disable(databases, source))
    typer.echo(f"已停用 / disabled: {source}")


async def _add(databases: Databases, new: NewDepartment) -> ClientCredentials:
    async with databases["warning"].read() as reading:
        known = await IndicatorRegistry().current(reading)
    unknown = ", ".join(name for name in new.indicators if name not in known)
    if unknown:
        raise IndicatorsUnknown(
            fields=[
                FieldProblem(
                    "indicators", "unknown", f"没有登记的指标：{unknown}。", f"Not registered: {unknown}."
                )
            ]
        )
    async with databases["gateway"].write() as tx:
        return await add_department(tx, new, BY)


async def _disable(databases: Databases, source: str) -> None:
    async with databases["gateway"].write() as tx:
        await disable_department(tx, source, BY)
