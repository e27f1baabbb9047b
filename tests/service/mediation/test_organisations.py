"""The register of organisations: who keeps it, and what it refuses."""

import pytest

from shared.auth.permissions import Role
from tests.support.network import CENTRE, TOWN, Network, step

pytestmark = pytest.mark.asyncio

BODY = {"name": "七宝镇调解中心", "tier": "town", "division": "310112102"}


async def test_an_organisation_is_created_updated_and_left_unchanged(network: Network) -> None:
    changes = [BODY, BODY | {"name": "七宝镇联合调解中心"}, BODY | {"name": "七宝镇联合调解中心"}]
    answers = [await network.officer.put("/organisations/T-9", json=body) for body in changes]
    assert [answer.json()["status"] for answer in answers] == ["created", "updated", "unchanged"]


async def test_only_the_district_officer_keeps_the_register(network: Network) -> None:
    for role in set(Role) - {Role.DISTRICT_OFFICER}:
        client = network.reader(role)
        assert (await client.put("/organisations/T-9", json=BODY)).status_code == 403
        assert (await client.put("/organisations/T-1/mediators/t2")).status_code == 403
        assert (await client.delete("/organisations/T-1/mediators/t1")).status_code == 403


@pytest.mark.parametrize(
    ("code", "body", "status"),
    [
        ("T-1", BODY, 409),
        (CENTRE, {"name": "中心", "tier": "district", "division": "310112", "enabled": False}, 409),
        ("P-9", {"name": "园区", "tier": "park", "division": TOWN}, 422),
        ("E-9", {"name": "企业", "tier": "enterprise", "division": TOWN, "uscc": "1"}, 422),
        ("P-9", {"name": "园", "tier": "park", "division": TOWN, "grid_cells": ["G\x0001"]}, 422),
        ("P-9", {"name": "园", "tier": "park", "division": TOWN, "zone": "商\x00圈"}, 422),
        ("X-9", {"name": "某", "tier": "village", "division": TOWN}, 422),
        ("X-9", {"name": "某", "tier": "town", "division": "320582100"}, 422),
    ],
)
async def test_what_cannot_be_is_refused(
    network: Network, code: str, body: dict[str, object], status: int
) -> None:
    assert (await network.officer.put(f"/organisations/{code}", json=body)).status_code == status


async def test_mediators_are_attached_and_detached_and_their_cases_stay(network: Network) -> None:
    case_id = await network.accepted()
    answer = await network.officer.delete("/organisations/T-1/mediators/t1")
    assert answer.json() == {"code": "T-1", "mediators": ["t1b"]}
    assert (await network.mediator("t1").get(f"/cases/{case_id}")).status_code == 404
    assert [one["mediator"] for one in await network.cases("t1b")] == [None]
    for name, status in [("t1", 200), ("t1", 200), ("nobody", 422)]:
        assert (await network.officer.put(f"/organisations/T-1/mediators/{name}")).status_code == status
    assert (await network.officer.put("/organisations/none/mediators/t1")).status_code == 404
    assert (await step(network.mediator("t1"), case_id, "take-over", reason="回岗")).status_code == 201


async def test_the_list_shows_people_and_load_of_the_callers_part(network: Network) -> None:
    await network.hand_over()
    items = (await network.reader(Role.TOWN_OFFICER, TOWN).get("/organisations")).json()["items"]
    shown = {one["code"]: (one["mediators"], one["open_cases"]) for one in items}
    assert shown == {
        "E-1": (["e1"], 0),
        CENTRE: ([], 0),
        "P-1": (["p1"], 0),
        "T-1": (["t1", "t1b"], 1),
    }


async def test_a_mediator_of_another_town_is_not_attached(network: Network) -> None:
    assert (await network.officer.put("/organisations/T-2/mediators/t2")).status_code == 200
    answer = await network.officer.put("/organisations/T-2/mediators/t1")
    assert (answer.status_code, answer.json()["code"]) == (422, "mediation.mediator_of_elsewhere")
