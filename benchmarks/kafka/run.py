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
from benchmarks.stage import department_tokens, median, open_warnings, surroundings, until_assessed
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
    """How much is measured. registers: enterprises, the first of which the district begins with."""

    registers: Sequence[int]
    signals: int
    latency_seconds: float
    repeats: int


FULL = Scale((10_000, 100_000, 1_000_000), 8_000, 20, 3)
QUICK = Scale((2_000, 4_000), 1_000, 3, 1)


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is to measure with."""

    database: asyncpg.Connection
    feed: Feed
    district: District
    tokens: Mapping[str, str]
    cpu: Meter
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
        scene = Scene(
            database, feed, district, tokens, Meter(pids, postmaster_of(folder)), scale, random.Random(_SEED)
        )
        gc.collect()
        gc.freeze()
        return await _all(scene, say)


async def _all(scene: Scene, say: Progress) -> list[Result]:
    await _sent(scene, scene.scale.signals)  # statements are compiled, partitions are assigned
    found: list[Result] = []
    costs: list[float] = []
    for enterprises in scene.scale.registers:
        if costs:
            say(f"企业库增至 / the register grows to {enterprises:,}")
            await grow(scene.database, enterprises)
        say(f"{enterprises:,} 家企业 / enterprises")
        found.append(await _latency(scene, enterprises))
        rate, cost = await _rate_and_cost(scene, enterprises)
        costs.append(cost.value)
        found += [rate, cost]
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
    sent, mix = await _records(scene, count)
    places = sorted(scene.draw.sample(range(count), len(quiet)))
    for place, row in zip(places, quiet, strict=True):
        body = grave(row["uscc"], f"{enterprises}-{place}")
        sent[place] = record(row["uscc"], body, scene.tokens["hrss"])
    watching = asyncio.create_task(first_seen(scene.database, {row["id"] for row in quiet}))
    meter, began = scene.cpu.started(), time.perf_counter()
    due = await asyncio.to_thread(scene.feed.send_at, sent, PER_SECOND, began + 0.2)
    seen = await watching
    at = {row["id"]: due[place] for place, row in zip(places, quiet, strict=True)}
    assert len(seen) == len(quiet), f"{len(quiet) - len(seen)} grave signals raised no warning"
    told = percentiles([seen[one] - at[one] for one in seen])
    spent = meter.per(count)
    await until_assessed(scene.database)
    return Result(
        name=f"信号到预警 p99 / signal to warning, {enterprises:,}",
        value=told["p99_ms"] / 1000,
        unit="s",
        aim=Aim("value at most", 0.5),
        parameters={
            "signals_per_s": PER_SECOND,
            "signals": count,
            "warnings": len(quiet),
            "share_that_raised": round(len(quiet) / count, 3),
            **told,
            **spent,
            "mix": mix,
            **around,
        },
    )


async def _rate_and_cost(scene: Scene, enterprises: int) -> tuple[Result, Result]:
    around = surroundings()
    runs = [await _sent(scene, scene.scale.signals) for _ in range(scene.scale.repeats)]
    bare = await asyncio.to_thread(scene.feed.read_newest, scene.scale.signals)
    middle = sorted(runs, key=lambda one: one["us_each"])[len(runs) // 2]
    rate = Result(
        name=f"持续吞吐 / sustained, {enterprises:,}",
        value=median([one["per_second"] for one in runs]),
        unit="signals/s",
        aim=Aim("value at least", 1_500),
        floor="a bare kafka-python client reading the same records",
        floor_value=scene.scale.signals / bare,
        parameters={"signals": scene.scale.signals, "repeats": len(runs), **around},
    )
    cost = Result(
        name=f"每信号成本 / cost per signal, {enterprises:,}",
        value=middle["us_each"],
        unit="µs CPU",
        aim=None,
        parameters={**{name: value for name, value in middle.items() if name != "us_each"}, **around},
    )
    return rate, cost


async def _sent(scene: Scene, count: int) -> dict[str, Any]:
    """Send so many, each about another enterprise, until all are assessed; return what it took."""
    sent, mix = await _records(scene, count)
    newest = await scene.database.fetchval("SELECT coalesce(max(seq), 0) FROM warning.signals")
    before = await open_warnings(scene.database)
    meter, began = scene.cpu.started(), time.perf_counter()
    await asyncio.to_thread(scene.feed.send_all, sent)
    await _until_stored(scene.database, newest, count)
    seconds = await until_assessed(scene.database) - began
    spent = meter.per(count)
    raised = await open_warnings(scene.database) - before
    return {
        "per_second": round(count / seconds),
        "us_each": spent["platform_cpu_us_each"] + spent["postgres_cpu_us_each"],
        **spent,
        "share_that_raised": round(raised / count, 3),
        "mix": mix,
    }


async def _records(scene: Scene, count: int) -> tuple[list[Record], dict[str, float]]:
    """Return a record about each of so many enterprises, drawn from the whole register."""
    usccs = [
        row["uscc"] for row in await scene.database.fetch("SELECT uscc FROM warning.enterprises ORDER BY id")
    ]
    return records(scene.district.signals, scene.draw.sample(usccs, count), scene.tokens, scene.draw)


async def _until_stored(database: asyncpg.Connection, newest: int, count: int) -> None:
    until = time.perf_counter() + _LONGEST_SECONDS
    stored = "SELECT count(*) FROM warning.signals WHERE seq > $1"
    while await database.fetchval(stored, newest) < count:
        assert not await database.fetchval("SELECT count(*) FROM warning.dead_letters"), (
            "signals were refused"
        )
        assert time.perf_counter() < until, f"not all signals are stored after {_LONGEST_SECONDS} s"
        await asyncio.sleep(_LOOK_SECONDS)
