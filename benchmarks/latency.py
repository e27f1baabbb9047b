"""From a signal's request to its warning: 300 signals a second, whatever the platform manages, some of them grave."""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import Sequence

import asyncpg

from benchmarks.district import Line
from benchmarks.http_client import request
from benchmarks.load import at_rate
from benchmarks.results import Aim, Result, percentiles
from benchmarks.stage import SINGLE, Stage, renumbered, surroundings
from shared.kernel.clock import SystemClock, shanghai_day

PER_SECOND = 300
CONNECTIONS = 64
GRAVE_SHARE = 0.05
_CREATED = 201
_LATEST_SECONDS = 20.0
_POLL_SECONDS = 0.02
# Enterprises that were never warned of and stand at no level: a grave report of one must raise a warning.
QUIET = """
SELECT e.id, e.uscc FROM warning.enterprises e JOIN warning.enterprise_risk r ON r.enterprise_id = e.id
WHERE r.level = 'none' AND NOT EXISTS (SELECT FROM warning.warnings w WHERE w.enterprise_id = e.id)
ORDER BY e.id LIMIT $1
"""
_WARNED = (
    "SELECT enterprise_id FROM warning.warnings WHERE enterprise_id = ANY($1::int8[]) AND state <> 'closed'"
)
# What the relay listens to: it comes with the commit that raised a warning.
_CHANNEL = "warning_outbox"


async def measure(stage: Stage) -> list[Result]:
    """Measure the scenario."""
    around = surroundings()
    count = int(PER_SECOND * stage.sizes.latency_seconds)
    requests, grave = await _signals(stage, count)
    watching = asyncio.create_task(first_seen(stage.database, set(grave)))
    rounds = await stage.assess_rounds()
    cpu = stage.cpu.started()
    load, due = await at_rate(stage.platform, CONNECTIONS, requests, PER_SECOND)
    seen = await watching
    spent = cpu.per(count) | await stage.rounds_since(rounds)
    load.only(_CREATED)
    missing = len(grave) - len(seen)
    assert not missing, (
        f"{missing} of {len(grave)} grave signals raised no warning within {_LATEST_SECONDS} s"
    )
    latencies = [at - due[grave[enterprise]] for enterprise, at in seen.items()]
    told = percentiles(latencies)
    parameters = {
        "signals_per_s": PER_SECOND,
        "signals": count,
        "warnings": len(grave),
        "achieved_signals_per_s": round(load.per_second),
        **told,
        **spent,
        **{f"response_{name}": value for name, value in percentiles(load.seconds).items()},
        "measured": "from the moment at which the request was due until another connection reads the open warning",
    }
    return [
        Result(
            name="信号到预警 p99 / signal to warning, p99",
            value=told["p99_ms"] / 1000,
            unit="s",
            aim=Aim("value at most", 1.0),
            parameters=parameters | around,
        )
    ]


async def _signals(stage: Stage, count: int) -> tuple[list[bytes], dict[int, int]]:
    """Return the requests, and for each enterprise with a grave one the place of its request."""
    draw = random.Random(count)
    quiet = await stage.database.fetch(QUIET, int(count * GRAVE_SHARE))
    assert quiet, "there is no quiet enterprise left to be warned of"
    requests = [
        stage.single(renumbered(line)) for line in _harmless(stage.district.signals, draw, count, quiet)
    ]
    places = sorted(draw.sample(range(count), len(quiet)))
    for place, row in zip(places, quiet, strict=True):
        requests[place] = request("POST", SINGLE, stage.tokens["hrss"], grave(row["uscc"], place))
    return requests, {row["id"]: place for place, row in zip(places, quiet, strict=True)}


def _harmless(
    lines: Sequence[Line], draw: random.Random, count: int, quiet: Sequence[asyncpg.Record]
) -> list[Line]:
    """Return reports about others than the enterprises in question."""
    asked = {row["uscc"] for row in quiet}
    others = [line for line in lines if json.loads(line.text)["uscc"] not in asked]
    return draw.choices(others, k=count)


def grave(uscc: str, place: int | str) -> bytes:
    """Return the report of arrears that must raise a red warning."""
    today = shanghai_day(SystemClock().now())
    signal = {
        "source": "hrss",
        "source_ref": f"GRAVE-{place}",
        "uscc": uscc,
        "indicator": "wage_arrears",
        "occurred_on": today.isoformat(),
        "amount_cny": "412600.00",
        "months": 3,
        "workers": 24,
    }
    return json.dumps(signal).encode()


async def first_seen(database: asyncpg.Connection, waiting: set[int]) -> dict[int, float]:
    """Return when each enterprise's open warning could first be read."""
    news = asyncio.Event()
    seen: dict[int, float] = {}
    await database.add_listener(_CHANNEL, lambda *_: news.set())
    last_news = time.perf_counter()
    while waiting and time.perf_counter() - last_news < _LATEST_SECONDS:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_POLL_SECONDS):
                await news.wait()
        news.clear()
        for row in await database.fetch(_WARNED, list(waiting)):
            waiting.discard(row["enterprise_id"])
            seen[row["enterprise_id"]] = last_news = time.perf_counter()
    return seen
