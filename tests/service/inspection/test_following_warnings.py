"""Open cases follow their warning: to another town, to another level."""

from typing import Any
from uuid import UUID

import pytest

from shared.auth.permissions import Role
from shared.events.base import Event
from shared.events.warning import WarningDowngraded, WarningMoved, WarningUpgraded
from tests.support.inspectorate import OTHER_TOWN, TOWN, USCC, Inspectorate, act

pytestmark = pytest.mark.asyncio


async def tell(inspectorate: Inspectorate, event: type[Event], case: dict[str, Any], **changes: Any) -> None:
    facts = {
        "warning_id": UUID(case["warning_id"]),
        "uscc": USCC,
        "division": TOWN,
        "level": "red",
        "state": "referred",
        "version": 9,
        "at": inspectorate.system.clock.now(),
    } | changes
    await inspectorate.system.tell(event.model_validate(facts))


async def move(inspectorate: Inspectorate, case: dict[str, Any]) -> None:
    place: dict[str, Any] = {"division": OTHER_TOWN, "from_division": TOWN, "grid_cell": f"{OTHER_TOWN}-G02"}
    place |= {"zone": None, "assignee_id": None, "queue_division": OTHER_TOWN}
    await tell(inspectorate, WarningMoved, case, **place)


async def test_a_moved_enterprise_s_case_is_the_new_town_s(inspectorate: Inspectorate) -> None:
    case_id = await inspectorate.a_filed_case()
    before = await inspectorate.detail(case_id)
    await move(inspectorate, before)
    old, new = (inspectorate.client(Role.TOWN_OFFICER, division=town) for town in (TOWN, OTHER_TOWN))
    assert (await old.get(f"/cases/{case_id}")).status_code == 404
    seen = (await new.get(f"/cases/{case_id}")).json()
    assert (seen["division"], seen["grid_cell"]) == (OTHER_TOWN, f"{OTHER_TOWN}-G02")
    assert (seen["state"], seen["due_at"], seen["replacement_needed"]) == ("filed", before["due_at"], False)
    last = seen["history"][-1]
    assert (last["action"], last["note"]) == ("follow_workplace", f"{TOWN} → {OTHER_TOWN}")
    assert [one["id"] for one in await inspectorate.cases(new)] == [case_id]
    assert await inspectorate.cases(old) == []


async def test_officers_whose_jurisdiction_does_not_hold_the_new_place_are_to_be_replaced(
    inspectorate: Inspectorate,
) -> None:
    await inspectorate.employ(inspectorate.ids[1], "inspector-2", division=TOWN)
    case_id = await inspectorate.a_filed_case()
    await move(inspectorate, await inspectorate.detail(case_id))
    seen = await inspectorate.detail(case_id)
    assert [one["working"] for one in seen["officers"]] == [True, False]
    (event,) = await inspectorate.told("inspection.case.replacement_needed.v1")
    assert (event["division"], event["left_officer_ids"]) == (OTHER_TOWN, [str(inspectorate.ids[1])])
    answer = await act(
        inspectorate.third, case_id, "assign", officer_ids=inspectorate.pair(0, 2), reason="迁址补派"
    )
    assert answer.status_code == 201, answer.text


async def test_a_case_keeps_its_warning_s_level(inspectorate: Inspectorate) -> None:
    case_id = await inspectorate.a_case(level="orange")
    case = await inspectorate.detail(case_id)
    up = {"level": "red", "rule_ids": (), "told": ()}
    for _ in range(2):
        await tell(inspectorate, WarningUpgraded, case, **up)
    assert (await inspectorate.detail(case_id))["level"] == "red"
    await tell(inspectorate, WarningDowngraded, case, level="orange", cause="assessment")
    seen = await inspectorate.detail(case_id)
    assert seen["level"] == "orange"
    assert [one["note"] for one in seen["history"]][1:] == ["orange → red", "red → orange"]
