"""Every operation of every door, asked by the people of one town about what is another town's: nothing is theirs."""

import asyncio
import sys
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from services.gateway.api.documents import openapi_documents
from shared.kernel.clock import shanghai_day
from tests.flows.circle import TOWNS, Circle, furnish
from tests.support.enterprises import a_uscc
from tests.support.system import System

pytestmark = pytest.mark.asyncio

THEIRS, OURS = TOWNS
CLOSED, MEDIATED, INSPECTED, FRESH = (a_uscc(800 + number) for number in range(4))
STRANGERS = (f"grid-{OURS}", f"town-{OURS}", f"mediator-{OURS}")
ENDLESS = "/api/notifications/v1/stream"
# They answer whoever may call them about the caller, or about what the whole network may know.
NOBODYS = {"/api/auth/v1/me", "/api/mediation/v1/organisations", "/api/dashboard/v1/indicators"}
TEXT = "已到场核实情况"
WORDS = {
    "uuid": "01a2b3c4-0000-7000-8000-000000000001",
    "date": "2026-11-30",
    "date-time": "2026-11-18T09:00:00+08:00",
}
Json = dict[str, Any]


def sample(schema: Json, document: Json) -> Any:
    """Return the smallest value that a schema takes."""
    if "$ref" in schema:
        return sample(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document)
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], document)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema.get("type") == "object":
        return {name: sample(schema["properties"][name], document) for name in schema.get("required", ())}
    if schema.get("type") == "array":
        return [sample(schema["items"], document) for _ in range(schema.get("minItems", 0))]
    plain = {"boolean": True, "integer": schema.get("minimum", 1)}
    return plain.get(schema.get("type", ""), WORDS.get(schema.get("format", ""), TEXT))


def operations() -> Iterator[tuple[str, str, Json | None]]:
    """Give every operation with a body that its schema takes."""
    for document in openapi_documents().values():
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                content = operation.get("requestBody", {}).get("content", {})
                schema = content.get("application/json", {}).get("schema")
                yield method.upper(), path, sample(schema, document) if schema else None


async def a_town_at_work(system: System) -> tuple[Circle, dict[str, str]]:
    """Let one town have warnings and cases of every kind; return the people, and the names of what is theirs."""
    credentials = await furnish(system.db("gateway"))
    turn = asyncio.Lock()

    async def advance() -> None:
        async with turn:
            await system.settle()

    await advance()
    people = Circle(lambda: system.client("gateway"), credentials, advance, shanghai_day(system.clock.now()))
    await people.open_offices()
    for uscc in (CLOSED, MEDIATED, INSPECTED, FRESH):
        await people.register(uscc, THEIRS)
    await people.through_mediation(CLOSED, THEIRS)
    names = {"fresh": await people.raised(FRESH, THEIRS)}
    for uscc, step, service, who in (
        (MEDIATED, "hand-over", "mediation", f"mediator-{THEIRS}"),
        (INSPECTED, "refer", "inspection", "inspector-1"),
    ):
        warning_id = await people.on_site(uscc, THEIRS)
        path = f"/api/mobile/v1/warnings/{warning_id}/{step}"
        await people.act(f"grid-{THEIRS}", path, note=TEXT)
        names |= {service: await people.case_of(who, service, warning_id), f"{service} warning": warning_id}
    async with system.db("warning").read() as tx:
        names["assessment"] = str(await tx.value(text("SELECT id FROM warning.assessments LIMIT 1")))
    return people, names


def filled(path: str, names: dict[str, str]) -> str:
    """Name in a path what belongs to the other town."""
    case = names["inspection"] if path.startswith("/api/inspection/") else names["mediation"]
    known = {
        "warning_id": names["fresh"],
        "case_id": case,
        "uscc": FRESH,
        "assessment_id": names["assessment"],
        "code": f"T{THEIRS}",
        "username": f"mediator-{THEIRS}",
        "version": "1",
    }
    parts = path.split("/")
    return "/".join(known.get(one[1:-1], str(uuid4())) if one.startswith("{") else one for one in parts)


def answers_of(answer: httpx.Response) -> str:
    return f"{answer.request.method} {answer.request.url.path} {answer.status_code} {answer.text[:300]}"


SEARCHES = (
    "/api/dashboard/v1/warnings?uscc={uscc}",
    "/api/dashboard/v1/warnings?division={theirs}",
    "/api/dashboard/v1/enterprises?q={uscc}",
    "/api/dashboard/v1/enterprises?q={name}",
    "/api/dashboard/v1/mediation-cases?limit=200",
    "/api/dashboard/v1/inspection-cases?limit=200",
)
COUNTS = ("/api/dashboard/v1/overview", "/api/dashboard/v1/funnel")
COUNTED = ("red", "orange", "signals", "warnings", "handed_over")


async def test_nothing_of_another_town_is_seen_counted_found_or_touched(system: System) -> None:
    people, names = await a_town_at_work(system)
    await ask_everything(people, names)
    for query in SEARCHES:
        path = query.format(uscc=FRESH, theirs=THEIRS, name=FRESH[-4:])
        assert (await people.read(f"town-{THEIRS}", path))["items"], path
        assert (await people.read(f"town-{OURS}", path))["items"] == [], path
    for path in COUNTS:
        (town,) = (await people.read(f"town-{OURS}", path))["towns"]
        assert town["division"] == OURS
        assert not any(town.get(name) for name in COUNTED)


async def ask_everything(people: Circle, names: dict[str, str]) -> None:
    """Ask every operation as the strangers, and say how many there were."""
    secrets = {CLOSED, MEDIATED, INSPECTED, FRESH, *names.values()}
    before = await people.read(f"town-{THEIRS}", "/api/dashboard/v1/overview")
    asked = refused = absent = 0
    for who in STRANGERS:
        for method, path, body in operations():
            if path == ENDLESS or path.startswith(("/api/auth/", "/api/federation/")):
                continue
            answer = await people.call(who, method, filled(path, names), body)
            asked += 1
            refused += answer.status_code == 403
            absent += answer.status_code == 404
            assert answer.status_code < 500, answers_of(answer)
            if "{" in path and path not in NOBODYS:
                assert answer.status_code in {403, 404}, answers_of(answer)
            told = answer.text.replace(filled(path, names), "")
            assert not [one for one in secrets if one in told], answers_of(answer)
    sys.stderr.write(f"\n{asked} operations asked, {refused} refused (403), {absent} not there (404)\n")
    assert min(asked, refused, absent) > len(STRANGERS)
    assert await people.read(f"town-{THEIRS}", "/api/dashboard/v1/overview") == before
