"""Open cases follow their warning: to another town, to another level."""

from typing import Any
from uuid import UUID

import pytest

from shared.auth.permissions import Role
from shared.events.mediation import (
    MediationCaseLevelChanged,
    MediationTransferAccepted,
    MediationTransferReturned,
)
from shared.events.warning import WarningDowngraded, WarningMoved, WarningUpgraded
from tests.support.enterprises import a_uscc
from tests.support.network import CENTRE, HOUSE, OTHER_TOWN, TOWN, ZONE, Network, step
from tests.support.told import told

pytestmark = pytest.mark.asyncio


def facts(network: Network, warning_id: UUID, **changes: Any) -> dict[str, Any]:
    return {
        "warning_id": warning_id,
        "uscc": a_uscc(1),
        "division": TOWN,
        "level": "orange",
        "state": "handed_over",
        "version": 9,
        "at": network.system.clock.now(),
    } | changes


async def move(network: Network, warning_id: UUID, **changes: Any) -> None:
    place: dict[str, Any] = {"division": OTHER_TOWN, "from_division": TOWN, "grid_cell": f"{OTHER_TOWN}-G02"}
    place |= {"zone": None, "assignee_id": None, "queue_division": OTHER_TOWN}
    event = WarningMoved.model_validate(facts(network, warning_id, **place | changes))
    await network.system.tell(event)


async def change_level(network: Network, warning_id: UUID, level: str) -> None:
    said = facts(network, warning_id, level=level)
    event = (
        WarningUpgraded.model_validate(said | {"rule_ids": (), "told": ()})
        if level == "red"
        else WarningDowngraded.model_validate(said | {"cause": "assessment"})
    )
    await network.system.tell(event)


async def test_a_moved_enterprise_s_accepted_case_goes_to_the_new_town_in_the_time_that_is_left(
    network: Network,
) -> None:
    await network.employ("d1", CENTRE)
    warning_id = await network.hand_over()
    case_id = str((await network.case(warning_id))["id"])
    await step(network.mediator("t1"), case_id, "accept")
    await step(network.mediator("t1"), case_id, "sessions", record="双方到场")
    await step(network.mediator("t1"), case_id, "transfer", reason="案情复杂")
    before = await network.case(warning_id)
    await move(network, warning_id)
    seen = (await network.reader(Role.TOWN_OFFICER, OTHER_TOWN).get(f"/cases/{case_id}")).json()
    assert (seen["division"], seen["organisation_code"], seen["state"]) == (OTHER_TOWN, "T-2", "accepted")
    assert (seen["due_at"], len(seen["sessions"]), seen["mediator"]) == (before["due_at"], 1, None)
    assert [one["action"] for one in seen["history"]][-3:] == [
        "follow_workplace",
        "return_transfer",
        "reassign",
    ]
    assert seen["offer"] is None
    gone = await network.reader(Role.TOWN_OFFICER, TOWN).get(f"/cases/{case_id}")
    assert gone.status_code == 404
    assert [one["id"] for one in await network.cases("t2")] == [case_id]
    assert await network.cases("t1") == await network.cases("d1") == []
    assert (await step(network.mediator("t2"), case_id, "take-over", reason="迁入接办")).status_code == 201
    (event,) = await told(network.system, MediationTransferAccepted)
    assert event["division"] == OTHER_TOWN
    assert {one["account_id"] for one in event["told"]} == {
        str(network.people[name]) for name in ("t1", "t1b", "t2")
    }
    (withdrawn,) = await told(network.system, MediationTransferReturned)
    assert withdrawn["told"] == []


async def test_the_district_s_case_stays_where_it_is(network: Network) -> None:
    await network.employ("d1", CENTRE)
    warning_id = await network.hand_over()
    case_id = str((await network.case(warning_id))["id"])
    await step(network.mediator("t1"), case_id, "transfer", reason="案情复杂")
    await step(network.mediator("d1"), case_id, "transfer/accept")
    await step(network.mediator("d1"), case_id, "accept")
    await move(network, warning_id)
    seen = await network.case(warning_id)
    assert (seen["organisation_code"], seen["mediator"], seen["division"]) == (CENTRE, "d1", OTHER_TOWN)


async def test_a_house_s_committee_keeps_the_dispute_of_its_house(network: Network) -> None:
    warning_id = await network.hand_over(uscc=HOUSE)
    await move(network, warning_id, uscc=HOUSE)
    seen = await network.case(warning_id)
    assert (seen["organisation_code"], seen["division"], seen["grid_cell"]) == (
        "E-1",
        OTHER_TOWN,
        f"{OTHER_TOWN}-G02",
    )


async def test_a_case_that_moves_into_a_park_goes_to_the_park_s_organisation(network: Network) -> None:
    warning_id = await network.hand_over(division=OTHER_TOWN)
    assert (await network.case(warning_id))["organisation_code"] == "T-2"
    await move(network, warning_id, division=TOWN, from_division=OTHER_TOWN, grid_cell=None, zone=ZONE)
    seen = await network.case(warning_id)
    assert (seen["organisation_code"], seen["division"]) == ("P-1", TOWN)


async def test_a_closed_case_stays_on_record_where_it_was(network: Network) -> None:
    warning_id = await network.hand_over()
    case_id = str((await network.case(warning_id))["id"])
    await step(network.mediator("t1"), case_id, "close", outcome="failed", evidence="不愿调解")
    await move(network, warning_id)
    assert (await network.case(warning_id))["division"] == TOWN


async def test_an_upgrade_reaches_the_case_and_those_who_decide_on_a_transfer(network: Network) -> None:
    warning_id = await network.hand_over(zone=ZONE)
    for level in ("red", "red", "orange"):
        await change_level(network, warning_id, level)
    seen = await network.case(warning_id)
    assert (seen["level"], seen["organisation_code"]) == ("orange", "P-1")
    assert [one["note"] for one in seen["history"]][1:] == ["orange → red", "red → orange"]
    up, down = await told(network.system, MediationCaseLevelChanged)
    assert (up["level"], up["tier"], up["lowest_tier"]) == ("red", "park", "town")
    assert [one["role"] for one in up["told"]] == ["mediator", "town_officer", "district_officer"]
    assert (down["level"], down["lowest_tier"], down["told"]) == ("orange", "enterprise", [])


async def test_an_upgrade_in_the_town_tells_nobody_to_pass_it_on(network: Network) -> None:
    warning_id = await network.hand_over()
    await change_level(network, warning_id, "red")
    assert (await network.case(warning_id))["level"] == "red"
    (event,) = await told(network.system, MediationCaseLevelChanged)
    assert event["told"] == []
