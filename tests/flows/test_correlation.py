"""One id ties a request at the door to what the services did about it, in their events and in their logs."""

from collections.abc import Sequence
from uuid import uuid4

import pytest
import structlog
from sqlalchemy import text
from structlog.testing import capture_logs

from services.gateway.domain.accounts import NewAccount
from services.gateway.domain.passwords import HashCost
from services.gateway.usecases.add_accounts import add_accounts
from services.gateway.usecases.password_hashing import Passwords
from services.mediation.repository.tables import MAILBOXES
from shared.auth.permissions import Role
from shared.bus.port import Subscription
from shared.db.tx import WriteTx
from shared.events.warning import WarningAccepted
from shared.observability.correlation import correlation_id
from shared.outbox.inbox import Inbox
from tests.support.district import TOWN, District
from tests.support.system import System

pytestmark = pytest.mark.asyncio

GIVEN = "case-2026-11-18-0017"
PASSWORD = "corner-lantern-42"


async def a_warning_to_accept(system: System, username: str) -> str:
    """Let the coordinator have a warning, and return its id."""
    new = NewAccount(username, PASSWORD, Role.GRID_COORDINATOR, TOWN, (f"{TOWN}-G01",))
    await add_accounts(system.db("gateway"), Passwords(HashCost(8, 1, 1, "for tests")), [new], "tests")
    await system.settle()
    district = District(system)
    assert (await district.register()).status_code == 200
    await district.send(period="2026-10", months=3, workers=41)
    (warning,) = await district.warnings()
    return str(warning["id"])


async def logged_in(system: System, username: str) -> str:
    body = {"username": username, "password": PASSWORD}
    answer = await system.client("gateway").post("/api/auth/v1/login", json=body)
    return str(answer.json()["access_token"])


async def test_an_id_given_at_the_door_reaches_the_event_and_its_consumer(system: System) -> None:
    seen = []

    async def handle(_tx: WriteTx, _events: Sequence[WarningAccepted]) -> None:
        seen.append(correlation_id())
        structlog.get_logger("mediation").info("heard of it")

    inbox = Inbox(system.db("mediation"), MAILBOXES, {WarningAccepted: handle})
    system.host.bus.subscribe(Subscription("mediation", inbox.topics, inbox.handle))
    warning_id = await a_warning_to_accept(system, "grid-1")
    caller = system.client("gateway", await logged_in(system, "grid-1"))

    answer = await caller.post(
        f"/api/mobile/v1/warnings/{warning_id}/accept",
        json={"action_id": str(uuid4())},
        headers={"X-Correlation-Id": GIVEN},
    )
    with capture_logs() as logged:
        await system.settle()

    assert (answer.status_code, answer.headers.get_list("x-correlation-id")) == (201, [GIVEN])
    async with system.db("warning").read() as tx:
        (envelope,) = await tx.rows(
            text("SELECT body::json AS it FROM warning.outbox WHERE type = :type"),
            {"type": WarningAccepted.TYPE},
        )
    assert envelope.it["correlationid"] == GIVEN
    assert seen == [GIVEN]
    assert "heard of it" in [entry["event"] for entry in logged]


async def test_the_id_of_a_signal_reaches_the_warning_that_it_raises(system: System) -> None:
    district = District(system)
    assert (await district.register()).status_code == 200
    district.department.headers["X-Correlation-Id"] = GIVEN

    await district.send(period="2026-10", months=3, workers=41)

    async with system.db("warning").read() as tx:
        told = await tx.rows(
            text(
                "SELECT body::json ->> 'correlationid' AS it FROM warning.outbox WHERE type LIKE 'warning.%'"
            )
        )
    assert told
    assert {row.it for row in told} == {GIVEN}


async def test_a_refusal_tells_the_id_under_which_the_log_has_it(system: System) -> None:
    await a_warning_to_accept(system, "grid-1")
    caller = system.client("gateway", await logged_in(system, "grid-1"))

    answer = await caller.get(f"/api/mobile/v1/warnings/{uuid4()}", headers={"X-Correlation-Id": GIVEN})

    assert answer.status_code == 404
    assert answer.json()["correlation_id"] == answer.headers["x-correlation-id"] == GIVEN
