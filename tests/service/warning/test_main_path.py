"""Signals become red and orange warnings on a coordinator's list, and go their way to closure."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.auth.permissions import Role
from tests.support.district import TOWN, USCC, District, act
from tests.support.enterprises import a_uscc

pytestmark = pytest.mark.asyncio


async def settle_outcome(district: District, warning_id: str, outcome: str = "resolved") -> None:
    mine = district.coordinator(district.first)
    for step, fields in (
        ("accept", {}),
        ("visit", {"findings": "已到场核实"}),
        ("outcome", {"outcome": outcome, "evidence": "银行凭证已核"}),
    ):
        answer = await act(mine, warning_id, step, **fields)
        assert answer.status_code == 201, answer.text


async def test_three_months_of_arrears_raise_a_red_on_the_cell_coordinators_list(district: District) -> None:
    result = await district.send(period="2026-10", amount_cny="812345.60", months=3, workers=41)
    assert result["status"] == "accepted"
    worklist = await district.worklist(district.first)
    assert [(w["level"], w["state"], w["uscc"]) for w in worklist] == [("red", "assigned", USCC)]
    detail = await district.detail(worklist[0]["id"])
    assert {clock["kind"] for clock in detail["clocks"]} == {"accept", "visit", "plan", "review"}
    assert any("3 个月" in reason["text"] for reason in detail["reasons"])
    assert any(told["role"] == "district_officer" for told in detail["told"])


async def test_a_warning_is_hidden_from_another_coordinator_and_another_town(district: District) -> None:
    await district.send(period="2026-10", months=1, workers=5)
    warning_id = (await district.worklist(district.first))[0]["id"]
    assert (await district.coordinator(district.second).get(f"/warnings/{warning_id}")).status_code == 404


async def test_a_red_goes_all_the_way_and_an_officer_closes_it(district: District) -> None:
    await district.send(period="2026-10", months=3, workers=41)
    warning_id = (await district.warnings())[0]["id"]
    await settle_outcome(district, warning_id)
    assert (await district.detail(warning_id))["level"] == "orange", "the outcome lowers red on the record"
    closed = await act(
        district.officer, warning_id, "close", reason_code="true_resolved", evidence="凭证齐全"
    )
    assert (closed.status_code, closed.json()["state"]) == (201, "closed")
    steps = [entry["action"] for entry in (await district.detail(warning_id))["history"]]
    assert steps == ["raise", "assign", "accept", "visit", "resolve", "downgrade", "close"]


async def test_a_repeat_is_answered_even_after_the_warning_left_and_other_content_is_refused(
    district: District,
) -> None:
    await district.send(period="2026-10", months=1, workers=5)
    warning_id = (await district.warnings())[0]["id"]
    mine = district.coordinator(district.first)
    action = {"action_id": str(uuid4()), "reason": "不在本网格"}
    answers = [await mine.post(f"/warnings/{warning_id}/reject", json=action) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    other = await mine.post(f"/warnings/{warning_id}/reject", json=action | {"reason": "别的理由"})
    assert other.status_code == 409
    assert [w["id"] for w in await district.worklist(district.second)] == [warning_id]


async def test_an_illegal_step_is_a_conflict_that_tells_the_state(district: District) -> None:
    await district.send(period="2026-10", months=1, workers=5)
    warning_id = (await district.warnings())[0]["id"]
    answer = await act(district.coordinator(district.first), warning_id, "visit", findings="已到场")
    assert (answer.status_code, answer.json()["state"]) == (409, "assigned")


async def test_a_breach_escalates_from_town_to_leading_group(district: District) -> None:
    await district.send(period="2026-10", months=3, workers=41)
    seen = []
    for minutes in (121, 30, 120):
        district.system.clock.advance(timedelta(minutes=minutes))
        await district.system.settle()
        seen.append((await district.warnings())[0]["escalated_to"])
    assert seen == ["town", "district", "leading_group"]


async def test_where_no_town_is_known_the_district_hears_of_a_breach(district: District) -> None:
    other = a_uscc(4)
    await district.register(other, workplace_division="310112", grid_cell=None)
    await district.send(uscc=other, period="2026-10", months=3, workers=41)
    district.system.clock.advance(timedelta(minutes=121))
    await district.system.settle()
    async with district.system.db("warning").read() as tx:
        told = await tx.rows(text("SELECT DISTINCT role, division FROM warning.notices"))
    assert [(one.role, one.division) for one in told] == [("district_officer", "310112")]


async def test_paused_clocks_do_not_breach_and_move_by_the_pause(district: District) -> None:
    await district.send(period="2026-10", months=3, workers=41)
    warning_id = (await district.warnings())[0]["id"]
    accept_due = await _due(district, warning_id, "accept")
    assert (await act(district.officer, warning_id, "pause", reason="企业停电")).status_code == 201
    district.system.clock.advance(timedelta(hours=5))
    await district.system.settle()
    assert (await district.warnings())[0]["escalated_to"] is None
    assert (await act(district.officer, warning_id, "resume")).status_code == 201
    assert await _due(district, warning_id, "accept") != accept_due


async def _due(district: District, warning_id: str, kind: str) -> str:
    clocks = (await district.detail(warning_id))["clocks"]
    due: str = next(clock["due_at"] for clock in clocks if clock["kind"] == kind)
    return due


async def test_nothing_new_after_closure_does_not_reopen_and_new_arrears_do(district: District) -> None:
    await district.send(period="2026-10", months=1, workers=5)
    warning_id = (await district.warnings())[0]["id"]
    await settle_outcome(district, warning_id)
    await act(district.officer, warning_id, "close", reason_code="true_resolved", evidence="已支付")
    district.system.clock.advance(timedelta(days=1))
    await district.system.settle()
    assert (await district.warnings())[0]["state"] == "closed"
    await district.send(occurred_on="2026-11-19", months=1, workers=6)
    assert [(w["id"], w["state"]) for w in await district.warnings()] == [(warning_id, "assigned")]


async def test_a_disabled_coordinators_warnings_go_to_the_next_at_once(district: District) -> None:
    await district.send(period="2026-10", months=1, workers=5)
    await district.employ(district.first, "c1", enabled=False)
    assert [w["state"] for w in await district.worklist(district.second)] == ["assigned"]


@pytest.mark.parametrize("step", ["hand-over", "outcome"])
async def test_what_others_have_or_is_settled_gets_an_owner_who_works(district: District, step: str) -> None:
    await district.send(period="2026-10", months=1, workers=5)
    warning_id = (await district.warnings())[0]["id"]
    mine = district.coordinator(district.first)
    told = {
        "visit": {"findings": "已到场核实"},
        "hand-over": {"note": "双方愿意调解"},
        "outcome": {"outcome": "resolved", "evidence": "凭证已核"},
    }
    for one in ("accept", "visit", step):
        assert (await act(mine, warning_id, one, **told.get(one, {}))).status_code == 201
    state = (await district.detail(warning_id))["state"]
    await district.employ(district.first, "c1", enabled=False)
    assert [w["state"] for w in await district.worklist(district.second)] == [state]
    assert (await district.detail(warning_id))["history"][-1]["note"] == "account_disabled"


async def test_an_officer_gives_a_warning_at_mediation_to_another_owner(district: District) -> None:
    await district.send(period="2026-10", months=1, workers=5)
    warning_id = (await district.warnings())[0]["id"]
    mine = district.coordinator(district.first)
    for one, told in (("accept", {}), ("visit", {"findings": "到场"}), ("hand-over", {"note": "愿调解"})):
        assert (await act(mine, warning_id, one, **told)).status_code == 201
    given = await act(district.officer, warning_id, "assign", assignee_id=str(district.second), reason="调岗")
    assert (given.status_code, given.json()["state"]) == (201, "handed_over")
    assert [w["id"] for w in await district.worklist(district.second)] == [warning_id]


async def test_an_absent_coordinator_gets_no_new_warnings(district: District) -> None:
    body = {
        "action_id": str(uuid4()),
        "coordinator_id": str(district.first),
        "starts_on": "2026-11-18",
        "ends_on": "2026-11-20",
        "reason": "年休假",
    }
    answers = [await district.officer.post("/absences", json=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    await district.send(period="2026-10", months=1, workers=5)
    assert len(await district.worklist(district.second)) == 1
    auditor = district.system.client("warning", district.system.token(Role.AUDITOR))
    assert len((await auditor.get("/absences")).json()["items"]) == 1
    assert (await auditor.delete(f"/absences/{answers[0].json()['id']}")).status_code == 403


async def test_what_waits_for_somebody_who_is_away_today_goes_to_somebody_who_is_there(
    district: District,
) -> None:
    await district.send(period="2026-10", months=3, workers=41)
    ((found,), absence) = (
        await district.warnings(),
        {
            "action_id": str(uuid4()),
            "coordinator_id": str(district.first),
            "starts_on": "2026-11-19",
            "ends_on": "2026-11-19",
            "reason": "病假",
        },
    )
    assert (await district.officer.post("/absences", json=absence)).status_code == 201
    await district.system.settle()
    assert (await district.detail(found["id"]))["assignee_id"] == str(district.first)

    district.system.clock.advance(timedelta(days=1))
    await district.system.settle()
    detail = await district.detail(found["id"])
    assert (detail["assignee_id"], detail["history"][-1]["note"]) == (str(district.second), "absent")

    told = {"reason": "由其到岗后办理", "assignee_id": str(district.first)}
    assert (await act(district.officer, found["id"], "assign", **told)).status_code == 201
    await district.system.settle()
    assert (await district.detail(found["id"]))["assignee_id"] == str(district.first)


async def test_without_a_known_town_the_warning_lies_in_the_districts_queue(district: District) -> None:
    other = "91310112MA1GB0BQ85"
    answer = await district.register(other, workplace_division="310112", grid_cell=None)
    assert answer.status_code == 200, answer.text
    await district.send(uscc=other, period="2026-10", months=3, workers=41)
    found = next(w for w in await district.warnings() if w["uscc"] == other)
    assert (found["state"], found["assignee_id"], found["queue_division"]) == ("assigned", None, "310112")


async def test_who_gets_a_warning_next_is_chosen_by_the_cell_of_today(district: District) -> None:
    await district.employ(district.second, "c2", (f"{TOWN}-G04",))
    await district.send(period="2026-10", months=1, workers=5)
    warning_id = (await district.warnings())[0]["id"]
    await district.register(grid_cell=f"{TOWN}-G04")
    await district.system.settle()
    assert [w["id"] for w in await district.worklist(district.first)] == [warning_id]
    assert (await act(district.officer, warning_id, "assign", reason="按现网格")).status_code == 201
    assert [w["id"] for w in await district.worklist(district.second)] == [warning_id]
    assert (await district.detail(warning_id))["assignment_reason"] == "cell_coordinator"


async def test_a_warning_is_found_in_the_village_where_its_enterprise_works_now(district: District) -> None:
    await district.register(workplace_division=f"{TOWN}001")
    await district.send(period="2026-10", months=1, workers=5)
    await district.register(workplace_division=f"{TOWN}002")
    await district.system.settle()
    (found,) = (await district.officer.get(f"/warnings?division={TOWN}002")).json()["items"]
    assert (found["division"], found["assignee_id"]) == (f"{TOWN}002", str(district.first))
    assert (await district.officer.get(f"/warnings?division={TOWN}001")).json()["items"] == []


async def test_a_warning_follows_its_enterprise_to_another_town(district: District) -> None:
    await district.send(period="2026-10", months=1, workers=5)
    await district.register(workplace_division="310112102", grid_cell=None)
    await district.system.settle()
    found = (await district.warnings())[0]
    assert (found["division"], found["queue_division"]) == ("310112102", "310112102")
    assert found["division"] != TOWN


async def test_a_stored_assessment_computes_to_the_same_from_its_evidence(district: District) -> None:
    await district.send(period="2026-10", months=3, workers=41)
    evidence = (await district.detail((await district.warnings())[0]["id"]))["evidence"]
    await district.register(headcount=7)
    await district.send(period="2026-11", months=0, workers=0, amount_cny="0")
    answer = await district.officer.post(f"/assessments/{evidence['assessment_id']}/recheck")
    assert answer.status_code == 200, answer.text
    assert answer.json()["same"] is True
    assert answer.json()["recomputed"]["level"] == "red"
