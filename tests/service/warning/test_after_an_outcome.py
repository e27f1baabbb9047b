"""Once an outcome is on record only bad news undoes it, and whoever gets the warning back works and has a clock."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from shared.auth.permissions import Role
from tests.support.district import TOWN, USCC, District, act

pytestmark = pytest.mark.asyncio

NOTHING = {"months": 0, "workers": 0, "amount_cny": "0"}
SOURCE = {"source_ref": "R-1", "period": "2026-10", "months": 3, "workers": 41, "amount_cny": "1000"}


async def a_red(district: District) -> str:
    await district.send(**SOURCE)
    return str((await district.warnings())[0]["id"])


async def until(district: District, warning_id: str, last: str) -> None:
    """Let the first coordinator accept, visit and report, and another officer close, up to a step."""
    mine = district.coordinator(district.first)
    steps: dict[str, tuple[Any, dict[str, str]]] = {
        "accept": (mine, {}),
        "visit": (mine, {"findings": "已到场核实"}),
        "outcome": (mine, {"outcome": "resolved", "evidence": "凭证已核"}),
        "close": (district.officer, {"reason_code": "true_resolved", "evidence": "工资已发放"}),
    }
    for name, (who, told) in steps.items():
        assert (await act(who, warning_id, name, **told)).status_code == 201
        if name == last:
            break
    district.system.clock.advance(timedelta(hours=1))


async def standing(district: District, warning_id: str) -> tuple[str, str]:
    detail = await district.detail(warning_id)
    return detail["state"], detail["level"]


@pytest.mark.parametrize("last", ["outcome", "close"])
@pytest.mark.parametrize(
    "told",
    [
        {"period": "2026-11"} | NOTHING,
        {"period": "2026-11", "detail": {"principal_unreachable": False}} | NOTHING,
        {"period": "2026-06"} | NOTHING,
        {"period": "2026-06", "months": 1, "workers": 5},
        SOURCE | {"source_ref": "R-2", "corrects": "R-1", "months": 2},
        SOURCE | {"source_ref": "R-2", "corrects": "R-1", "amount_cny": "900"},
        SOURCE
        | {"source_ref": "R-2", "corrects": "R-1", "months": 2}
        | {"detail": {"principal_unreachable": False}},
    ],
)
async def test_what_tells_of_nothing_worse_undoes_no_outcome(
    district: District, last: str, told: dict[str, Any]
) -> None:
    warning_id = await a_red(district)
    await until(district, warning_id, last)
    before = await standing(district, warning_id)
    await district.send(**told)
    assert await standing(district, warning_id) == before


@pytest.mark.parametrize(
    "told",
    [
        {"period": "2026-11", "months": 3, "workers": 41},
        SOURCE | {"source_ref": "R-2", "corrects": "R-1", "months": 4},
        SOURCE | {"source_ref": "R-2", "corrects": "R-1", "detail": {"principal_unreachable": True}},
    ],
)
async def test_what_tells_of_worse_reopens(district: District, told: dict[str, Any]) -> None:
    warning_id = await a_red(district)
    await until(district, warning_id, "close")
    await district.send(**told)
    assert await standing(district, warning_id) == ("assigned", "red")


async def test_a_warning_closed_while_paused_reopens_with_clocks_that_run(district: District) -> None:
    warning_id = await a_red(district)
    assert (await act(district.officer, warning_id, "pause", reason="企业停电")).status_code == 201
    await until(district, warning_id, "close")
    for step in ("pause", "resume"):
        told = {"reason": "再停"} if step == "pause" else {}
        refused = await act(district.officer, warning_id, step, **told)
        assert (refused.status_code, refused.json()["code"]) == (409, "warning.closed")
    await district.send(period="2026-11", months=3, workers=41)
    detail = await district.detail(warning_id)
    assert (detail["state"], detail["paused"]) == ("assigned", False)
    mine = district.coordinator(district.first)
    assert (await act(mine, warning_id, "reject", reason="正在休假")).status_code == 201
    clocks = {one["kind"]: one["standing"] for one in (await district.detail(warning_id))["clocks"]}
    assert clocks["accept"] == "due"


@pytest.mark.parametrize("news", ["return", "signal"])
async def test_what_comes_back_goes_to_somebody_who_still_works(district: District, news: str) -> None:
    warning_id = await a_red(district)
    await until(district, warning_id, "outcome")
    await district.employ(district.first, "c1", (f"{TOWN}-G01",), enabled=False)
    if news == "return":
        answer = await act(district.officer, warning_id, "return", reason="材料不全")
        assert answer.status_code == 201
        await district.system.settle()
    else:
        await district.send(period="2026-11", months=3, workers=41)
    detail = await district.detail(warning_id)
    assert (detail["state"], detail["level"]) == ("assigned", "red")
    assert [one["id"] for one in await district.worklist(district.second)] == [warning_id]
    assert {one["kind"]: one["standing"] for one in detail["clocks"]}["accept"] == "due"


async def test_a_red_whose_outcome_is_wanting_is_red_again(district: District) -> None:
    warning_id = await a_red(district)
    await until(district, warning_id, "outcome")
    assert await standing(district, warning_id) == ("resolved", "orange")
    assert (await act(district.officer, warning_id, "return", reason="材料不全")).status_code == 201
    await district.system.settle()
    assert await standing(district, warning_id) == ("visited", "red")


async def test_a_workplace_told_more_exactly_moves_nothing(district: District) -> None:
    warning_id = await a_red(district)
    await until(district, warning_id, "visit")
    assert (await district.register(USCC, workplace_division=f"{TOWN}002")).status_code == 200
    await district.system.settle()
    assert await standing(district, warning_id) == ("visited", "red")
    assert [one["id"] for one in await district.worklist(district.first)] == [warning_id]


async def test_a_cleared_event_without_figures_undoes_no_outcome(district: District) -> None:
    cut_off = {"indicator": "power_use_drop", "source": "utility", "period": "2026-10"}
    told = {"drop_percent": 90, "cut_off": True}
    warning_id = await a_red(district)
    utility = district.system.token(
        Role.DEPARTMENT, source="utility", indicators=frozenset({"power_use_drop"})
    )
    sender = district.system.client("warning", utility)

    async def send(reference: str, **fields: Any) -> None:
        signal = {"source_ref": reference, "uscc": USCC} | cut_off | fields
        headers = {"Content-Type": "application/x-ndjson"}
        answer = await sender.post("/signals", json=signal, headers=headers)
        assert answer.json()["results"][0]["status"] == "accepted", answer.text
        await district.system.settle()

    await send("P-1", detail=told)
    await until(district, warning_id, "close")
    await send("P-2", period="2026-11", detail={"drop_percent": 0, "cut_off": False})
    assert (await district.detail(warning_id))["state"] == "closed"


async def test_a_reopened_warning_begins_a_life_of_its_own(district: District) -> None:
    warning_id = await a_red(district)
    first_raised_at = (await district.detail(warning_id))["raised_at"]
    await until(district, warning_id, "close")
    district.system.clock.advance(timedelta(days=2))
    await district.send(period="2026-11", months=4, workers=45)
    reopened = await district.detail(warning_id)
    assert reopened["raised_at"] > first_raised_at
    towns = (await district.officer.get("/funnel")).json()["towns"]
    town = next(one for one in towns if one["division"] == TOWN)
    assert {stage: town[stage] for stage in ("warnings", "visited", "closed")} == {
        "warnings": 1,
        "visited": 0,
        "closed": 0,
    }

    mine = district.coordinator(district.first)
    for step, told in (("accept", {}), ("visit", {"findings": "已到场核实"})):
        assert (await act(mine, warning_id, step, **told)).status_code == 201
    await act(mine, warning_id, "outcome", outcome="resolved", evidence="凭证已核")
    closed = await act(
        district.officer, warning_id, "close", reason_code="true_incident", evidence="曾发生群体事件"
    )
    assert closed.status_code == 201
    async with district.system.db("warning").read() as tx:
        labels = await tx.rows(text("SELECT * FROM warning.labels ORDER BY seq"))
    assert [label.reason_code for label in labels] == ["true_resolved", "true_incident"]
    assert labels[0].raised_at <= labels[0].closed_at < labels[1].raised_at <= labels[1].closed_at
    assert [len(label.signal_seqs) for label in labels] == [1, 2]


@pytest.mark.parametrize("last", ["outcome", "close"])
async def test_what_waits_for_its_assessment_while_an_outcome_is_recorded_was_not_judged_by_it(
    district: District, last: str
) -> None:
    await district.send(period="2026-10", months=1, workers=1)
    warning_id = (await district.warnings())[0]["id"]
    await until(district, warning_id, "visit")
    await district.store(period="2026-11", indicator="social_insurance_arrears", months=5)
    district.system.clock.advance(timedelta(seconds=8))
    mine = district.coordinator(district.first)
    assert (
        await act(mine, warning_id, "outcome", outcome="resolved", evidence="凭证已核")
    ).status_code == 201
    if last == "close":
        told = {"reason_code": "true_resolved", "evidence": "工资已发放"}
        assert (await act(district.officer, warning_id, "close", **told)).status_code == 201
    await district.system.settle()
    (standing,) = [one for one in await district.warnings() if one["state"] != "closed"]
    assert standing["level"] == "red"
    # Nor does a later night, at which nothing waits any more, take it back.
    district.system.clock.advance(timedelta(days=1))
    await district.system.settle()
    assert (await district.detail(standing["id"]))["state"] == standing["state"]


async def close_again(district: District) -> str:
    """Handle the open warning to its end; return its id."""
    (warning_id,) = [one["id"] for one in await district.warnings() if one["state"] != "closed"]
    await until(district, warning_id, "close")
    return str(warning_id)


async def test_a_red_in_the_next_life_of_a_red_warning_is_a_second_one(district: District) -> None:
    await district.send(period="2026-09", months=2, workers=5)
    warning_id = await close_again(district)
    await district.send(period="2026-11", months=1, workers=1)
    assert (await district.detail(warning_id))["level"] == "orange"
    await district.send(period="2026-11", months=4, workers=60)
    detail = await district.detail(warning_id)
    assert (detail["level"], detail["double_red"], detail["escalated_to"]) == ("red", True, "leading_group")


async def test_the_same_rule_reopens_whatever_came_in_between(district: District) -> None:
    wages = {"indicator": "wage_arrears", "months": 1, "workers": 1}
    insurance = {"indicator": "social_insurance_arrears", "months": 2}
    await district.send(period="2026-08", **wages)
    first = await close_again(district)
    await district.send(period="2026-08", **insurance)
    second = await close_again(district)
    assert second != first
    for told, back in ((wages, first), (insurance, second)):
        district.system.clock.advance(timedelta(days=3))
        await district.send(period="2026-11", **told)
        assert await close_again(district) == back


async def test_a_rule_of_a_former_life_reopens_too(district: District) -> None:
    await district.send(period="2026-08", months=1, workers=1)
    await district.send(period="2026-08", indicator="social_insurance_arrears", months=2)
    warning_id = await close_again(district)
    await district.send(period="2026-10", months=1, workers=1)
    assert await close_again(district) == warning_id
    await district.send(period="2026-10", indicator="social_insurance_arrears", months=3)
    assert await close_again(district) == warning_id
