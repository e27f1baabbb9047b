"""Who sees a case, who acts on it, and what happens when an officer leaves."""

import asyncio
from typing import Any

import pytest

from shared.auth.permissions import Role
from shared.kernel.ids import new_id
from tests.support.inspectorate import (
    ORDER,
    OTHER_TOWN,
    TOWN,
    VIOLATION,
    Inspectorate,
    act,
    done,
)

pytestmark = pytest.mark.asyncio

STEPS: list[tuple[str, dict[str, Any]]] = [
    ("finding", VIOLATION),
    ("order", ORDER),
    ("rectification", {"evidence": "凭证"}),
    ("extend", {"reason": "案情复杂"}),
    ("close", {"outcome": "no_violation", "reason": "无违法"}),
]


@pytest.mark.parametrize("role", [Role.TOWN_OFFICER, Role.DISTRICT_OFFICER, Role.AUDITOR])
async def test_officers_and_auditors_read_and_do_not_act(inspectorate: Inspectorate, role: Role) -> None:
    case_id = await inspectorate.a_case()
    reader = inspectorate.client(role, division=TOWN)
    assert [case["id"] for case in await inspectorate.cases(reader)] == [case_id]
    assert (await reader.get(f"/cases/{case_id}")).status_code == 200
    assert (await reader.get("/inspectors")).status_code == 403
    for step, fields in [*STEPS, ("assign", {"officer_ids": inspectorate.pair()})]:
        assert (await act(reader, case_id, step, **fields)).status_code == 403, step


@pytest.mark.parametrize("role", [Role.GRID_COORDINATOR, Role.MEDIATOR, Role.SYSTEM_ADMIN, Role.DEPARTMENT])
async def test_other_roles_see_nothing(inspectorate: Inspectorate, role: Role) -> None:
    case_id = await inspectorate.a_case()
    stranger = inspectorate.client(role)
    for path in ("/cases", f"/cases/{case_id}", "/inspectors"):
        assert (await stranger.get(path)).status_code == 403


@pytest.mark.parametrize("role", [Role.TOWN_OFFICER, Role.INSPECTOR, Role.AUDITOR])
async def test_another_towns_case_does_not_exist(inspectorate: Inspectorate, role: Role) -> None:
    case_id = await inspectorate.a_case()
    other = inspectorate.client(role, division=OTHER_TOWN)
    assert await inspectorate.cases(other) == []
    assert (await other.get(f"/cases/{case_id}")).status_code == 404
    if role is Role.INSPECTOR:
        answer = await act(other, case_id, "assign", officer_ids=inspectorate.pair())
        assert answer.status_code == 404


@pytest.mark.parametrize(("step", "fields"), STEPS)
async def test_only_the_cases_officers_act_once_it_is_filed(
    inspectorate: Inspectorate, step: str, fields: dict[str, Any]
) -> None:
    case_id = await inspectorate.a_filed_case()
    if step in {"order", "close"}:
        finding = VIOLATION | {"finding": "no_violation" if step == "close" else "violation"}
        await done(inspectorate.first, case_id, "finding", **finding)
    if step == "rectification":
        await done(inspectorate.first, case_id, "finding", **VIOLATION)
        await done(inspectorate.first, case_id, "order", **ORDER)
    answer = await act(inspectorate.third, case_id, step, **fields)
    assert (answer.status_code, answer.json()["code"]) == (403, "inspection.not_an_officer")
    assert (await act(inspectorate.second, case_id, step, **fields)).status_code == 201


async def test_two_different_working_inspectors_are_needed(inspectorate: Inspectorate) -> None:
    case_id = await inspectorate.a_case()
    stranger, elsewhere = new_id(), new_id()
    await inspectorate.employ(elsewhere, "elsewhere", division=OTHER_TOWN)
    await inspectorate.employ(inspectorate.ids[2], "inspector-3", enabled=False)
    for pair in (
        inspectorate.pair(0),
        inspectorate.pair(0, 0),
        inspectorate.pair(0, 2),
        [inspectorate.pair()[0], str(stranger)],
        [inspectorate.pair()[0], str(elsewhere)],
    ):
        answer = await act(inspectorate.first, case_id, "assign", officer_ids=pair)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "officer_ids"), pair
    assert (await inspectorate.detail(case_id))["state"] == "received"


async def test_the_list_of_inspectors_holds_who_works(inspectorate: Inspectorate) -> None:
    await inspectorate.employ(inspectorate.ids[1], "inspector-2", enabled=False)
    await inspectorate.employ(new_id(), "somebody", role=Role.TOWN_OFFICER, division=TOWN)
    answer = await inspectorate.first.get("/inspectors", params={"limit": 1})
    assert answer.json()["items"] == [
        {"id": str(inspectorate.ids[0]), "username": "inspector-1", "division": "310112"}
    ]
    rest = await inspectorate.first.get("/inspectors", params={"cursor": answer.json()["next_cursor"]})
    assert [one["username"] for one in rest.json()["items"]] == ["inspector-3"]


async def test_a_disabled_officer_is_replaced_before_anything_else_is_done(
    inspectorate: Inspectorate,
) -> None:
    case_id = await inspectorate.a_filed_case()
    await inspectorate.employ(inspectorate.ids[1], "inspector-2", enabled=False)
    (listed,) = await inspectorate.cases()
    assert listed["replacement_needed"] is True
    (told,) = await inspectorate.told("inspection.case.replacement_needed.v1")
    assert told["left_officer_ids"] == inspectorate.pair(1)
    # The office alone: who stays is one of it, and nobody is told twice.
    assert [one["account_id"] for one in told["told"]] == [None]
    stuck = await act(inspectorate.first, case_id, "finding", **VIOLATION)
    assert (stuck.status_code, stuck.json()["code"]) == (409, "inspection.officer_missing")
    assert stuck.json()["state"] == "filed"
    await done(inspectorate.third, case_id, "assign", officer_ids=inspectorate.pair(0, 2))
    detail = await inspectorate.detail(case_id)
    assert [(one["username"], one["working"]) for one in detail["officers"]] == [
        ("inspector-1", True),
        ("inspector-3", True),
    ]
    await done(inspectorate.third, case_id, "finding", **VIOLATION)


async def test_an_officer_who_comes_back_needs_no_replacement(inspectorate: Inspectorate) -> None:
    case_id = await inspectorate.a_filed_case()
    await inspectorate.employ(inspectorate.ids[1], "inspector-2", role=Role.MEDIATOR)
    assert (await inspectorate.detail(case_id))["replacement_needed"] is True
    await inspectorate.employ(inspectorate.ids[1], "inspector-2")
    assert (await inspectorate.detail(case_id))["replacement_needed"] is False
    await done(inspectorate.second, case_id, "finding", **VIOLATION)
    actions = [step["action"] for step in (await inspectorate.detail(case_id))["history"]]
    assert actions == ["receive", "file", "officer_left", "officer_back", "find"]


async def test_a_disabled_officers_closed_cases_and_other_cases_stay_as_they_are(
    inspectorate: Inspectorate,
) -> None:
    closed = await inspectorate.a_filed_case()
    await done(inspectorate.first, closed, "finding", **VIOLATION | {"finding": "no_violation"})
    await done(inspectorate.first, closed, "close", outcome="no_violation", reason="无违法")
    received = await inspectorate.a_case()
    await inspectorate.employ(inspectorate.ids[1], "inspector-2", enabled=False)
    assert (await inspectorate.detail(closed))["replacement_needed"] is False
    assert (await inspectorate.detail(received))["replacement_needed"] is False
    assert await inspectorate.told("inspection.case.replacement_needed.v1") == []


async def test_nobody_is_pushed_out_by_an_outsider(inspectorate: Inspectorate) -> None:
    case_id = await inspectorate.a_filed_case()
    answer = await act(inspectorate.third, case_id, "assign", officer_ids=inspectorate.pair(1, 2))
    assert answer.status_code == 403
    same = await act(inspectorate.first, case_id, "assign", officer_ids=inspectorate.pair(1, 0))
    assert same.status_code == 422
    await done(inspectorate.first, case_id, "assign", officer_ids=inspectorate.pair(1, 2), reason="出差")
    assert (await act(inspectorate.first, case_id, "finding", **VIOLATION)).status_code == 403


async def test_assigning_and_disabling_at_once_never_leaves_a_case_unmarked(
    inspectorate: Inspectorate,
) -> None:
    case_id = await inspectorate.a_case()
    answer, _ = await asyncio.gather(
        act(inspectorate.first, case_id, "assign", officer_ids=inspectorate.pair()),
        inspectorate.employ(inspectorate.ids[1], "inspector-2", enabled=False),
    )
    detail = await inspectorate.detail(case_id)
    assert answer.status_code in {201, 422}
    assert detail["replacement_needed"] is (answer.status_code == 201)


async def test_a_sole_traders_name_is_masked_in_lists_but_not_for_the_cases_officers(
    inspectorate: Inspectorate,
) -> None:
    case_id = await inspectorate.a_filed_case(enterprise_name="王小明", sole_trader=True)
    for client, name in (
        (inspectorate.officer, "王**"),
        (inspectorate.third, "王**"),
        (inspectorate.first, "王小明"),
    ):
        assert [case["name"] for case in await inspectorate.cases(client)] == [name]
    assert (await inspectorate.detail(case_id))["name"] == "王小明"
