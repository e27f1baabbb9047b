"""Whatever changes the course of a warning, somebody has it, knows why, and has a clock that runs."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.district import TOWN, USCC, District, act

pytestmark = pytest.mark.asyncio

OTHER_TOWN = "310112102"


async def clocks(district: District, warning_id: str) -> dict[str, dict[str, Any]]:
    """Return the clocks that count, by kind."""
    return {clock["kind"]: clock for clock in (await district.detail(warning_id))["clocks"]}


async def an_orange(district: District) -> str:
    await district.send(period="2026-10", months=1, workers=5)
    return str((await district.warnings())[0]["id"])


async def do(district: District, warning_id: str, *steps: str) -> None:
    """Let the first coordinator take steps."""
    told = {
        "visit": {"findings": "已到场核实"},
        "resolved": {"outcome": "resolved", "evidence": "凭证已核"},
        "false_alarm": {"outcome": "false_alarm", "evidence": "到场核实无欠薪"},
    }
    mine = district.coordinator(district.first)
    for step in steps:
        name = "outcome" if step in {"resolved", "false_alarm"} else step
        assert (await act(mine, warning_id, name, **told.get(step, {}))).status_code == 201


@pytest.mark.parametrize("steps", [("accept", "visit", "false_alarm"), ("accept", "visit", "resolved")])
async def test_a_red_that_contradicts_an_outcome_asks_for_a_visit_within_a_day(
    district: District, steps: tuple[str, ...]
) -> None:
    warning_id = await an_orange(district)
    await do(district, warning_id, *steps)
    district.system.clock.advance(timedelta(hours=1))

    await district.send(occurred_on="2026-11-18", months=3, workers=45)

    detail = await district.detail(warning_id)
    running = await clocks(district, warning_id)
    assert (detail["level"], detail["state"]) == ("red", "accepted")
    assert {kind: running[kind]["standing"] for kind in ("accept", "visit", "plan")} == {
        "accept": "met",
        "visit": "due",
        "plan": "due",
    }
    assert detail["due_at"] == running["visit"]["due_at"] == "2026-11-19T11:00:00+08:00"
    await do(district, warning_id, "visit")


async def test_new_signals_of_the_same_gravity_bring_a_dismissed_warning_back(district: District) -> None:
    warning_id = await an_orange(district)
    await do(district, warning_id, "accept", "visit", "false_alarm")
    district.system.clock.advance(timedelta(minutes=1))
    await district.send(occurred_on="2026-11-18", months=1, workers=6)
    detail = await district.detail(warning_id)
    assert (detail["level"], detail["state"], detail["history"][-1]["action"]) == (
        "orange",
        "accepted",
        "contradict",
    )
    assert (await clocks(district, warning_id))["visit"]["standing"] == "due"


@pytest.mark.parametrize("steps", [("accept",), ("accept", "visit")])
async def test_who_gets_a_moved_warning_has_an_accept_clock_of_their_own(
    district: District, steps: tuple[str, ...]
) -> None:
    await district.send(period="2026-10", months=3, workers=41)
    warning_id = str((await district.warnings())[0]["id"])
    await do(district, warning_id, *steps)
    district.system.clock.advance(timedelta(hours=1))

    await district.register(workplace_division=OTHER_TOWN, grid_cell=None)
    await district.system.settle()

    detail = await district.detail(warning_id)
    accept = (await clocks(district, warning_id))["accept"]
    assert (detail["state"], detail["division"]) == ("assigned", OTHER_TOWN)
    assert (accept["standing"], accept["due_at"]) == ("due", "2026-11-18T13:00:00+08:00")
    assert detail["due_at"] == accept["due_at"]


async def test_what_is_overdue_climbs_the_ladder_of_red_once_it_is_red(district: District) -> None:
    warning_id = await an_orange(district)
    district.system.clock.advance(timedelta(days=2))
    await district.system.settle()
    assert (await district.detail(warning_id))["escalated_to"] == "town"

    await district.send(occurred_on="2026-11-20", months=3, workers=45)
    await district.system.settle()

    assert (await district.detail(warning_id))["escalated_to"] in {"district", "leading_group"}


async def test_a_further_rule_is_shown_to_whoever_has_the_warning(district: District) -> None:
    warning_id = await an_orange(district)
    await district.send(indicator="social_insurance_arrears", period="2026-10", months=2, workers=9)

    detail = await district.detail(warning_id)
    assert detail["history"][-1]["action"] == "add_evidence"
    assert any("社会保险" in one["text"] for one in detail["reasons"]), detail["reasons"]
    assert detail["level"] == "orange"


async def test_what_becomes_red_stands_still_no_longer_and_says_so(district: District) -> None:
    warning_id = await an_orange(district)
    assert (await act(district.officer, warning_id, "pause", reason="企业停电")).status_code == 201
    district.system.clock.advance(timedelta(hours=1))
    await district.send(occurred_on="2026-11-18", months=3, workers=45)
    detail = await district.detail(warning_id)
    assert (detail["level"], detail["paused"]) == ("red", False)
    assert [step["action"] for step in detail["history"]][-2:] == ["upgrade", "resume"]
    assert {clock["standing"] for clock in detail["clocks"]} == {"due"}


@pytest.mark.parametrize("who", ["officer", "coordinator"])
async def test_a_paused_warning_stands_still_also_for_a_new_assignee(district: District, who: str) -> None:
    warning_id = await an_orange(district)
    assert (await act(district.officer, warning_id, "pause", reason="企业停电")).status_code == 201
    if who == "officer":
        answer = await act(
            district.officer, warning_id, "assign", assignee_id=str(district.second), reason="换人"
        )
    else:
        answer = await act(district.coordinator(district.first), warning_id, "reject", reason="不在本网格")
    assert answer.status_code == 201, answer.text
    standing = {kind: one["standing"] for kind, one in (await clocks(district, warning_id)).items()}
    assert (standing["accept"], standing["visit"]) == ("paused", "paused")
    assert (await act(district.officer, warning_id, "resume")).status_code == 201
    assert (await clocks(district, warning_id))["accept"]["standing"] == "due"


async def test_a_nil_report_of_the_running_month_hides_nothing_that_comes_after_it(
    district: District,
) -> None:
    await district.send(period="2026-11", amount_cny="0", months=0, workers=0)
    await district.send(occurred_on="2026-11-18", months=4, workers=120, amount_cny="5000000.00")
    assert [(one["level"], one["uscc"]) for one in await district.warnings()] == [("red", USCC)]


async def test_whoever_has_a_warning_hears_that_it_became_red(district: District) -> None:
    await district.send(period="2026-10", months=1, workers=1)
    await district.send(period="2026-11", months=3, workers=41)
    async with district.system.db("warning").read() as tx:
        told = await tx.rows(text("SELECT account_id FROM warning.notices WHERE cause = 'upgraded'"))
    assert district.first in {row.account_id for row in told}


async def test_a_warning_is_not_given_to_whoever_has_it(district: District) -> None:
    await district.send(period="2026-10", months=3, workers=41)
    warning_id = (await district.warnings())[0]["id"]
    for told in ({"assignee_id": str(district.first)}, {}):
        again = await act(district.officer, warning_id, "assign", reason="催办", **told)
        assert (again.status_code, again.json()["code"]) == (409, "warning.already_theirs")


async def test_a_warning_in_a_queue_is_not_put_there_once_more(district: District) -> None:
    await district.register(workplace_division=OTHER_TOWN, grid_cell=None)
    await district.send(period="2026-10", months=3, workers=41)
    (found,) = await district.warnings()
    assert found["queue_division"] == OTHER_TOWN
    district.system.clock.advance(timedelta(hours=1))
    again = await act(district.officer, found["id"], "assign", reason="催办")
    assert (again.status_code, again.json()["code"]) == (409, "warning.already_queued")
    assert (await district.detail(found["id"]))["due_at"] == found["due_at"]


async def test_a_closed_warning_is_assigned_to_nobody(district: District) -> None:
    warning_id = await an_orange(district)
    await do(district, warning_id, "accept", "visit", "false_alarm")
    closing = {"reason_code": "false_alarm", "evidence": "无欠薪"}
    assert (await act(district.officer, warning_id, "close", **closing)).status_code == 201
    refused = await act(district.officer, warning_id, "assign", reason="催办")
    assert (refused.status_code, refused.json()["code"]) == (409, "warning.closed")


@pytest.mark.parametrize(("ahead", "status"), [(5, 201), (600, 422)])
async def test_a_telephone_may_be_a_little_ahead(district: District, ahead: int, status: int) -> None:
    warning_id = await an_orange(district)
    await do(district, warning_id, "accept")
    now = district.system.clock.now()
    mine, told = district.coordinator(district.first), (now + timedelta(seconds=ahead)).isoformat()
    assert (await act(mine, warning_id, "visit", findings="已到场", visited_at=told)).status_code == status
    if status == 201:
        assert datetime.fromisoformat((await clocks(district, warning_id))["visit"]["met_at"]) == now


async def test_a_reason_that_was_corrected_says_so(district: District) -> None:
    await district.send(source_ref="R-1", period="2026-10", months=3, workers=41)
    await district.send(
        source_ref="R-2", corrects="R-1", period="2026-10", months=0, workers=0, amount_cny="0"
    )
    (found,) = await district.warnings()
    detail = await district.detail(found["id"])
    assert (detail["level"], [one["source"] for one in detail["reasons"][:2]]) == ("red", ["later", "later"])
    assert "无" in detail["reasons"][1]["text"]
    assert "1 条" in detail["reasons"][0]["text"]
    assert detail["evidence"]["corrected_signal_ids"] == detail["evidence"]["signal_ids"]


async def test_who_assigns_a_warning_on_makes_no_breach_undone(district: District) -> None:
    await district.send(period="2026-10", months=3, workers=41)
    (found,) = await district.warnings()
    district.system.clock.advance(timedelta(hours=3))
    await district.system.settle()
    told = {"reason": "换人", "assignee_id": str(district.second)}
    assert (await act(district.officer, found["id"], "assign", **told)).status_code == 201
    overview = (await district.officer.get("/overview")).json()
    rate = overview["indicators"]["accepted_in_time_rate_30d"]
    assert (rate["numerator"], rate["denominator"]) == (0, 1)


@pytest.mark.parametrize("undone_by", ["contradict", "return"])
async def test_a_visit_before_an_outcome_was_undone_counts_no_more(
    district: District, undone_by: str
) -> None:
    warning_id = await an_orange(district)
    visited_at = (district.system.clock.now() + timedelta(minutes=1)).isoformat()
    district.system.clock.advance(timedelta(minutes=1))
    await do(district, warning_id, "accept", "visit", "false_alarm")
    district.system.clock.advance(timedelta(minutes=1))
    if undone_by == "return":
        assert (await act(district.officer, warning_id, "return", reason="再去一次")).status_code == 201
    else:
        await district.send(occurred_on="2026-11-18", months=1, workers=6)
    mine = district.coordinator(district.first)
    refused = await act(mine, warning_id, "visit", findings="已到场核实", visited_at=visited_at)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "visited_at")
    assert (await clocks(district, warning_id))["visit"]["standing"] == "due"
    await do(district, warning_id, "visit")


async def test_whoever_visited_keeps_a_warning_of_which_the_town_becomes_known(district: District) -> None:
    await district.register(workplace_division="310112", grid_cell=None)
    await district.send(period="2026-10", months=3, workers=41)
    warning_id = (await district.warnings())[0]["id"]
    second = district.coordinator(district.second)
    given = {"assignee_id": str(district.second), "reason": "就近"}
    assert (await act(district.officer, warning_id, "assign", **given)).status_code == 201
    for step, told in (("accept", {}), ("visit", {"findings": "已到场核实"})):
        assert (await act(second, warning_id, step, **told)).status_code == 201
    await district.register(workplace_division=TOWN, grid_cell=f"{TOWN}-G01")
    await district.system.settle()
    detail = await district.detail(warning_id)
    assert (detail["state"], detail["division"]) == ("visited", TOWN)
    assert (await second.get(f"/warnings/{warning_id}")).status_code == 200
