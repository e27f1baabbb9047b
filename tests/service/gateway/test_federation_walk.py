"""A request goes across and its decision comes back, whatever the line between the two does."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from typing_extensions import override

from services.gateway.domain.partners import PartnerStatus
from services.gateway.usecases.partner_registry import check_log, set_partner_status
from shared.auth.permissions import Role
from tests.service.gateway.neighbours import DESK, OURS, THEIRS, Neighbours, wanted

pytestmark = pytest.mark.asyncio


async def test_a_request_is_received_accepted_and_its_status_comes_back(neighbours: Neighbours) -> None:
    asked = await neighbours.ask()
    assert (asked.status_code, asked.json()["state"]) == (201, "sending")
    await neighbours.settle()
    (there,) = await neighbours.listed(neighbours.theirs)
    assert (there["direction"], there["partner"], there["state"]) == ("incoming", OURS, "received")
    (here,) = await neighbours.listed(neighbours.ours)
    assert (here["direction"], here["partner"], here["state"]) == ("outgoing", THEIRS, "received")
    assert here["delivery"] == "delivered"
    accepted = await neighbours.decide(there["id"], "accept")
    assert (accepted.status_code, accepted.json()["state"]) == (201, "accepted")
    await neighbours.settle()
    known = await neighbours.detail(neighbours.ours, asked.json()["id"])
    assert (known["state"], known["decided_by"]) == ("accepted", THEIRS)
    told = [(one["direction"], one["kind"]) for one in known["messages"]]
    assert told == [("out", "request"), ("in", "answer"), ("in", "status"), ("out", "answer")]
    assert '"signature";req;key="sig"' in known["messages"][1]["signed"]
    assert (await neighbours.detail(neighbours.theirs, there["id"]))["delivery"] == "delivered"


async def test_a_refusal_comes_back_with_its_reason(neighbours: Neighbours) -> None:
    asked = await neighbours.ask()
    await neighbours.settle()
    (there,) = await neighbours.listed(neighbours.theirs)
    no_reason = await neighbours.decide(there["id"], "refuse")
    assert no_reason.status_code == 422
    await neighbours.decide(there["id"], "refuse", reason="被申请人已迁出本辖区")
    await neighbours.settle()
    known = await neighbours.detail(neighbours.ours, asked.json()["id"])
    assert (known["state"], known["reason"]) == ("refused", "被申请人已迁出本辖区")


async def test_a_message_waits_while_the_partner_is_down_and_arrives_once(neighbours: Neighbours) -> None:
    neighbours.line.cut = True
    asked = (await neighbours.ask()).json()
    await neighbours.settle()
    waiting = await neighbours.detail(neighbours.ours, asked["id"])
    assert (waiting["state"], waiting["delivery"], waiting["attempts"]) == ("sending", "pending", 1)
    assert "ConnectError" in waiting["last_error"]
    neighbours.line.cut = False
    neighbours.line.lose_answers = 2
    for _ in range(3):
        neighbours.clock.advance(timedelta(minutes=2))
        await neighbours.settle()
    known = await neighbours.detail(neighbours.ours, asked["id"])
    assert (known["state"], known["attempts"]) == ("received", 4)
    assert len(await neighbours.listed(neighbours.theirs)) == 1
    nonces = {request.headers["signature-input"] for request in neighbours.line.sent}
    assert len(nonces) == 3
    assert len({request.content for request in neighbours.line.sent}) == 1


async def test_what_cannot_be_delivered_is_seen_in_the_list(neighbours: Neighbours) -> None:
    neighbours.line.cut = True
    await neighbours.ask()
    await neighbours.settle()
    neighbours.clock.advance(timedelta(hours=73))
    await neighbours.settle()
    (given_up,) = await neighbours.listed(neighbours.ours, state="undeliverable")
    assert given_up["delivery"] == "undeliverable"
    lines = [line for line in await neighbours.ours.audit() if line[1] == "assistance.send"]
    assert lines == [("system", "assistance.send", given_up["id"], "undeliverable")]


@pytest.mark.parametrize("tampering", ["unsigned", "body", "other_answer"])
async def test_an_answer_that_is_not_bound_to_the_request_is_no_answer(
    neighbours: Neighbours, tampering: str
) -> None:
    true_end = neighbours.line.ends["xuhui.example"]
    first: list[tuple[dict[str, str], bytes]] = []

    class Meddler(httpx.AsyncBaseTransport):
        @override
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            answer = await true_end.handle_async_request(request)
            content = await answer.aread()
            headers = dict(answer.headers)
            if tampering == "unsigned":
                headers.pop("signature")
            elif tampering == "body":
                content = content.replace(b"received_at", b"received_on")
            else:
                first.append((headers, content))
                headers, content = first[0]
            return httpx.Response(answer.status_code, headers=headers, stream=httpx.ByteStream(content))

    neighbours.line.ends["xuhui.example"] = Meddler()
    if tampering == "other_answer":
        await neighbours.ask()
        await neighbours.settle()
    asked = (await neighbours.ask()).json()
    await neighbours.settle()
    known = await neighbours.detail(neighbours.ours, asked["id"])
    assert (known["state"], known["delivery"]) == ("sending", "pending")
    assert "not proven" in known["last_error"]


async def test_the_decision_may_arrive_before_the_receipt(neighbours: Neighbours) -> None:
    neighbours.line.lose_answers = 1
    asked = (await neighbours.ask()).json()
    await neighbours.ours.jobs["send_outgoing"].run()
    (there,) = await neighbours.listed(neighbours.theirs)
    await neighbours.decide(there["id"], "accept")
    await neighbours.theirs.jobs["send_outgoing"].run()
    neighbours.clock.advance(timedelta(hours=1))
    await neighbours.settle()
    known = await neighbours.detail(neighbours.ours, asked["id"])
    assert (known["state"], known["delivery"]) == ("accepted", "delivered")


async def test_an_action_is_done_once(neighbours: Neighbours) -> None:
    action_id = str(uuid4())
    first, again = [await neighbours.ask(action_id=action_id) for _ in range(2)]
    other = await neighbours.ask(action_id=action_id, subject="另一事项")
    assert [first.status_code, again.status_code, other.status_code] == [201, 200, 409]
    assert again.json() == first.json() | {"repeated": True}
    await neighbours.settle()
    (there,) = await neighbours.listed(neighbours.theirs)
    action_id = str(uuid4())
    steps = [await neighbours.decide(there["id"], "accept", action_id=action_id) for _ in range(2)]
    late = await neighbours.decide(there["id"], "refuse", reason="太迟了")
    assert [step.status_code for step in steps] == [201, 200]
    assert (late.status_code, late.json()["state"]) == (409, "accepted")


async def test_nobody_decides_on_what_we_have_sent(neighbours: Neighbours) -> None:
    asked = (await neighbours.ask()).json()
    body = {"action_id": str(uuid4())}
    path = f"/assistance-requests/{asked['id']}/accept"
    answer = await neighbours.officer(neighbours.ours, "POST", path, json=body)
    assert answer.status_code == 404


async def test_two_workers_send_a_message_once(neighbours: Neighbours) -> None:
    await neighbours.ask()
    job = neighbours.ours.jobs["send_outgoing"]
    await asyncio.gather(*(job.run() for _ in range(4)))
    assert len(neighbours.line.sent) == 1


async def test_nothing_goes_to_a_suspended_partner(neighbours: Neighbours) -> None:
    await neighbours.ask()
    await _suspend(neighbours, PartnerStatus.SUSPENDED)
    await neighbours.settle()
    assert neighbours.line.sent == []
    refused = await neighbours.ask()
    assert (refused.status_code, refused.json()["code"]) == (403, "partner_suspended")
    await _suspend(neighbours, PartnerStatus.ACTIVE)
    await neighbours.settle()
    assert len(neighbours.line.sent) == 1


async def _suspend(neighbours: Neighbours, status: PartnerStatus) -> None:
    async with neighbours.ours.db.write() as tx:
        await set_partner_status(tx, THEIRS, status, "tests")


async def test_a_redirect_is_not_followed(neighbours: Neighbours) -> None:
    elsewhere = httpx.Response(
        307, headers={"location": "https://169.254.169.254/"}, stream=httpx.ByteStream(b"")
    )
    neighbours.line.ends["xuhui.example"] = httpx.MockTransport(lambda _request: elsewhere)
    await neighbours.ask()
    await neighbours.settle()
    assert [request.url.host for request in neighbours.line.sent] == ["xuhui.example"]


async def test_the_log_of_messages_shows_what_was_tampered_with(neighbours: Neighbours) -> None:
    await neighbours.ask()
    await neighbours.settle()
    assert await check_log(neighbours.theirs.db) == (2, None)
    async with neighbours.theirs.db.write() as tx:
        driver = await tx.driver()
        with pytest.raises(Exception, match="append-only"):
            await driver.execute("UPDATE gateway.federation_messages SET body = '' WHERE seq = 1")
        await driver.execute("ROLLBACK")
    async with neighbours.theirs.db.write() as tx:
        driver = await tx.driver()
        await driver.execute("SET LOCAL session_replication_role = replica")
        await driver.execute("UPDATE gateway.federation_messages SET body = '' WHERE seq = 1")
    assert (await check_log(neighbours.theirs.db))[1] == 1


@pytest.mark.parametrize("role", [Role.TOWN_OFFICER, Role.INSPECTOR, Role.MEDIATOR, Role.GRID_COORDINATOR])
async def test_other_roles_have_no_desk_here(neighbours: Neighbours, role: Role) -> None:
    token = await neighbours.ours.token(role)
    body = wanted(action_id=str(uuid4()), partner_id=str(neighbours.them_here.id))
    for method, path in (
        ("GET", "/partners"),
        ("GET", "/assistance-requests"),
        ("POST", "/assistance-requests"),
    ):
        answer = await neighbours.ours.call(token, method, f"{DESK}{path}", json=body)
        assert answer.status_code == 403, path


async def test_an_auditor_reads_and_does_not_decide(neighbours: Neighbours) -> None:
    token = await neighbours.ours.token(Role.AUDITOR)
    asked = (await neighbours.ask()).json()
    read = await neighbours.ours.call(token, "GET", f"{DESK}/assistance-requests/{asked['id']}")
    assert read.status_code == 200
    done = await neighbours.ours.call(token, "POST", f"{DESK}/assistance-requests", json={})
    assert done.status_code == 403
    assert ("auditor", "assistance.read", asked["id"], "ok") in await neighbours.ours.audit()


async def test_a_list_is_narrowed_and_read_in_pages(neighbours: Neighbours) -> None:
    made: list[str] = []
    for number in range(5):
        made.append((await neighbours.ask(subject=f"事项{number}")).json()["id"])
        neighbours.clock.advance(timedelta(seconds=1))
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        query = {"limit": "2", "direction": "outgoing"} | cursor
        page = (await neighbours.officer(neighbours.ours, "GET", "/assistance-requests", params=query)).json()
        found += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert [one["id"] for one in found] == made[::-1]
    assert await neighbours.listed(neighbours.ours, direction="incoming") == []
    assert "content" not in json.dumps(found)
