"""`python -m benchmarks.kafka`: from the topic of signals to assigned warnings, over a real broker."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from benchmarks.kafka.run import FULL, QUICK, run
from benchmarks.results import show, write

INTERRUPTED = 130


def main(
    quick: Annotated[  # noqa: FBT002  Typer makes --flags of boolean parameters
        bool,
        typer.Option("--quick", help="小规模试跑，数字仅供检查 / a small run, to see that it works"),
    ] = False,
    output: Annotated[Path, typer.Option(help="结果写入此文件 / where the results go")] = Path(
        "build/bench-kafka.json"
    ),
) -> None:
    """经 Kafka 测量：时延、吞吐、随企业数增长的成本 / over Kafka: latency, rate, and what a larger register costs."""
    try:
        results = uvloop.run(run(QUICK if quick else FULL))
    except (KeyboardInterrupt, asyncio.CancelledError):
        typer.echo("已中止 / stopped", err=True)
        raise typer.Exit(INTERRUPTED) from None
    write(results, output)
    show(results)
    typer.echo(f"已写入 / written: {output}")


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
    app.command()(main)
    app()
