"""A coordinator's worklist, 16 clients; beside a bare FastAPI + asyncpg select of the same rows."""

import json
from itertools import repeat

from benchmarks.http_client import ask_once, request
from benchmarks.load import for_seconds
from benchmarks.results import Aim, Result, percentiles
from benchmarks.stage import Stage, surroundings

CLIENTS = 16
_OK = 200
_BUSIEST = """
SELECT c.account_id, c.username, count(*) AS open FROM warning.warnings w
JOIN warning.coordinators c ON c.account_id = w.assignee_id WHERE w.state <> 'closed'
GROUP BY c.account_id, c.username ORDER BY open DESC, c.username LIMIT 1
"""


async def measure(stage: Stage) -> list[Result]:
    """Measure the scenario."""
    around = surroundings()
    busiest = await stage.database.fetchrow(_BUSIEST)
    assert busiest is not None, "no coordinator has an open warning"
    asked = request("GET", "/api/mobile/v1/worklist", await stage.login(busiest["username"]))
    bare = request("GET", f"/worklist/{busiest['account_id']}")
    shown = json.loads((await ask_once(stage.platform, asked)).body)["items"]
    same = json.loads((await ask_once(stage.floor, bare)).body)[: len(shown)]
    assert [one["id"] for one in shown] == [one["id"] for one in same], "the floor reads other rows"
    seconds = stage.sizes.worklist_seconds / 2
    cpu = stage.cpu.started()
    load = await for_seconds(stage.platform, CLIENTS, repeat(asked), seconds)
    spent = cpu.per(len(load.seconds))
    # In turns, so that a machine that is busy with other things for a while slows both.
    floor = await for_seconds(stage.floor, CLIENTS, repeat(bare), stage.sizes.floor_seconds / 2)
    load = load.joined(await for_seconds(stage.platform, CLIENTS, repeat(asked), seconds))
    floor = floor.joined(await for_seconds(stage.floor, CLIENTS, repeat(bare), stage.sizes.floor_seconds / 2))
    load.only(_OK)
    floor.only(_OK)
    return [
        Result(
            name="任务清单 / worklist",
            value=load.per_second,
            unit="reads/s",
            aim=Aim("ratio at least", 0.30),
            floor="bare FastAPI + asyncpg select of the same rows, as JSON",
            floor_value=floor.per_second,
            parameters={
                "clients": CLIENTS,
                "rows": len(shown),
                **percentiles(load.seconds),
                "floor_p99_ms": percentiles(floor.seconds)["p99_ms"],
            }
            | spent
            | around,
        )
    ]
