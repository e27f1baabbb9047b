"""Bulk intake over HTTP, until everything is stored, assessed, warned of and assigned; beside COPY of the same rows."""

import time
from collections import defaultdict
from collections.abc import Sequence
from io import BytesIO

import asyncpg

from benchmarks.district import Line
from benchmarks.http_client import request
from benchmarks.load import all_of
from benchmarks.results import Aim, Result
from benchmarks.stage import Stage, median, surroundings

PER_CALL = 1_000
IN_FLIGHT = 4
_PATH = "/api/intake/v1/signals:batch"
_OK = 200


async def measure(stage: Stage) -> list[Result]:
    """Measure the scenario."""
    around = surroundings()
    database, sent = stage.database, stage.district.signals
    calls = [_call(stage, chunk) for chunk in _chunks(sent)]
    newest = await database.fetchval("SELECT coalesce(max(seq), 0) FROM warning.signals")
    open_before = await stage.open_warnings()
    rounds = await stage.assess_rounds()
    cpu = stage.cpu.started()
    load = await all_of(stage.platform, IN_FLIGHT, calls)
    assessed_at = await stage.until_assessed()
    spent = cpu.per(len(sent)) | await stage.rounds_since(rounds)
    load.only(_OK)
    rows = sum(reply.body.count(b'"accepted"') for reply in load.replies)
    assert rows == len(sent), f"{rows} of {len(sent)} signals were accepted"
    copied = await _copy_seconds(database, newest, stage.sizes.repeats)
    touched = "SELECT count(DISTINCT enterprise_id) FROM warning.signals WHERE seq > $1"
    parameters = {
        "rows": rows,
        "rows_per_call": PER_CALL,
        "calls_in_flight": IN_FLIGHT,
        "stored_rows_per_s": round(rows / (load.ended - load.began)),
        "enterprises": stage.sizes.enterprises,
        "enterprises_touched": await database.fetchval(touched, newest),
        "warnings_raised": await stage.open_warnings() - open_before,
        **spent,
    }
    return [
        Result(
            name="批量报送 / bulk intake",
            value=rows / (assessed_at - load.began),
            unit="rows/s",
            aim=Aim("ratio at least", 0.10),
            floor="PostgreSQL COPY of the same rows into one indexed table",
            floor_value=rows / copied,
            parameters=parameters | around,
        )
    ]


def _chunks(lines: Sequence[Line]) -> list[list[Line]]:
    """Cut the signals into calls: each has those of one department, in their order, and the oldest call is first."""
    calls: list[list[Line]] = []
    filling: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        chunk = filling[line.source]
        if not chunk:
            calls.append(chunk)
        chunk.append(line)
        if len(chunk) == PER_CALL:
            filling[line.source] = []
    return calls


def _call(stage: Stage, chunk: Sequence[Line]) -> bytes:
    body = '{"signals":[' + ",".join(line.text for line in chunk) + "]}"
    return request("POST", _PATH, stage.tokens[chunk[0].source], body.encode())


async def _copy_seconds(database: asyncpg.Connection, newest: int, repeats: int) -> float:
    """Return how long COPY takes for the rows that were stored after `newest`; the middle of some runs."""
    rows = BytesIO()
    await database.copy_from_query(
        "SELECT * FROM warning.signals WHERE seq > $1 ORDER BY seq", newest, output=rows
    )
    await database.execute(
        "CREATE SCHEMA IF NOT EXISTS bench; DROP TABLE IF EXISTS bench.signals;"
        " CREATE TABLE bench.signals (LIKE warning.signals); CREATE UNIQUE INDEX ON bench.signals (source, signal_key)"
    )
    taken = []
    for _ in range(repeats):
        await database.execute("TRUNCATE bench.signals")
        rows.seek(0)
        began = time.perf_counter()
        await database.copy_to_table("signals", schema_name="bench", source=rows)
        taken.append(time.perf_counter() - began)
    await database.execute("DROP TABLE bench.signals")
    return median(taken)
