"""Some coordinators begin to work on their first warnings, so that the screens look alive."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

from simulation.demo.doors import Doors
from simulation.demo.people import Official, People

_BUSY_COORDINATORS = 12
_MOST_HANDLED = 2
_FINDINGS = "上门核查：企业仍在经营，已约谈负责人，要求三日内提交支付计划。"
_PAGE = 200


async def open_warnings(doors: Doors, people: People) -> Counter[str]:
    """Return how many open warnings each coordinator has, by username."""
    token = await doors.log_in(people.of_role("district_officer")[0])
    page = await doors.call("GET", f"/api/dashboard/v1/coordinators?limit={_PAGE}", token)
    await doors.log_out(token)
    return Counter({one["username"]: one["open_warnings"] for one in page["items"] if one["open_warnings"]})


async def begin_work(doors: Doors, people: People, load: Counter[str]) -> int:
    """Let busy coordinators accept some of their warnings and visit one; return how many were accepted.

    At least half of everybody's warnings stay as they are. Done twice it does nothing more.
    """
    known = {one.username: one for one in people.of_role("grid_coordinator")}
    busy = [known[name] for name, count in load.most_common(_BUSY_COORDINATORS) if count > 1]
    return sum(await asyncio.gather(*(_begin(doors, who) for who in busy)))


async def _begin(doors: Doors, who: Official) -> int:
    token = await doors.log_in(who)
    items = (await doors.call("GET", f"/api/mobile/v1/worklist?limit={_PAGE}", token))["items"]
    # In an order that does not change with what is done, so that a repeat chooses the same.
    chosen = sorted(str(item["id"]) for item in items)[: min(len(items) // 2, _MOST_HANDLED)]
    for number, warning in enumerate(chosen):
        await _act(doors, token, warning, "accept")
        if number == 1:
            await _act(doors, token, warning, "visit", findings=_FINDINGS)
    await doors.log_out(token)
    return len(chosen)


async def _act(doors: Doors, token: str, warning: str, action: str, **more: str) -> None:
    action_id = str(uuid5(NAMESPACE_URL, f"{warning}/{action}"))
    await doors.call(
        "POST", f"/api/mobile/v1/warnings/{warning}/{action}", token, {"action_id": action_id, **more}
    )


def busiest_first(people: People, load: Counter[str]) -> People:
    """List the coordinators who have something to do first, of one town after the other."""
    rounds = Counter[str]()
    ranked = []
    for one in sorted(people.of_role("grid_coordinator"), key=lambda one: -load[one.username]):
        ranked.append((load[one.username] == 0, rounds[one.division], -load[one.username], one.username, one))
        rounds[one.division] += 1
    coordinators: Sequence[Official] = [entry[-1] for entry in sorted(ranked, key=lambda entry: entry[:-1])]
    others = [one for one in people.officials if one.role != "grid_coordinator"]
    return replace(people, officials=[*coordinators, *others])
