"""What a partner refuses for a time is tried again, what was given up can be sent again, and officers are told."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from services.gateway.domain.partners import Ask, DataClass, Operation, PartnerStatus, Purpose
from services.gateway.repository.tables import notifications
from services.gateway.usecases.partner_registry import set_partner_status
from shared.auth.permissions import Role
from shared.kernel.clock import FixedClock
from tests.service.gateway.house import House
from tests.service.gateway.neighbours import DESK, THEIRS, Neighbours

pytestmark = pytest.mark.asyncio
ELSEWHERE = Ask(Operation.SERVICE_OF_DOCUMENTS, DataClass.PERSONAL, "310115", Purpose.ARBITRATION)


async def suspend(neighbours: Neighbours, status: PartnerStatus) -> None:
    async with neighbours.ours.db.write() as tx:
        await set_partner_status(tx, THEIRS, status, "tests")


async def later(neighbours: Neighbours, **pause: float) -> None:
    neighbours.clock.advance(timedelta(**pause))
    await neighbours.settle()


async def resend(neighbours: Neighbours, house: House, request_id: str, **fields: Any) -> httpx.Response:
    body = {"action_id": str(uuid4())} | fields
    return await neighbours.officer(house, "POST", f"/assistance-requests/{request_id}/resend", json=body)


async def told(house: House) -> list[tuple[str, str, str]]:
    """What notifications say, and of what, oldest first."""
    columns = (notifications.c.kind, notifications.c.subject, notifications.c.subject_id)
    async with house.db.read() as tx:
        rows = await tx.rows(select(*columns).order_by(notifications.c.seq))
    return [(row.kind, row.subject, str(row.subject_id)) for row in rows]


async def test_a_decision_outlives_a_suspension(neighbours: Neighbours) -> None:
    asked = (await neighbours.ask()).json()
    await neighbours.settle()
    (there,) = await neighbours.listed(neighbours.theirs)
    await suspend(neighbours, PartnerStatus.SUSPENDED)
    await neighbours.decide(there["id"], "accept")
    await neighbours.settle()
    waiting = await neighbours.detail(neighbours.theirs, there["id"])
    assert (waiting["delivery"], waiting["last_error"]) == ("pending", "HTTP 403: partner_suspended")
    await suspend(neighbours, PartnerStatus.ACTIVE)
    await later(neighbours, hours=1)
    assert (await neighbours.detail(neighbours.ours, asked["id"]))["state"] == "accepted"
    assert await told(neighbours.ours) == [("assistance_decided", "assistance_request", asked["id"])]


async def test_a_request_waits_for_its_grant(neighbours: Neighbours) -> None:
    asked = (await neighbours.ask(jurisdiction="310115")).json()
    await neighbours.settle()
    waiting = await neighbours.detail(neighbours.ours, asked["id"])
    assert (waiting["state"], waiting["last_error"]) == ("sending", "HTTP 403: no_grant")
    await neighbours.grant(ELSEWHERE)
    await later(neighbours, hours=1)
    assert (await neighbours.detail(neighbours.ours, asked["id"]))["state"] == "received"


async def test_what_was_given_up_is_sent_again(neighbours: Neighbours) -> None:
    await neighbours.listed(neighbours.theirs)  # so that there is an officer to be told
    asked = (await neighbours.ask(jurisdiction="310115")).json()["id"]
    await neighbours.settle()
    nothing = await resend(neighbours, neighbours.ours, asked)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "federation.nothing_undeliverable")
    await later(neighbours, hours=73)
    given_up = await neighbours.detail(neighbours.ours, asked)
    assert (given_up["state"], given_up["last_error"]) == ("undeliverable", "HTTP 403: no_grant")
    assert await told(neighbours.ours) == [("assistance_undeliverable", "assistance_request", asked)]
    await neighbours.grant(ELSEWHERE)
    action_id = str(uuid4())
    answers = [await resend(neighbours, neighbours.ours, asked, action_id=action_id) for _ in range(2)]
    assert [(one.status_code, one.json()["state"]) for one in answers] == [(201, "sending"), (200, "sending")]
    await neighbours.settle()
    assert (await neighbours.detail(neighbours.ours, asked))["state"] == "received"
    assert (await resend(neighbours, neighbours.ours, asked)).status_code == 409
    assert (await resend(neighbours, neighbours.ours, str(uuid4()))).status_code == 404
    (there,) = await neighbours.listed(neighbours.theirs)
    assert await told(neighbours.theirs) == [("assistance_received", "assistance_request", there["id"])]
    neighbours.line.cut = True
    await neighbours.decide(there["id"], "refuse", reason="已迁出")
    await later(neighbours, hours=73)
    assert (await neighbours.detail(neighbours.theirs, there["id"]))["delivery"] == "undeliverable"
    neighbours.line.cut = False
    again = await resend(neighbours, neighbours.theirs, there["id"])
    assert (again.status_code, again.json()["state"]) == (201, "refused")
    await neighbours.settle()
    assert (await neighbours.detail(neighbours.ours, asked))["state"] == "refused"


async def test_an_officer_reads_the_notice_and_only_officers_resend(neighbours: Neighbours) -> None:
    await neighbours.listed(neighbours.theirs)
    await neighbours.ask()
    await neighbours.settle()
    answer = await neighbours.theirs.log_in("district_officer")
    token = answer.json()["access_token"]
    page = (await neighbours.theirs.call(token, "GET", "/api/notifications/v1/")).json()
    (notice,) = page["items"]
    assert (notice["subject"], notice["uscc"]) == ("assistance_request", None)
    auditor = await neighbours.ours.token(Role.AUDITOR)
    path = f"{DESK}/assistance-requests/{uuid4()}/resend"
    refused = await neighbours.ours.call(auditor, "POST", path, json={"action_id": str(uuid4())})
    assert refused.status_code == 403


async def test_clocks_that_differ_are_named(neighbours: Neighbours) -> None:
    post = neighbours.ours.app.state.parts.federation.post
    post._clock = FixedClock(neighbours.clock.now() + timedelta(days=5))
    asked = (await neighbours.ask()).json()
    await neighbours.settle()
    known = await neighbours.detail(neighbours.ours, asked["id"])
    assert known["delivery"] == "pending"
    assert known["last_error"].startswith("HTTP 401, stale: ")
    assert "clock" in known["last_error"]
