"""Every operation of every door, asked by the people of one town about what is another town's: nothing is theirs."""

import sys
from collections.abc import Iterator, Mapping

import httpx
import pytest
from sqlalchemy import text

from services.gateway.api.documents import openapi_documents
from tests.flows.circle import TOWNS, Circle, people_of
from tests.flows.nasty import Operation, operations_of
from tests.support.enterprises import a_uscc
from tests.support.system import System

pytestmark = pytest.mark.asyncio

THEIRS, OURS = TOWNS
CLOSED, MEDIATED, INSPECTED, FRESH = (a_uscc(800 + number) for number in range(4))
STRANGERS = (f"grid-{OURS}", f"town-{OURS}", f"mediator-{OURS}")
TEXT = "已到场核实情况"


async def a_town_at_work(system: System) -> tuple[Circle, dict[str, str]]:
    """Let one town have warnings and cases of every kind; return the people, and the names of what is theirs."""
    people = await people_of(system)
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


def operations(names: Mapping[str, str]) -> Iterator[Operation]:
    """Give every operation, about what belongs to the other town."""
    known = {
        "warning_id": names["fresh"],
        "uscc": FRESH,
        "assessment_id": names["assessment"],
        "code": f"T{THEIRS}",
        "username": f"mediator-{THEIRS}",
        "version": "1",
    }
    for door, document in openapi_documents().items():
        if door not in {"auth", "federation"}:
            yield from operations_of(document, known | {"case_id": names.get(door, names["mediation"])})


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
        for operation in operations(names):
            answer = await people.call(who, operation.method, operation.address, operation.body)
            asked += 1
            refused += answer.status_code == 403
            absent += answer.status_code == 404
            assert answer.status_code < 500, answers_of(answer)
            if "{" in operation.path:
                assert answer.status_code in {403, 404}, answers_of(answer)
            told = answer.text.replace(operation.address, "")
            assert not [one for one in secrets if one in told], answers_of(answer)
    sys.stderr.write(f"\n{asked} operations asked, {refused} refused (403), {absent} not there (404)\n")
    assert min(asked, refused, absent) > len(STRANGERS)
    assert await people.read(f"town-{THEIRS}", "/api/dashboard/v1/overview") == before
