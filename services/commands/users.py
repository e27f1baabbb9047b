"""`users`: the first accounts of officials, their end, and what undoes it."""

import secrets
import sys
from typing import Annotated
from uuid import UUID

import typer

from services.commands.database import Databases, DataFolder, run_with_databases
from services.gateway.domain.accounts import NewAccount
from services.gateway.usecases.add_accounts import ROLES, add_accounts
from services.gateway.usecases.disable_account import disable_account, enable_account
from services.gateway.usecases.password_hashing import Passwords
from shared.kernel.divisions import MINHANG

BY = "command line"
_PASSWORD_BYTES = 12

app = typer.Typer(name="users", no_args_is_help=True, help="用户 / users")

Username = Annotated[str, typer.Argument(help="用户名 / user name")]


@app.command("add")
def add(
    username: Username,
    role: Annotated[str, typer.Option(help="角色 / role: " + ", ".join(sorted(ROLES)))],
    division: Annotated[
        str,
        typer.Option(
            help="辖区代码；town_officer 与 grid_coordinator 须填街镇代码"
            " / code of the jurisdiction; a town officer or grid coordinator needs their town's"
        ),
    ] = MINHANG,
    grid_cells: Annotated[str, typer.Option(help="网格，逗号分隔 / grid cells, separated by commas")] = "",
    deputy_cells: Annotated[str, typer.Option(help="代管网格 / grid cells as deputy")] = "",
    password_stdin: Annotated[
        bool,
        typer.Option("--password-stdin", help="从标准输入读取密码 / read the password from standard input"),
    ] = False,
    data: DataFolder = None,
) -> None:
    """新建用户；未给密码时生成一个，只显示一次 / add a user; a generated password is shown once."""
    password = (
        sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(_PASSWORD_BYTES)
    )
    new = NewAccount(username, password, role, division, _cells(grid_cells), _cells(deputy_cells))
    run_with_databases(data, lambda databases: _add(databases, new))
    typer.echo(f"已新建用户 / added: {username}")
    if not password_stdin:
        typer.echo(f"密码（仅显示这一次）/ password, shown this once: {password}")


@app.command("disable")
def disable(username: Username, data: DataFolder = None) -> None:
    """停用用户，立即生效 / disable a user at once."""
    run_with_databases(data, lambda databases: _disable(databases, username))
    typer.echo(f"已停用 / disabled: {username}")


@app.command("enable")
def enable(username: Username, data: DataFolder = None) -> None:
    """重新启用用户，密码不变 / enable a user again, with the password as it was."""
    run_with_databases(data, lambda databases: _enable(databases, username))
    typer.echo(f"已启用 / enabled: {username}")


def _cells(text: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in text.split(",") if cell.strip())


async def _add(databases: Databases, new: NewAccount) -> list[UUID]:
    return await add_accounts(databases["gateway"], Passwords(), [new], BY)


async def _disable(databases: Databases, username: str) -> None:
    async with databases["gateway"].write() as tx:
        await disable_account(tx, username, BY)


async def _enable(databases: Databases, username: str) -> None:
    async with databases["gateway"].write() as tx:
        await enable_account(tx, username, BY)
