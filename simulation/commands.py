"""`labour-warning demo …`: the simulated district."""

import asyncio
import os
import secrets
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from services.commands.database import DEFAULT_FOLDER, embedded_address, open_databases
from services.commands.faults import explained
from shared.contracts.warning import TownCount
from shared.kernel.clock import SystemClock, shanghai_day
from shared.kernel.divisions import division_name
from simulation.demo.buses import BusName
from simulation.demo.district import ENTERPRISES, MONTHS
from simulation.demo.folder import remove
from simulation.demo.people import as_listed, read_people
from simulation.demo.run import Wish
from simulation.demo.run import start as start_demo
from simulation.demo.screen import Screen
from simulation.demo.table import open_by_town, show_table
from simulation.federation.run import Places
from simulation.federation.run import run as run_federation
from simulation.files import write_world
from simulation.world import build_world

demo = typer.Typer(name="demo", no_args_is_help=True, help="演示区 / the simulated district on this machine")

DEFAULT_PORT = 8080
LARGEST_PORT = 65_535
DataFolder = Annotated[
    Path, typer.Option("--data", envvar="DATA", help="数据目录 / data folder", show_default=True)
]


def _port(written: str | int) -> int:
    """Return the port. Raises BadParameter in words that also fit `make demo PORT=…`."""
    text = str(written)
    if text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= LARGEST_PORT:
        return int(text)
    raise typer.BadParameter(
        f"端口须为 1 至 {LARGEST_PORT} 的整数 / PORT is a whole number from 1 to {LARGEST_PORT}"
    )


@demo.command("start")
def start(
    port: Annotated[
        int, typer.Option(parser=_port, metavar="PORT", help="端口 / port on 127.0.0.1")
    ] = DEFAULT_PORT,
    data: DataFolder = DEFAULT_FOLDER,
    enterprises: Annotated[
        int, typer.Option(min=100, max=200_000, help="企业数，首次启动有效 / enterprises, at the first start")
    ] = ENTERPRISES,
    bus: Annotated[
        BusName,
        typer.Option(help="单进程，或经 Kafka 的八个进程 / one process, or eight of them over Kafka"),
    ] = BusName.LOCAL,
) -> None:
    """运行演示区，直到 Ctrl-C / run the simulated district until Ctrl-C."""
    with explained():
        status = start_demo(Wish(port, data, enterprises, _program(), bus))
    sys.stdout.flush()
    # Not by returning: that would wait for a thread that still trains, for a model that nobody wants any more.
    os._exit(status)


@demo.command("federation")
def federation(
    port: Annotated[int, typer.Option(min=1, max=65_535, envvar="PORT", help="本区端口 / our port")] = 8080,
    data: DataFolder = DEFAULT_FOLDER,
    port2: Annotated[
        int, typer.Option(min=1, max=65_535, envvar="PORT2", help="邻区端口 / the neighbour's port")
    ] = 8081,
    data2: Annotated[Path, typer.Option(envvar="DATA2", help="邻区数据目录 / the neighbour's folder")] = Path(
        ".demo2"
    ),
    enterprises: Annotated[
        int, typer.Option(min=100, max=200_000, help="本区企业数，首次启动有效 / ours, at the first start")
    ] = ENTERPRISES,
    keep: Annotated[  # noqa: FBT002  Typer makes a flag of it
        bool, typer.Option("--keep", help="完成后继续运行，直到 Ctrl-C / go on until Ctrl-C")
    ] = False,
) -> None:
    """启动邻区，把一件协助事项送去并取回 / start a neighbour, and walk a request across and back.

    此次新建的邻区目录（DATA2）结束后删除。 / A neighbour's folder (DATA2) that is made here is deleted at the end.
    """
    with explained():
        status = run_federation(Places(port, data, port2, data2, enterprises), _program(), keep=keep)
    raise typer.Exit(status)


@demo.command("accounts")
def accounts(
    data: DataFolder = DEFAULT_FOLDER,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,  # noqa: FBT002  Typer makes a flag of it
) -> None:
    """列出演示账号与部门凭据 / list the accounts and the departments' credentials."""
    with explained():
        people = read_people(data)
    if as_json:
        typer.echo(as_listed(people).decode())
        return
    officials = [
        (one.role, one.username, one.password, division_name(one.division)) for one in people.officials
    ]
    machines = [(one.role, one.client_id, one.client_secret, one.source) for one in people.departments]
    Screen().rows([*officials, *machines])


@demo.command("table")
def table(data: DataFolder = DEFAULT_FOLDER) -> None:
    """按街镇列出未结预警 / list open warnings by town."""
    with explained():
        read_people(data)
        with embedded_address(data) as url:
            towns = asyncio.run(_towns(url))
    show_table(Screen(), towns)


async def _towns(url: str) -> list[TownCount]:
    async with open_databases(url) as databases:
        return await open_by_town(databases["warning"])


@demo.command("reset")
def reset(data: DataFolder = DEFAULT_FOLDER) -> None:
    """删除演示数据；运行中或不是演示目录时拒绝 / remove the demo's data; refused while it runs."""
    with explained():
        removed = remove(data)
    typer.echo(f"已删除 / removed: {data}" if removed else f"没有演示数据 / nothing there: {data}")


@demo.command("write-world")
def write_files(
    folder: Annotated[Path, typer.Argument(help="写入的目录 / folder to write to")],
    enterprises: Annotated[int, typer.Option(min=100, help="企业数 / enterprises")] = ENTERPRISES,
    months: Annotated[int, typer.Option(min=2, max=60, help="月数 / months")] = MONTHS,
    seed: Annotated[int | None, typer.Option(help="随机种子，缺省随机 / seed, random unless given")] = None,
    today: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="日期，缺省今天 / the day it is"),
    ] = None,
) -> None:
    """生成一个模拟区的文件，不运行 / write the files of a simulated district, and run nothing."""
    day = today.date() if today is not None else shanghai_day(SystemClock().now())
    with explained():
        summary = write_world(
            build_world(secrets.randbelow(2**31) if seed is None else seed, enterprises, months, day), folder
        )
    typer.echo(f"{folder}: {summary['counts']}")


def _program() -> str:
    """Return how the person called us, so that a line can be copied from the screen."""
    called = Path(sys.argv[0])
    if called.name != "labour-warning":
        return "labour-warning"
    here = Path.cwd()
    return str(called.relative_to(here)) if called.is_relative_to(here) else str(called)
