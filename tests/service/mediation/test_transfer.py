"""A case goes to another organisation by an offer that is accepted or returned."""

from datetime import timedelta

import pytest

from shared.events.mediation import (
    MediationTransferAccepted,
    MediationTransferOffered,
    MediationTransferReturned,
)
from tests.support.network import CENTRE, HOUSE, TOWN, ZONE, Network, step
from tests.support.told import told

pytestmark = pytest.mark.asyncio


async def in_the_park(network: Network) -> str:
    return str((await network.case(await network.hand_over(zone=ZONE)))["id"])


async def test_an_offer_goes_to_the_next_tier_which_sees_it_and_takes_it(network: Network) -> None:
    case_id = await in_the_park(network)
    offered = await step(network.mediator("p1"), case_id, "transfer", reason="案情复杂")
    assert offered.status_code == 201, offered.text
    (seen,) = await network.cases("t1")
    assert (seen["organisation_code"], seen["offered"]) == ("P-1", True)
    early = await step(network.mediator("t1"), case_id, "accept")
    assert (early.status_code, early.json()["code"]) == (409, "mediation.only_offered")
    network.system.clock.advance(timedelta(days=1))
    assert (await step(network.mediator("t1"), case_id, "transfer/accept")).status_code == 201
    assert await network.cases("p1") == []
    detail = (await network.officer.get(f"/cases/{case_id}")).json()
    assert (detail["organisation_code"], detail["tier"], detail["state"]) == ("T-1", "town", "received")
    assert detail["offer"] is None
    due = {clock["kind"]: clock["due_at"][:10] for clock in detail["clocks"]}
    assert due == {"accept": "2026-11-24", "right_to_arbitrate": "2026-12-03"}
    (event,) = await told(network.system, MediationTransferAccepted)
    assert (event["tier"], event["mediator_id"]) == ("town", None)
    assert (await told(network.system, MediationTransferOffered))[0]["to_tier"] == "town"
    assert (await step(network.mediator("t1"), case_id, "accept")).status_code == 201


async def test_a_returned_offer_leaves_everything_where_it_was(network: Network) -> None:
    case_id = await in_the_park(network)
    await step(network.mediator("p1"), case_id, "transfer", reason="案情复杂")
    second = await step(network.mediator("p1"), case_id, "transfer", reason="再送")
    assert (second.status_code, second.json()["code"]) == (409, "mediation.offer_pending")
    assert (await step(network.mediator("p1"), case_id, "transfer/return", reason="不收")).status_code == 409
    assert (
        await step(network.mediator("t1"), case_id, "transfer/return", reason="园区可办")
    ).status_code == 201
    assert await network.cases("t1") == []
    (case,) = await network.cases("p1")
    assert (case["organisation_code"], case["state"]) == ("P-1", "received")
    (event,) = await told(network.system, MediationTransferReturned)
    assert [one["account_id"] for one in event["told"]] == [str(network.people["p1"])]
    assert (await step(network.mediator("t1"), case_id, "transfer/return", reason="再退")).status_code == 404


async def test_an_accepted_case_goes_on_in_the_time_that_is_left(network: Network) -> None:
    await network.employ("d1", CENTRE)
    case_id = await network.accepted()
    before = (await network.officer.get(f"/cases/{case_id}")).json()["due_at"]
    assert (await step(network.mediator("t1"), case_id, "transfer", reason="跨街镇")).status_code == 201
    network.system.clock.advance(timedelta(days=2))
    assert (await step(network.mediator("d1"), case_id, "transfer/accept")).status_code == 201
    detail = (await network.officer.get(f"/cases/{case_id}")).json()
    assert (detail["state"], detail["mediator"], detail["due_at"]) == ("accepted", "d1", before)


@pytest.mark.parametrize("code", ["E-1", "P-1", "X-9", CENTRE])
async def test_a_named_organisation_must_be_able_to_take_it(network: Network, code: str) -> None:
    """E-1 is another house's, P-1 has it already, the centre has nobody."""
    case_id = await in_the_park(network)
    answer = await step(network.mediator("p1"), case_id, "transfer", reason="移送", organisation_code=code)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "organisation_code")


async def test_a_named_organisation_of_another_town_is_refused(network: Network) -> None:
    case_id = await in_the_park(network)
    answer = await step(network.mediator("p1"), case_id, "transfer", reason="回避", organisation_code="T-2")
    assert (answer.status_code, answer.json()["code"]) == (422, "mediation.target_does_not_fit")
    assert await network.cases("t2") == []


@pytest.mark.parametrize(("zone", "status"), [(ZONE, 201), ("别处", 422)])
async def test_another_of_the_same_tier_may_be_asked_when_it_too_fits(
    network: Network, zone: str, status: int
) -> None:
    case_id = await in_the_park(network)
    body = {"name": "商圈调委会", "tier": "park", "division": TOWN, "zone": zone}
    await network.officer.put("/organisations/P-2", json=body)
    await network.employ("p2", "P-2")
    answer = await step(network.mediator("p1"), case_id, "transfer", reason="回避", organisation_code="P-2")
    assert answer.status_code == status, answer.text


async def test_a_case_does_not_go_down(network: Network) -> None:
    case_id = await in_the_park(network)
    await step(network.mediator("p1"), case_id, "transfer", reason="案情复杂")
    await step(network.mediator("t1"), case_id, "transfer/accept")
    answer = await step(network.mediator("t1"), case_id, "transfer", reason="下沉", organisation_code="P-1")
    assert (answer.status_code, answer.json()["code"]) == (422, "mediation.tier_too_low")


async def test_who_is_only_asked_sees_no_records_of_sessions(network: Network) -> None:
    await network.employ("d1", CENTRE)
    case_id = await network.accepted()
    await step(network.mediator("t1"), case_id, "sessions", record="双方各执一词")
    await step(network.mediator("t1"), case_id, "transfer", reason="案情复杂")
    asked, holder = network.mediator("d1"), network.mediator("t1")
    seen = (await asked.get(f"/cases/{case_id}")).json()
    assert (seen["offered"], seen["offer"]["reason"], seen["sessions"]) == (True, "案情复杂", [])
    assert len((await holder.get(f"/cases/{case_id}")).json()["sessions"]) == 1
    await step(asked, case_id, "transfer/accept")
    assert len((await asked.get(f"/cases/{case_id}")).json()["sessions"]) == 1


async def test_a_collective_dispute_does_not_go_below_the_town(network: Network) -> None:
    case_id = (await network.case(await network.hand_over(zone=ZONE, workers=30)))["id"]
    answer = await step(network.mediator("t1"), case_id, "transfer", reason="下沉", organisation_code="P-1")
    assert answer.status_code == 422


async def test_at_the_top_there_is_nobody_to_ask(network: Network) -> None:
    case_id = await network.accepted()
    answer = await step(network.mediator("t1"), case_id, "transfer", reason="复杂")
    assert (answer.status_code, answer.json()["code"]) == (409, "mediation.nobody_above")


async def test_closing_ends_an_offer(network: Network) -> None:
    case_id = (await network.case(await network.hand_over(uscc=HOUSE)))["id"]
    await step(network.mediator("e1"), case_id, "transfer", reason="上送")
    await step(network.mediator("e1"), case_id, "close", outcome="withdrawn", evidence="双方和解，撤回申请")
    assert await network.cases("t1") == []
    assert (await step(network.mediator("p1"), case_id, "transfer/accept")).status_code == 404


async def test_where_nobody_works_any_more_the_case_goes_on_to_who_would_get_it_now(network: Network) -> None:
    case_id = await in_the_park(network)
    await network.employ("p1", enabled=False)
    detail = (await network.officer.get(f"/cases/{case_id}")).json()
    assert (detail["organisation_code"], detail["rule_id"]) == ("T-1", "town.division")
    assert detail["history"][-1]["action"] == "reassign"
    (event,) = await told(network.system, MediationTransferAccepted)
    assert [one["account_id"] for one in event["told"]] == [str(network.people[n]) for n in ("t1", "t1b")]


async def test_an_accepted_case_of_a_disabled_organisation_keeps_its_time(network: Network) -> None:
    case_id = await network.accepted()
    before = (await network.officer.get(f"/cases/{case_id}")).json()["due_at"]
    body = {"name": "停用", "tier": "town", "division": TOWN, "enabled": False}
    assert (await network.officer.put("/organisations/T-1", json=body)).status_code == 200
    detail = (await network.officer.get(f"/cases/{case_id}")).json()
    assert (detail["organisation_code"], detail["mediator"], detail["due_at"]) == (CENTRE, None, before)
    (event,) = await told(network.system, MediationTransferAccepted)
    assert [one["role"] for one in event["told"]] == ["district_officer"]


async def test_an_offer_to_an_organisation_where_nobody_works_any_more_comes_back(network: Network) -> None:
    case_id = await in_the_park(network)
    await step(network.mediator("p1"), case_id, "transfer", reason="回避", organisation_code="T-1")
    await network.employ("t1", enabled=False)
    await network.employ("t1b", enabled=False)
    (case,) = await network.cases("p1")
    assert case["organisation_code"] == "P-1"
    assert (await network.officer.get(f"/cases/{case_id}")).json()["offer"] is None
    assert len(await told(network.system, MediationTransferReturned)) == 1
