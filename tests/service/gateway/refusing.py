"""What a refusal at the partners' door looks like from outside, and in its audit log."""

import json
from typing import Any

import httpx
from sqlalchemy import func, select

from services.gateway.repository.federation_tables import assistance_requests
from tests.service.gateway.neighbours import OURS, Neighbours, message


def body_of(**changes: Any) -> bytes:
    return json.dumps(message(**changes), ensure_ascii=False).encode()


async def stored(neighbours: Neighbours) -> int:
    async with neighbours.theirs.db.read() as tx:
        found: int = await tx.value(select(func.count()).select_from(assistance_requests))
    return found


async def assert_refused(
    neighbours: Neighbours, answer: httpx.Response, status: int, code: str, actor: str = "unknown"
) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"]
    assert answer.json()["title_en"]
    assert (await neighbours.refusals())[-1] == (actor, answer.request.url.path, code)
    assert ("signature" in answer.headers) == (actor == OURS)
