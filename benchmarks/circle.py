"""The whole circle at once: warnings raised, handled, handed over, mediated and closed, each step by its own person.

Counted are the events that the services told each other on the way, from the first signal until the last event was
handled by everybody who hears of it.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import asyncpg

from benchmarks.district import MEDIATOR, OFFICER
from benchmarks.http_client import ask_once, request
from benchmarks.latency import QUIET, grave
from benchmarks.load import all_of
from benchmarks.results import Result
from benchmarks.stage import SINGLE, Stage, surroundings
from shared.kernel.clock import SystemClock, shanghai_day
from shared.kernel.ids import new_id

AT_ONCE = 16
_DONE = (200, 201)
_LONGEST_SECONDS = 120
_POLL_SECONDS = 0.02
_SERVICES = ("warning", "mediation", "inspection", "gateway")
_OUT = " + ".join(f"(SELECT count(*) FROM {one}.outbox)" for one in _SERVICES)
_UNSENT = " + ".join(f"(SELECT count(*) FROM {one}.outbox WHERE published_at IS NULL)" for one in _SERVICES)
_STAFFED = "SELECT count(*) FROM mediation.mediators WHERE username = $1"
_WARNED = """
SELECT w.id::text AS id, c.username FROM warning.warnings w JOIN warning.coordinators c ON c.account_id = w.assignee_id
WHERE w.uscc = ANY($1) AND w.state = $2
"""
_CASES = "SELECT id::text AS id FROM mediation.cases WHERE warning_id = ANY($1::uuid[])"

Step = tuple[str, Mapping[str, Any]]
_SOON = str(shanghai_day(SystemClock().now()) + timedelta(days=14))
ON_SITE: Sequence[Step] = (
    ("accept", {}),
    ("visit", {"findings": "欠薪属实"}),
    ("hand-over", {"note": "双方愿意调解", "workers": 24}),
)
AT_THE_TABLE: Sequence[Step] = (
    ("accept", {}),
    ("sessions", {"record": "双方到场"}),
    (
        "close",
        {"outcome": "agreement", "amount_cny": "1.00", "due_on": _SOON, "evidence": "协议已签字"},
    ),
)


async def measure(stage: Stage) -> list[Result]:
    """Measure the scenario."""
    around = surroundings()
    await _open_the_centre(stage)
    quiet = await stage.database.fetch(QUIET, stage.sizes.circles)
    codes = [row["uscc"] for row in quiet]
    tokens = {name: await stage.login(name) for name in stage.district.coordinators}
    officer, mediator = await stage.login(OFFICER), await stage.login(MEDIATOR)
    before = await stage.database.fetchval(f"SELECT {_OUT}")
    cpu = stage.cpu.started()
    began = time.perf_counter()
    await _send(
        stage,
        [request("POST", SINGLE, stage.tokens["hrss"], grave(code, -n)) for n, code in enumerate(codes)],
    )
    warned = await _until(stage, len(codes), _WARNED, codes, "assigned")
    for step in ON_SITE:
        await _send(
            stage,
            [_act(f"/api/mobile/v1/warnings/{one['id']}", step, tokens[one["username"]]) for one in warned],
        )
    cases = await _until(stage, len(codes), _CASES, [one["id"] for one in warned])
    for step in AT_THE_TABLE:
        await _send(stage, [_act(f"/api/mediation/v1/cases/{one['id']}", step, mediator) for one in cases])
    resolved = await _until(stage, len(codes), _WARNED, codes, "resolved")
    closing = ("close", {"reason_code": "true_resolved", "evidence": "协议已履行"})
    await _send(
        stage, [_act(f"/api/dashboard/v1/warnings/{one['id']}", closing, officer) for one in resolved]
    )
    await _until_sent(stage)
    seconds = time.perf_counter() - began
    events = await stage.database.fetchval(f"SELECT {_OUT}") - before
    parameters = {
        "warnings": len(codes),
        "events": events,
        "events_per_warning": round(events / len(codes), 1),
        "circles_per_s": round(len(codes) / seconds, 1),
        "clients": AT_ONCE,
        **cpu.per(events),
    }
    return [
        Result(
            name="全流程事件 / events of the full circle",
            value=events / seconds,
            unit="events/s",
            aim=None,
            parameters=parameters | around,
        )
    ]


async def _open_the_centre(stage: Stage) -> None:
    """Let the district's centre have a mediator, once mediation has heard of them."""
    await _until(stage, 1, _STAFFED, MEDIATOR, enough=lambda rows: bool(rows[0]["count"]))
    path = f"/api/dashboard/v1/organisations/MED-D-1/mediators/{MEDIATOR}"
    reply = await ask_once(stage.platform, request("PUT", path, await stage.login(OFFICER)))
    assert reply.status in _DONE, reply.body


def _act(subject: str, step: Step, token: str) -> bytes:
    name, fields = step
    body = {"action_id": str(new_id()), **fields}
    return request("POST", f"{subject}/{name}", token, json.dumps(body, ensure_ascii=False).encode())


async def _send(stage: Stage, requests: Sequence[bytes]) -> None:
    load = await all_of(stage.platform, AT_ONCE, requests)
    load.only(*_DONE)


async def _until(
    stage: Stage,
    count: int,
    query: str,
    *arguments: object,
    enough: Callable[[Sequence[asyncpg.Record]], bool] | None = None,
) -> Sequence[asyncpg.Record]:
    """Return what a query finds, once it finds as many."""
    until = time.perf_counter() + _LONGEST_SECONDS
    while True:
        found: Sequence[asyncpg.Record] = await stage.database.fetch(query, *arguments)
        if enough(found) if enough is not None else len(found) >= count:
            return found
        assert time.perf_counter() < until, f"{len(found)} of {count} after {_LONGEST_SECONDS} s"
        await asyncio.sleep(_POLL_SECONDS)


async def _until_sent(stage: Stage) -> None:
    """Wait until the bus has handed everything over; on the local bus that means it was handled."""
    until = time.perf_counter() + _LONGEST_SECONDS
    while await stage.database.fetchval(f"SELECT {_UNSENT}"):
        assert time.perf_counter() < until, "events are left unpublished"
        await asyncio.sleep(_POLL_SECONDS)
