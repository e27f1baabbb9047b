"""`python -m benchmarks`: measures the platform beside its floors, all in one run."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from benchmarks.district import FULL, QUICK
from benchmarks.results import show, write
from benchmarks.run import SCENARIOS, run

INTERRUPTED = 130
_NAMES = ", ".join(SCENARIOS)


def main(
    quick: Annotated[  # noqa: FBT002  Typer makes --flags of boolean parameters
        bool,
        typer.Option(
            "--quick",
            help="小规模试跑，约半分钟，数字仅供检查 / a small run of half a minute, to see that it works",
        ),
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(help=f"只测所列项目，可重复 / only these, repeatable: {_NAMES}", show_default=False),
    ] = None,
    output: Annotated[Path, typer.Option(help="结果写入此文件 / where the results go")] = Path(
        "build/bench.json"
    ),
    profile: Annotated[
        Path | None,
        typer.Option(
            help="用 cProfile 运行平台，剖析写入此文件；数字因此偏低 / run the platform under cProfile, slower"
        ),
    ] = None,
) -> None:
    """测量平台性能并与参照并列 / measure the platform beside its floors; about four minutes on 2 cores."""
    unknown = [name for name in only or () if name not in SCENARIOS]
    if unknown:
        raise typer.BadParameter(
            f"没有这一项 / no such scenario: {', '.join(unknown)} ({_NAMES})", param_hint="--only"
        )
    names = [name for name in SCENARIOS if not only or name in only]
    try:
        measured = uvloop.run(run(QUICK if quick else FULL, names, profile))
    except (KeyboardInterrupt, asyncio.CancelledError):
        typer.echo("已中止 / stopped", err=True)
        raise typer.Exit(INTERRUPTED) from None
    write(measured.results, output)
    show(measured.results)
    typer.echo(f"已写入 / written: {output}")
    for name, why in measured.failures.items():
        typer.echo(f"未测得 / not measured: {name}: {why}", err=True)
    if measured.failures:
        raise typer.Exit(1)


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
    app.command()(main)
    app()
