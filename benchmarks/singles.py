"""One signal per request, 32 clients; beside a bare FastAPI route that inserts one row in a transaction."""

import random
from collections.abc import Sequence

from benchmarks.district import Line
from benchmarks.http_client import request
from benchmarks.load import for_seconds
from benchmarks.results import Aim, Result, percentiles
from benchmarks.stage import Stage, renumbered, surroundings

CLIENTS = 32
_CREATED = 201
PUBLISHED = (
    "a well-known Go decision engine makes 340-510 durable decisions/s on this kind of machine (published)"
)


async def measure(stage: Stage) -> list[Result]:
    """Measure the scenario."""
    around = surroundings()
    most = int(stage.sizes.singles_seconds * 3_000)
    ready = [stage.single(line) for line in _mixed(stage.district.signals, most)]
    bare = iter(
        [
            request("POST", "/signals", body=line.text.encode())
            for line in _mixed(stage.district.signals, most)
        ]
    )
    # Half of the floor before and half after, so that a machine that is busy for a while slows both.
    floor = await for_seconds(stage.floor, CLIENTS, bare, stage.sizes.floor_seconds / 2)
    rounds = await stage.assess_rounds()
    cpu = stage.cpu.started()
    load = await for_seconds(stage.platform, CLIENTS, iter(ready), stage.sizes.singles_seconds)
    assessed_at = await stage.until_assessed()
    spent = cpu.per(len(load.seconds)) | await stage.rounds_since(rounds)
    load.only(_CREATED)
    floor = floor.joined(await for_seconds(stage.floor, CLIENTS, bare, stage.sizes.floor_seconds / 2))
    floor.only(_CREATED)
    parameters = {
        "clients": CLIENTS,
        "departments": len(stage.tokens),
        **percentiles(load.seconds),
        **spent,
        "answered_per_s": round(load.per_second),
        "floor_p99_ms": percentiles(floor.seconds)["p99_ms"],
        "published": PUBLISHED,
    }
    return [
        Result(
            name="逐条报送 / single signals",
            value=len(load.seconds) / (assessed_at - load.began),
            unit="signals/s",
            aim=Aim("value at least", 500),
            floor="bare FastAPI + asyncpg: one INSERT in a transaction per request",
            floor_value=floor.per_second,
            parameters=parameters | around,
        )
    ]


def _mixed(lines: Sequence[Line], most: int) -> list[Line]:
    """Return reports of all departments as they come, in no order and under references never used."""
    return [renumbered(line) for line in random.Random(most).choices(lines, k=most)]
