"""Each request has a correlation id, its answer is counted, and no answer is kept by anybody on the way."""

from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import REGISTRY
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs
from typing_extensions import override

from shared.observability.correlation import correlation_id
from shared.web.guard import GuardedRoute, Public
from tests.unit.shared.asking import an_app, client

pytestmark = pytest.mark.asyncio

Anyone = Annotated[None, Depends(Public("for the tests"))]
router = APIRouter(route_class=GuardedRoute)


@router.get("/ids/{number}")
async def read_id(_: Anyone, number: int) -> dict[str, str | int]:
    return {"correlation_id": correlation_id(), "number": number}


@router.get("/cached")
async def cached(_: Anyone) -> Response:
    return Response(headers={"Cache-Control": "max-age=60"})


@router.get("/bugs")
async def bug(_: Anyone) -> None:
    raise RuntimeError


@router.post("/uploads")
async def upload(_: Anyone, request: Request) -> None:
    await request.body()


@router.get("/half")
async def half(_: Anyone) -> Response:
    return _Half()


class _Half(Response):
    @override
    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("half-way")


def counted(route: str, status: int, method: str = "GET") -> float:
    labels = {"service": "mediation", "method": method, "route": route, "status": str(status)}
    return REGISTRY.get_sample_value("http_requests_total", labels) or 0.0


async def test_a_given_correlation_id_is_taken_over_and_returned() -> None:
    async with client(an_app(router)) as caller:
        answer = await caller.get("/ids/1", headers={"X-Correlation-Id": "case-2026.11_18"})

    assert answer.headers["x-correlation-id"] == answer.json()["correlation_id"] == "case-2026.11_18"


@pytest.mark.parametrize("given", ["short", "x" * 65, "spaces in it", 'quote"{}12345', "\xff" * 10])
async def test_an_id_that_could_garble_a_log_is_replaced(given: str) -> None:
    async with client(an_app(router)) as caller:
        answer = await caller.get("/ids/1", headers=[(b"x-correlation-id", given.encode("latin-1"))])

    assert answer.status_code == 200
    assert answer.headers["x-correlation-id"] != given
    assert len(answer.headers["x-correlation-id"]) == 36


async def test_each_request_without_an_id_gets_its_own() -> None:
    async with client(an_app(router)) as caller:
        ids = {(await caller.get("/ids/1")).headers["x-correlation-id"] for _ in range(3)}

    assert len(ids) == 3


async def test_answers_are_not_to_be_stored_unless_the_route_says_otherwise() -> None:
    async with client(an_app(router)) as caller:
        plain, cacheable = await caller.get("/ids/1"), await caller.get("/cached")

    assert plain.headers["cache-control"] == "no-store"
    assert plain.headers["x-content-type-options"] == "nosniff"
    assert cacheable.headers.get_list("cache-control") == ["max-age=60"]


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/ids/17", "/ids/{number}", 200),
        ("/ids/x", "/ids/{number}", 422),
        ("/no/such", "other", 404),
        ("/bugs", "/bugs", 500),
    ],
)
async def test_requests_are_counted_by_route_never_by_address(path: str, route: str, status: int) -> None:
    before = counted(route, status)

    with capture_logs():
        async with client(an_app(router)) as caller:
            await caller.get(path)

    assert counted(route, status) == before + 1


async def test_an_answer_that_breaks_half_way_is_broken_off() -> None:
    async with client(an_app(router)) as caller:
        with pytest.raises(RuntimeError, match="half-way"):
            await caller.get("/half")


async def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_bug() -> None:
    app, sent = an_app(router), []

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: object) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/uploads",
        "headers": [],
        "query_string": b"",
        "http_version": "1.1",
    }
    before = counted("/uploads", 499, "POST")
    with capture_logs() as logged:
        await app(scope, receive, send)

    assert sent == []
    assert counted("/uploads", 499, "POST") == before + 1
    assert logged == []
