"""Puts the stage up, runs the scenarios one after the other, and takes everything down."""

import asyncio
import gc
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from rich.console import Console

from benchmarks import bulk, circle, federation, latency, reassess, singles, worklist
from benchmarks.cpu import Meter
from benchmarks.district import District, Sizes, prepare
from benchmarks.floor_app import TABLES
from benchmarks.memory import PeakMemory
from benchmarks.processes import floor_server, platform
from benchmarks.results import Aim, Result
from benchmarks.stage import Stage, department_tokens
from shared.db.embedded import EmbeddedPostgres
from shared.kernel.clock import SystemClock, shanghai_day

Scenario = Callable[[Stage], Awaitable[list[Result]]]

SCENARIOS: Mapping[str, tuple[str, Scenario]] = {
    # First, while the coordinators have room for more warnings.
    "circle": ("全流程 / the full circle", circle.measure),
    "bulk": ("批量报送 / bulk intake", bulk.measure),
    "single": ("逐条报送 / one signal per request", singles.measure),
    "latency": ("信号到预警 / signal to warning", latency.measure),
    "reassess": ("全区重评 / whole district again", reassess.measure),
    "worklist": ("任务清单 / worklist", worklist.measure),
    "federation": ("机构往来 / exchange between institutions", federation.measure),
}
# They put up installations of their own, whose memory is not the platform's.
APART = ("federation",)
MEMORY_AIM_MIB = 600


class Progress:
    """Says on standard error what is going on, and since when."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._began = time.monotonic()

    def __call__(self, doing: str) -> None:
        self._console.print(f"[dim]{time.monotonic() - self._began:6.1f} s[/dim]  {doing}")


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures that were found, the platform's peak memory with them, and why the other scenarios gave none."""

    results: list[Result] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)


async def run(sizes: Sizes, names: Sequence[str], profile: Path | None) -> Measured:
    """Measure the named scenarios."""
    say = Progress()
    end_as_by_ctrl_c()
    folder = Path(tempfile.mkdtemp(prefix="lew-bench-"))
    try:
        with EmbeddedPostgres(folder, durable=True) as server:
            say("准备区情：企业、历史信号、人员 / preparing the district: enterprises, past signals, people")
            today = shanghai_day(SystemClock().now())
            district = await prepare(server.url, folder / "world", sizes, today)
            measured = await _measured(server.url, folder, district, sizes, names, profile, say)
            say("收尾 / taking everything down")
        return measured
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def end_as_by_ctrl_c() -> None:
    """Let SIGTERM cancel the run, so that it too takes down what was started."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


async def _measured(
    url: str,
    folder: Path,
    district: District,
    sizes: Sizes,
    names: Sequence[str],
    profile: Path | None,
    say: Progress,
) -> Measured:
    measured = Measured()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(connected(url))
        await database.execute(TABLES)
        say("启动平台与参照应用 / starting the platform and the bare application")
        running = await stack.enter_async_context(platform(folder, profile))
        floor = await stack.enter_async_context(floor_server(url, folder))
        memory = stack.enter_context(PeakMemory(running.pid, postmaster_of(folder)))
        await until_staffed(database, len(district.coordinators))
        say("训练模型，全区首次评估 / training the model, assessing everybody once")
        await train(folder)
        tokens = await department_tokens(running.address, district)
        cpu = Meter((running.pid,), postmaster_of(folder))
        stage = Stage(running.address, floor.address, database, url, district, sizes, tokens, cpu)
        # What was built so far stays: the collector need not look at it while answers are timed.
        gc.collect()
        gc.freeze()
        await _measure(stage, [name for name in names if name not in APART], measured, say)
        measured.results.append(_memory(memory))
        await _measure(stage, [name for name in names if name in APART], measured, say)
    return measured


async def _measure(stage: Stage, names: Sequence[str], measured: Measured, say: Progress) -> None:
    for name in names:
        try:
            measured.results.extend(await _scenario(name, stage, say))
        except (AssertionError, OSError) as error:
            # What was measured before stands, and what comes after is measured all the same.
            measured.failures[name] = repr(error)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Give the benchmark's own connection, of which the platform does not know."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


def postmaster_of(folder: Path) -> int:
    """Return the process id of a data folder's PostgreSQL."""
    return int((folder / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])


async def until_staffed(database: asyncpg.Connection, coordinators: int) -> None:
    """Wait until the platform's relay has told the warning service of everybody."""
    async with asyncio.timeout(60):
        while await database.fetchval("SELECT count(*) FROM warning.coordinators") < coordinators:  # noqa: ASYNC110  another process's doing
            await asyncio.sleep(0.1)


async def train(folder: Path) -> None:
    """Train in a process of its own, as an operator does: neither the platform nor the load is the larger for it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services", "model", "train", "--data", str(folder), stdout=subprocess.DEVNULL
    )
    try:
        assert await process.wait() == 0, "the model could not be trained"
    finally:
        # Were it to outlive a cancelled run, it would keep PostgreSQL alive.
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _scenario(name: str, stage: Stage, say: Progress) -> list[Result]:
    title, measure = SCENARIOS[name]
    await stage.until_assessed()
    say(title)
    return await measure(stage)


def _memory(memory: PeakMemory) -> Result:
    peak = memory.peak
    return Result(
        name="内存峰值 / peak memory",
        value=peak.total,
        unit="MiB",
        aim=Aim("value at most", MEMORY_AIM_MIB),
        parameters={
            "platform_mib": round(peak.platform, 1),
            "postgres_mib": round(peak.postgres, 1),
            "processes": peak.processes,
            "samples": memory.samples,
            "measured": "sum of PSS of the platform and every PostgreSQL process, at its highest during the runs",
        },
    )
