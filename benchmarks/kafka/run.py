"""Puts broker, database and processes up, measures, makes the register larger and measures again."""

import asyncio
import gc
import random
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.cpu import Meter
from benchmarks.district import District, Sizes, prepare
from benchmarks.kafka.feed import Feed, Record, record, records
from benchmarks.kafka.register import grow
from benchmarks.latency import GRAVE_SHARE, QUIET, first_seen, grave
from benchmarks.processes import part
from benchmarks.results import Aim, Result, percentiles
from benchmarks.run import Progress, connected, end_as_by_ctrl_c, postmaster_of, train, until_staffed
from benchmarks.stage import department_tokens, open_warnings, surroundings, until_assessed
from services.catalog import SPECS
from services.commands.serve import token_key
from shared.bus.embedded import JARS, Broker, a_broker
from shared.bus.kafka import KafkaSettings, ensure_topics
from shared.db.embedded import EmbeddedPostgres
from shared.events.topics import TOPICS
from shared.kernel.clock import SystemClock, shanghai_day

PER_SECOND = 300
_BUFFERS = "1GB"
_LONGEST_SECONDS = 120.0
_LOOK_SECONDS = 0.02
_SEED = 20_261_126


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured. registers: enterprises, the first of which the district begins with.

    signals: about so many different enterprises, to see what one costs. sustained: so many at one go.
    """

    registers: Sequence[int]
    signals: int
    sustained: int
    latency_seconds: float
    repeats: int


FULL = Scale((10_000, 100_000, 1_000_000), 8_000, 40_000, 20, 3)
QUICK = Scale((2_000, 4_000), 1_000, 2_000, 3, 1)


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is to measure with."""

    database: asyncpg.Connection
    feed: Feed
    district: District
    tokens: Mapping[str, str]
    cpu: Meter
    broker: str
    scale: Scale
    draw: random.Random


async def run(scale: Scale) -> list[Result]:
    """Measure everything."""
    say = Progress()
    end_as_by_ctrl_c()
    folder = Path(tempfile.mkdtemp(prefix="lew-bench-"))
    broker = a_broker(folder / "kafka", JARS)
    say(f"{broker.name}")
    try:
        broker.start()
        with EmbeddedPostgres(folder, settings={"shared_buffers": _BUFFERS}) as server:
            say("准备区情 / preparing the district")
            sizes = Sizes(scale.registers[0], 12, scale.signals, 0, 0, 0, 0, 0, 0)
            today = shanghai_day(SystemClock().now())
            district = await prepare(server.url, folder / "world", sizes, today)
            return await _measured(server.url, folder, broker, district, scale, say)
    finally:
        broker.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _measured(
    url: str, folder: Path, broker: Broker, district: District, scale: Scale, say: Progress
) -> list[Result]:
    await asyncio.to_thread(ensure_topics, KafkaSettings(broker.bootstrap_servers), TOPICS.values(), 1)
    settings = {
        "DATABASE_URL": url,
        "TOKEN_KEY_FILE": str(token_key(folder)),
        "BUS": "kafka",
        "KAFKA_BOOTSTRAP_SERVERS": broker.bootstrap_servers,
        "GATEWAY_ACCESS_TOKEN_MINUTES": "60",
    }
    settings |= {f"UPSTREAM_{one}": "http://127.0.0.1:9" for one in ("WARNING", "MEDIATION", "INSPECTION")}
    async with AsyncExitStack() as stack:
        say("启动各服务进程 / starting the processes")
        door = await stack.enter_async_context(part("gateway", "api", folder, settings))
        workers = [await stack.enter_async_context(part(name, "worker", folder, settings)) for name in SPECS]
        database = await stack.enter_async_context(connected(url))
        await until_staffed(database, len(district.coordinators))
        say("训练模型，首次评估 / training the model, assessing everybody once")
        await train(folder)
        await until_assessed(database)
        feed = Feed(broker.bootstrap_servers)
        stack.callback(feed.close)
        pids = (door.pid, *(worker.pid for worker in workers))
        tokens = await department_tokens(door.address, district)
        cpu = Meter(pids, postmaster_of(folder))
        scene = Scene(database, feed, district, tokens, cpu, broker.name, scale, random.Random(_SEED))
        gc.collect()
        gc.freeze()
        return await _all(scene, say)


async def _all(scene: Scene, say: Progress) -> list[Result]:
    await _sent(
        scene, await _different(scene, scene.scale.signals)
    )  # statements are compiled, partitions are assigned
    found: list[Result] = []
    costs: list[float] = []
    for enterprises in scene.scale.registers:
        if costs:
            say(f"企业库增至 / the register grows to {enterprises:,}")
            await grow(scene.database, enterprises)
        say(f"{enterprises:,} 家企业 / enterprises")
        found.append(await _latency(scene, enterprises))
        found.append(await _sustained(scene, enterprises))
        cost = await _cost(scene, enterprises)
        costs.append(cost.value)
        found.append(cost)
    larger = zip(scene.scale.registers[1:], costs[1:], strict=True)
    return found + [_growth(enterprises, paid, costs[0]) for enterprises, paid in larger]


def _growth(enterprises: int, cost: float, first: float) -> Result:
    return Result(
        name=f"成本增长 / cost, {enterprises:,} enterprises",
        value=cost / first,
        unit="×",
        aim=Aim("value at most", 1.2),
        parameters={"us_each": round(cost), "us_each_in_the_first": round(first)},
    )


async def _latency(scene: Scene, enterprises: int) -> Result:
    """From the moment at which a record was due until another connection reads the open warning."""
    around = surroundings()
    count = int(PER_SECOND * scene.scale.latency_seconds)
    quiet = await scene.database.fetch(QUIET, int(count * GRAVE_SHARE))
    sent, mix = _records(scene, await _different(scene, count))
    places = sorted(scene.draw.sample(range(count), len(quiet)))
    for place, row in zip(places, quiet, strict=True):
        body = grave(row["uscc"], f"{enterprises}-{place}")
        sent[place] = record(row["uscc"], body, scene.tokens["hrss"])
    before = await open_warnings(scene.database)
    watching = asyncio.create_task(first_seen(scene.database, {row["id"] for row in quiet}))
    meter, began = scene.cpu.started(), time.perf_counter()
    due = await asyncio.to_thread(scene.feed.send_at, sent, PER_SECOND, began + 0.2)
    seen = await watching
    at = {row["id"]: due[place] for place, row in zip(places, quiet, strict=True)}
    assert len(seen) == len(quiet), f"{len(quiet) - len(seen)} grave signals raised no warning"
    told = percentiles([seen[one] - at[one] for one in seen])
    spent = meter.per(count)
    await until_assessed(scene.database)
    raised = await open_warnings(scene.database) - before
    return Result(
        name=f"信号到预警 p99 / signal to warning, {enterprises:,}",
        value=told["p99_ms"] / 1000,
        unit="s",
        aim=Aim("value at most", 0.5),
        parameters={
            "signals_per_s": PER_SECOND,
            "signals": count,
            "warnings_timed": len(quiet),
            "share_that_raised": round(raised / count, 3),
            **told,
            **spent,
            "mix": mix,
            "broker": scene.broker,
            **around,
        },
    )


async def _sustained(scene: Scene, enterprises: int) -> Result:
    around = surroundings()
    count = scene.scale.sustained
    told = await _sent(scene, scene.draw.choices(await _register(scene), k=count))
    bare = await asyncio.to_thread(scene.feed.read_newest, count)
    return Result(
        name=f"持续吞吐 / sustained, {enterprises:,}",
        value=told.pop("per_second"),
        unit="signals/s",
        aim=Aim("value at least", 1_500),
        floor="a bare kafka-python client reading the same records",
        floor_value=count / bare,
        parameters={"signals": count, **told, "broker": scene.broker, **around},
    )


async def _cost(scene: Scene, enterprises: int) -> Result:
    around = surroundings()
    count = scene.scale.signals
    runs = [await _sent(scene, await _different(scene, count)) for _ in range(scene.scale.repeats)]
    middle = sorted(runs, key=lambda one: one["us_each"])[len(runs) // 2]
    return Result(
        name=f"每信号成本 / cost per signal, {enterprises:,}",
        value=middle.pop("us_each"),
        unit="µs CPU",
        aim=None,
        parameters={"signals": count, "runs": len(runs), **middle, **around},
    )


async def _sent(scene: Scene, usccs: Sequence[str]) -> dict[str, Any]:
    """Send a signal about each until all are stored, assessed and warned of; return what it took."""
    sent, mix = _records(scene, usccs)
    newest = await scene.database.fetchval("SELECT coalesce(max(seq), 0) FROM warning.signals")
    before = await open_warnings(scene.database)
    meter, began = scene.cpu.started(), time.perf_counter()
    await asyncio.to_thread(scene.feed.send_all, sent)
    await _until_stored(scene.database, newest, len(sent))
    seconds = await until_assessed(scene.database) - began
    spent = meter.per(len(sent))
    raised = await open_warnings(scene.database) - before
    return {
        "per_second": round(len(sent) / seconds),
        "us_each": spent["platform_cpu_us_each"] + spent["postgres_cpu_us_each"],
        **spent,
        "share_that_raised": round(raised / len(sent), 3),
        "mix": mix,
    }


async def _register(scene: Scene) -> list[str]:
    rows = await scene.database.fetch("SELECT uscc FROM warning.enterprises ORDER BY id")
    return [row["uscc"] for row in rows]


async def _different(scene: Scene, count: int) -> list[str]:
    """Return so many different enterprises from the whole register."""
    return scene.draw.sample(await _register(scene), count)


def _records(scene: Scene, usccs: Sequence[str]) -> tuple[list[Record], dict[str, float]]:
    return records(scene.district.signals, usccs, scene.tokens, scene.draw)


async def _until_stored(database: asyncpg.Connection, newest: int, count: int) -> None:
    until = time.perf_counter() + _LONGEST_SECONDS
    stored = "SELECT count(*) FROM warning.signals WHERE seq > $1"
    while await database.fetchval(stored, newest) < count:
        assert not await database.fetchval("SELECT count(*) FROM warning.dead_letters"), (
            "signals were refused"
        )
        assert time.perf_counter() < until, f"not all signals are stored after {_LONGEST_SECONDS} s"
        await asyncio.sleep(_LOOK_SECONDS)
