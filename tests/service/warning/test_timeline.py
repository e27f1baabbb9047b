"""An enterprise's time line: one noisy department hides nothing, and every entry can be reached."""

import json
from typing import Any
from uuid import uuid4

import pytest

from shared.auth.permissions import Role
from tests.support.district import USCC, District

pytestmark = pytest.mark.asyncio


async def complain(district: District, times: int) -> None:
    """Let a department send so many complaints of one enterprise at once."""
    signal = {"source": "hrss", "uscc": USCC, "indicator": "complaint", "occurred_on": "2026-11-17"}
    lines = [json.dumps(signal | {"source_ref": uuid4().hex}) for _ in range(times)]
    answer = await district.department.post(
        "/signals", content="\n".join(lines), headers={"Content-Type": "application/x-ndjson"}
    )
    assert {one["status"] for one in answer.json()["results"]} == {"accepted"}
    await district.system.settle()


async def pages(district: District, **query: Any) -> list[dict[str, Any]]:
    """Read the whole time line, or the rest of it, page by page."""
    items: list[dict[str, Any]] = []
    while True:
        answer = await district.officer.get(f"/enterprises/{USCC}/timeline", params=query)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return items
        query["cursor"] = answer.json()["next_cursor"]


async def test_many_signals_hide_neither_assessments_nor_steps_nor_what_came_before(
    district: District,
) -> None:
    await district.send(source_ref="the-red-one", period="2026-10", months=3, workers=41)
    await complain(district, 420)
    shown = (await district.officer.get(f"/enterprises/{USCC}")).json()
    kinds = [entry["kind"] for entry in shown["timeline"]]
    assert (kinds.count("signal"), "assessment" in kinds, "warning" in kinds) == (200, True, True)
    everything = await pages(district, limit=90)
    assert len({entry["id"] for entry in everything}) == len(everything)
    assert len([entry for entry in everything if entry["kind"] == "signal"]) == 421
    assert "the-red-one" in {entry["facts"].get("source_ref") for entry in everything}
    rest = await pages(district, limit=200, cursor=shown["next_cursor"])
    assert {one["id"] for one in everything} == {one["id"] for one in (*shown["timeline"], *rest)}
    times = [(entry["at"], entry["id"]) for entry in everything]
    assert times == sorted(times, reverse=True)


async def test_one_kind_alone_is_read_page_by_page(district: District) -> None:
    await district.send(period="2026-10", months=3, workers=41)
    await complain(district, 5)
    steps = await pages(district, kind="warning", limit=1)
    assert {entry["kind"] for entry in steps} == {"warning"}
    assert [entry["facts"]["action"] for entry in steps][-2:] == ["assign", "raise"]
    assert len(await pages(district, kind="signal", limit=4)) == 6


async def test_a_short_time_line_is_whole_and_stays_within_the_jurisdiction(district: District) -> None:
    await district.send(period="2026-10", months=3, workers=41)
    shown = (await district.officer.get(f"/enterprises/{USCC}")).json()
    assert (shown["next_cursor"], shown["timeline"]) == (None, await pages(district))
    elsewhere = district.system.client("warning", district.system.token(Role.TOWN_OFFICER, "310112102"))
    assert (await elsewhere.get(f"/enterprises/{USCC}/timeline")).status_code == 404
    for query in ({"kind": "gossip"}, {"limit": 0}, {"cursor": "x"}):
        answer = await district.officer.get(f"/enterprises/{USCC}/timeline", params=query)
        assert answer.status_code == 422
