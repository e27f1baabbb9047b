"""`labour-warning simulate`: the simulated district lives on."""

from pathlib import Path
from typing import Annotated

import typer

from services.commands.database import DEFAULT_FOLDER
from services.commands.faults import explained
from simulation.living.run import Days
from simulation.living.run import simulate as play

_FASTEST = 100_000


def simulate(
    days: Annotated[int, typer.Option(min=1, max=366, help="天数 / days")] = 1,
    speed: Annotated[str, typer.Option(help="比真实时间快多少倍，或 max / times real time, or max")] = "720",
    data: Annotated[
        Path, typer.Option(envvar="DATA", help="数据目录 / data folder", show_default=True)
    ] = DEFAULT_FOLDER,
    seed: Annotated[
        int | None, typer.Option(help="随机种子，缺省为演示区的 / seed, the demo's by default")
    ] = None,
) -> None:
    """让运行中的演示区继续过日子，Ctrl-C 结束 / let the running demo's district live on; Ctrl-C ends it."""
    with explained():
        status = play(Days(data, days, _times(speed), seed))
    raise typer.Exit(status)


def _times(speed: str) -> float | None:
    """Return how many times as fast as real time, None for as fast as possible."""
    if speed == "max":
        return None
    try:
        times = float(speed)
    except ValueError:
        times = 0.0
    if not 1 <= times <= _FASTEST:
        raise typer.BadParameter(f"1–{_FASTEST:,} 或 / or max", param_hint="--speed")
    return times
