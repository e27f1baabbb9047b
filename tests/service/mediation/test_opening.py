"""A warning that was handed over becomes one case, at the lowest tier that fits."""

import pytest

from shared.auth.permissions import Role
from shared.events.mediation import MediationCaseOpened
from shared.kernel.paging import encode_cursor
from tests.support.network import CENTRE, HOUSE, OTHER_TOWN, TOWN, ZONE, Network, handed_over
from tests.support.told import told

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    ("given", "code", "rule"),
    [
        ({"uscc": HOUSE, "zone": ZONE}, "E-1", "enterprise.uscc"),
        ({"grid_cell": f"{TOWN}-G01"}, "P-1", "park.grid_cell"),
        ({"zone": ZONE}, "P-1", "park.zone"),
        ({"zone": ZONE, "division": OTHER_TOWN}, "T-2", "town.division"),
        ({"zone": ZONE, "workers": 10}, "T-1", "town.division"),
        ({"uscc": HOUSE, "level": "red"}, "T-1", "town.division"),
        ({}, "T-1", "town.division"),
        ({"division": f"{TOWN}007"}, "T-1", "town.division"),
        ({"division": "310112110"}, CENTRE, "district.last_resort"),
        ({"division": "310112"}, CENTRE, "district.last_resort"),
    ],
)
async def test_a_case_opens_at_the_lowest_tier_that_fits_and_says_why(
    network: Network, given: dict[str, object], code: str, rule: str
) -> None:
    case = await network.case(await network.hand_over(**given))
    assert (case["organisation_code"], case["rule_id"], case["state"]) == (code, rule, "received")
    event = (await told(network.system, MediationCaseOpened))[-1]
    assert (event["rule_id"], event["organisation_name"]) == (rule, case["organisation_name"])
    assert {clock["kind"] for clock in case["clocks"]} == {"right_to_arbitrate", "accept"}


async def test_the_mediators_are_told_and_of_a_last_resort_the_districts_officers(network: Network) -> None:
    await network.hand_over(workers=12)
    await network.hand_over(division="310112110")
    town, centre = await told(network.system, MediationCaseOpened)
    assert [one["account_id"] for one in town["told"]] == [str(network.people[n]) for n in ("t1", "t1b")]
    assert town["floor_ids"] == ["floor.collective"]
    assert [(one["role"], one["division"]) for one in centre["told"]] == [("district_officer", "310112")]


async def test_with_a_mediator_the_centre_is_no_last_resort(network: Network) -> None:
    await network.employ("d1", CENTRE)
    case = await network.case(await network.hand_over(division="310112110"))
    assert case["rule_id"] == "district.division"


async def test_an_organisation_without_working_mediators_is_passed_over(network: Network) -> None:
    await network.employ("p1", enabled=False)
    case = await network.case(await network.hand_over(zone=ZONE))
    assert case["organisation_code"] == "T-1"


async def test_a_hand_over_told_twice_opens_one_case_and_a_later_one_another(network: Network) -> None:
    event = handed_over(network.system)
    for version in (6, 6, 9):
        async with network.system.db("warning").write() as tx:
            tx.emit(event.model_copy(update={"version": version}))
        await network.system.settle()
    assert len(await network.cases("t1")) == 2
    assert len(await told(network.system, MediationCaseOpened)) == 2


async def test_who_sees_a_case(network: Network) -> None:
    case_id = (await network.case(await network.hand_over()))["id"]
    seen = {
        "t1": network.mediator("t1"),
        "p1": network.mediator("p1"),
        "town": network.reader(Role.TOWN_OFFICER, TOWN),
        "other town": network.reader(Role.TOWN_OFFICER, OTHER_TOWN),
        "district": network.reader(Role.DISTRICT_OFFICER),
        "inspector": network.reader(Role.INSPECTOR),
        "auditor": network.reader(Role.AUDITOR),
    }
    listed = {name: len((await client.get("/cases")).json()["items"]) for name, client in seen.items()}
    shown = {name: (await client.get(f"/cases/{case_id}")).status_code for name, client in seen.items()}
    assert listed == {name: int(name not in {"p1", "other town"}) for name in seen}
    assert shown == {name: 404 if name in {"p1", "other town"} else 200 for name in seen}


@pytest.mark.parametrize("role", [Role.GRID_COORDINATOR, Role.SYSTEM_ADMIN, Role.DEPARTMENT])
async def test_other_roles_see_nothing(network: Network, role: Role) -> None:
    assert (await network.reader(role).get("/cases")).status_code == 403


async def test_a_sole_traders_name_is_whole_only_for_those_who_handle_it(network: Network) -> None:
    await network.hand_over(sole_trader=True, enterprise_name="张三丰饭店")
    officers = (await network.officer.get("/cases")).json()["items"]
    assert ([one["name"] for one in officers], [one["name"] for one in await network.cases("t1")]) == (
        ["张**"],
        ["张三丰饭店"],
    )


async def test_the_list_goes_on_from_a_cursor_most_urgent_first(network: Network) -> None:
    for _ in range(5):
        await network.hand_over()
    accepted = await network.accepted()
    client = network.mediator("t1")
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/cases", params=query)).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 6
    assert seen[-1] == accepted, "it has more time than those that nobody accepted yet"
    anothers = encode_cursor(["2026-11-18T10:00:00+00:00", "0199f5a0-5bd1-7a30-8c2f-0d8f3a1b2c3d"])
    for refused in ("no", anothers):
        assert (await client.get("/cases", params={"cursor": refused})).status_code == 422
