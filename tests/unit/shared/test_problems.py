"""Every error is a problem (RFC 9457) that says what to do, and never holds internals."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends
from pydantic import Field
from sqlalchemy import text
from structlog.testing import capture_logs

from shared.contracts.base import Day, Identifier, Incoming, Reason
from shared.kernel.errors import DomainError, FieldProblem, Kind
from shared.web.dependencies import Reading, Writing
from shared.web.errors import MEMBERS, problem_of
from shared.web.guard import GuardedRoute, Public
from tests.unit.shared.asking import an_app, client

pytestmark = pytest.mark.asyncio

Anyone = Annotated[None, Depends(Public("for the tests"))]
SECRET = "password=hunter2"


class Body(Incoming):
    """Something strict."""

    action_id: Identifier
    starts_on: Day
    workers: int = Field(ge=0, le=1_000_000)
    share: float = Field(allow_inf_nan=False)
    urgent: bool = False
    reason: Reason = "无"


class _OfKind(DomainError):
    code = "of_that_kind"
    message_zh = "请稍后再试。"
    message_en = "Try again later."


router = APIRouter(route_class=GuardedRoute)


@router.post("/strict")
async def strict(_: Anyone, body: Body) -> Body:
    return body


@router.get("/kinds/{kind}")
async def of_kind(_: Anyone, kind: Kind) -> None:
    error = type("OfKind", (_OfKind,), {"kind": kind})
    raise error(facts={"state": "assigned"}, retry_after_seconds=7)


@router.get("/fields")
async def with_fields(_: Anyone) -> None:
    raise DomainError(
        fields=[FieldProblem("uscc", "wrong_check_digit", "校验位有误。", "Its check digit is wrong.")]
    )


@router.get("/bugs")
async def bug(_: Anyone) -> None:
    raise RuntimeError(SECRET)


@router.get("/reads")
async def read(_: Anyone, tx: Reading) -> None:
    await tx.value(text("SELECT 1"))


@router.post("/writes")
async def write(_: Anyone, tx: Writing) -> None:
    await tx.execute(text("SELECT 1"))


def a_body(**changes: Any) -> dict[str, Any]:
    return {
        "action_id": "0199f5a0-5bd1-7a30-8c2f-0d8f3a1b2c3d",
        "starts_on": "2026-11-18",
        "workers": 3,
        "share": 0.5,
    } | changes


async def posted(content: bytes) -> tuple[int, Mapping[str, Any]]:
    async with client(an_app(router)) as caller:
        answer = await caller.post("/strict", content=content, headers={"Content-Type": "application/json"})
    if answer.status_code != 200:
        assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Kind.MALFORMED, 400),
        (Kind.UNAUTHENTICATED, 401),
        (Kind.FORBIDDEN, 403),
        (Kind.NOT_FOUND, 404),
        (Kind.CONFLICT, 409),
        (Kind.TOO_LARGE, 413),
        (Kind.UNSUPPORTED_MEDIA, 415),
        (Kind.INVALID, 422),
        (Kind.TOO_MANY, 429),
        (Kind.UNAVAILABLE, 503),
    ],
)
async def test_a_refusal_has_the_status_of_its_kind_and_both_languages(kind: Kind, status: int) -> None:
    async with client(an_app(router)) as caller:
        answer = await caller.get(f"/kinds/{kind}")

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "7"
    problem = answer.json()
    assert problem["type"] == "/problems/of_that_kind"
    assert (problem["title"], problem["title_en"]) == ("请稍后再试。", "Try again later.")
    assert (problem["status"], problem["code"], problem["state"]) == (status, "of_that_kind", "assigned")
    assert problem["correlation_id"] == answer.headers["x-correlation-id"]


async def test_a_fact_never_takes_the_place_of_a_standard_member() -> None:
    plain = problem_of(DomainError())
    told = problem_of(DomainError(facts={**dict.fromkeys(MEMBERS, "draft"), "pack_status": "draft"}))

    assert told == plain | {"pack_status": "draft"}
    assert "instance" not in told


async def test_every_kind_has_its_status() -> None:
    async with client(an_app(router)) as caller:
        answers = [await caller.get(f"/kinds/{kind}") for kind in Kind]

    assert all(400 <= answer.status_code <= 503 and answer.status_code != 500 for answer in answers)


async def test_a_refused_field_is_named_with_what_to_do() -> None:
    async with client(an_app(router)) as caller:
        problem = (await caller.get("/fields")).json()

    assert problem["errors"] == [
        {
            "field": "uscc",
            "code": "wrong_check_digit",
            "message": "校验位有误。",
            "message_en": "Its check digit is wrong.",
        }
    ]
    assert "uscc: 校验位有误。" in problem["detail"]


async def test_a_strict_body_that_fits_is_taken() -> None:
    status, body = await posted(json.dumps(a_body()).encode())

    assert (status, body["starts_on"]) == (200, "2026-11-18")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("workers", "3"),
        ("workers", True),
        ("workers", 3.0),
        ("workers", None),
        ("workers", -1),
        ("workers", [3]),
        ("urgent", 0),
        ("urgent", "false"),
        ("share", "0.5"),
        ("share", float("nan")),
        ("share", float("inf")),
        ("starts_on", 20261118),
        ("starts_on", "2026-02-30"),
        ("starts_on", "上月"),
        ("reason", "\ud800 为半个字符"),
        ("reason", "a\x00b"),
        ("action_id", 7),
        ("action_id", "not-a-uuid"),
        ("phone", "13800000000"),
    ],
)
async def test_a_wrong_value_is_refused_by_its_field_and_not_repeated(field: str, value: object) -> None:
    status, problem = await posted(json.dumps(a_body(**{field: value})).encode())

    assert status == 422
    assert [error["field"] for error in problem["errors"]] == [field]
    assert "13800000000" not in json.dumps(problem)


async def test_a_key_that_stands_twice_is_refused_by_its_name() -> None:
    content = json.dumps(a_body())[:-1] + ', "workers": 4}'
    status, problem = await posted(content.encode())

    assert (status, [(one["field"], one["code"]) for one in problem["errors"]]) == (
        422,
        [("workers", "repeated_key")],
    )


@pytest.mark.parametrize(
    ("address", "field"),
    [("/kinds/a%00b", "kind"), ("/fields?uscc=%00", "uscc"), ("/fields?no_such=1&no_such=a%00", "no_such")],
)
async def test_nul_in_an_address_is_refused_by_its_parameter(address: str, field: str) -> None:
    async with client(an_app(router)) as caller:
        answer = await caller.get(address)

    assert (answer.status_code, answer.json()["code"]) == (422, "nul_in_address")
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b'{"workers": ' + b"9" * 10_000 + b"}",
        b'{"workers": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"workers": 1e999}',
        b'{"starts_on": "\\ud800"}',
    ],
    ids=["nothing", "broken", "null", "list", "text", "no utf-8", "long number", "deep", "huge", "surrogate"],
)
async def test_what_is_no_such_json_is_refused(content: bytes) -> None:
    status, problem = await posted(content)

    assert (status, problem["status"]) in {(400, 400), (422, 422)}


async def test_an_unknown_address_and_a_wrong_method_are_problems_too() -> None:
    async with client(an_app(router)) as caller:
        answers = [
            await caller.get("/nowhere"),
            await caller.post("/strict/"),
            await caller.delete("/strict"),
        ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (404, "not_found"),
        (404, "not_found"),
        (405, "method_not_allowed"),
    ]


async def test_a_bug_is_a_bare_500_that_keeps_its_internals_to_the_log() -> None:
    with capture_logs() as logged:
        async with client(an_app(router)) as caller:
            answer = await caller.get("/bugs", headers={"X-Correlation-Id": "case-2026-11-18"})

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "internal"
    assert answer.json()["correlation_id"] == answer.headers["x-correlation-id"] == "case-2026-11-18"
    assert SECRET not in answer.text
    assert "RuntimeError" not in answer.text
    assert [str(entry["exc_info"]) for entry in logged] == [SECRET]


@pytest.mark.parametrize(("method", "path"), [("GET", "/reads"), ("POST", "/writes")])
async def test_a_database_that_is_away_is_503_with_when_to_try_again(method: str, path: str) -> None:
    async with client(an_app(router)) as caller:
        answer = await caller.request(method, path)

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert "nowhere" not in answer.text
