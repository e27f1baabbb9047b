"""`labour-warning demo-part`: one process of a demo over Kafka, a service in one role, on the demo's clock.

A command of its own, which needs nothing of what the others of the demo load.
"""

import os
import sys
from pathlib import Path
from threading import Thread

import typer
import uvloop

from services.commands.faults import explained
from services.commands.serve import serve, specs_of
from shared.observability import logging
from shared.runtime.host import Host
from shared.runtime.settings import CommonSettings
from shared.runtime.supervisor import Role
from simulation.ahead import AheadClock
from simulation.demo.folder import DemoFolder, Stage
from simulation.demo.pauses import pause_by

app = typer.Typer(name="demo-part", hidden=True)


@app.callback(invoke_without_command=True)
def part(service: str, role: Role, data: Path) -> None:
    """运行演示区的一个进程，由 demo start 启动 / one process of a demo over Kafka; `demo start` runs it."""
    with explained():
        run_part(service, role, data)


def run_part(service: str, role: Role, data: Path) -> None:
    """Serve until SIGTERM, or until whoever started it is gone. Raises what `serve` raises."""
    Thread(target=_end_with_the_demo, name="life-line", daemon=True).start()
    settings, clock = CommonSettings(), AheadClock(data)
    logging.configure(settings.log_level, stream=settings.log_file)

    async def first_warnings() -> str | None:
        live = DemoFolder(data).stage is Stage.LIVE
        return None if live else "the first warnings are not assigned yet"

    def fit(made: Host) -> None:
        pause_by(clock, made)
        if service == "gateway":
            made.gates["first_warnings"] = first_warnings

    uvloop.run(serve(specs_of([service]), settings, role, clock=clock, fit=fit))


def _end_with_the_demo() -> None:
    """Standard input ends with the process that holds its other end, however that came about."""
    sys.stdin.buffer.read()
    os._exit(1)
