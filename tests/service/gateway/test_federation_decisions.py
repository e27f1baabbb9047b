"""Decisions that cannot be, and addresses that name nothing."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.gateway.usecases.partner_registry import add_grant
from tests.service.gateway.neighbours import ASK, OURS, REQUESTS, THEIRS, Neighbours, wanted

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(("method", "rest"), [("GET", ""), ("POST", "/status")])
async def test_whatever_stands_in_the_path_the_signature_is_judged_first(
    neighbours: Neighbours, method: str, rest: str
) -> None:
    path = f"{REQUESTS}/%00{rest}"
    async with neighbours.theirs.client() as client:
        unsigned = await client.request(method, path, headers={"content-type": "application/json"})
    assert (unsigned.status_code, unsigned.json()["code"]) == (401, "unsigned"), unsigned.text
    assert (await neighbours.refusals())[-1] == ("unknown", path, "unsigned")
    body = b"" if method == "GET" else decision(str(uuid4()), neighbours.clock.now())
    signed = await neighbours.deliver(neighbours.signed(body, method, path), body)
    assert (signed.status_code, signed.json()["code"]) == (404, "not_found")
    assert (await neighbours.refusals())[-1] == (OURS, path, "not_found")


def decision(message_id: str, at: datetime | str, **changes: Any) -> bytes:
    told = {
        "message_id": message_id,
        "state": "accepted",
        "decided_at": at if isinstance(at, str) else at.isoformat(),
    }
    return json.dumps(told | changes).encode()


IMPOSSIBLE: dict[str, Callable[[datetime], dict[str, Any]]] = {
    "the last second there is": lambda _now: {"decided_at": "9999-12-31T23:59:59+00:00"},
    "before the first": lambda _now: {"decided_at": "0001-01-01T00:00:00+14:00"},
    "before the request": lambda now: {"decided_at": (now - timedelta(hours=1)).isoformat()},
    "in the future": lambda now: {"decided_at": (now + timedelta(seconds=301)).isoformat()},
    "without a reason": lambda _now: {"state": "refused", "reason": None},
    "without any word": lambda _now: {"state": "refused"},
}


@pytest.mark.parametrize("what", sorted(IMPOSSIBLE))
async def test_a_decision_that_cannot_be_is_refused_by_its_field(neighbours: Neighbours, what: str) -> None:
    theirs = await their_request(neighbours)
    now = neighbours.clock.now()
    path = f"{REQUESTS}/{theirs}/status"
    wrong = decision(theirs, now, **IMPOSSIBLE[what](now))
    answer = await neighbours.deliver(neighbours.signed(wrong, path=path), wrong)
    assert answer.status_code == 422, answer.text
    field = "reason" if what.startswith("without") else "decided_at"
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert (await neighbours.detail(neighbours.theirs, theirs))["state"] == "received"
    sound = decision(theirs, now + timedelta(seconds=299))
    assert (await neighbours.deliver(neighbours.signed(sound, path=path), sound)).status_code == 201
    assert (await neighbours.detail(neighbours.theirs, theirs))["state"] == "accepted"


async def their_request(neighbours: Neighbours) -> str:
    """Let them ask us for something; return its id."""
    async with neighbours.ours.db.write() as tx:
        await add_grant(tx, THEIRS, ASK, tx.now + timedelta(days=1), "tests")
    body = wanted(action_id=str(uuid4()), partner_id=str(neighbours.us_there.id))
    asked = await neighbours.officer(neighbours.theirs, "POST", "/assistance-requests", json=body)
    await neighbours.settle()
    found: str = asked.json()["id"]
    return found
