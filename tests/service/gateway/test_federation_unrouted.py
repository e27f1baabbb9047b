"""What is asked below the partners' door and is no operation: refused as all else is, with a line in the audit log."""

import pytest

from tests.service.gateway.neighbours import OURS, REQUESTS, THEIR_URL, Neighbours
from tests.service.gateway.refusing import assert_refused, body_of, stored

pytestmark = pytest.mark.asyncio

SOMETHING = "01a2b3c4-0000-7000-8000-000000000001"
UNROUTED = [
    ("POST", REQUESTS + "/"),
    ("POST", f"{REQUESTS}/{SOMETHING}/status/"),
    ("POST", "/api/federation/v1/nothing"),
    ("GET", "/api/federation/v1/nothing"),
    ("POST", "/api/federation/v1"),
    ("GET", "/api/federation/v1/"),
    ("POST", "/api/federation/v1/docs"),
    *((method, REQUESTS) for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY")),
    ("DELETE", f"{REQUESTS}/{SOMETHING}"),
]


@pytest.mark.parametrize(("method", "path"), UNROUTED)
async def test_what_is_no_operation_is_refused_to_whoever_asks(
    neighbours: Neighbours, method: str, path: str
) -> None:
    body = b"" if method == "GET" else body_of()
    signed = neighbours.signed(body, method, path)
    answer = await neighbours.deliver(signed, body)
    await assert_refused(neighbours, answer, 404, "not_found", OURS)
    unsigned = await neighbours.deliver(signed, body, headers={"Content-Type": "application/json"})
    await assert_refused(neighbours, unsigned, 401, "unsigned")
    diverted = neighbours.signed(body)
    answer = await neighbours.deliver(diverted, body, method=method, url=THEIR_URL + path)
    await assert_refused(neighbours, answer, 401, "signature_invalid")
    assert await stored(neighbours) == 0
