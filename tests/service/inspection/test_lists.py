"""Cases as lists: the most urgent first, page by page, found by an index."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from services.inspection.repository import case_views, cases, clocks
from services.inspection.repository.case_views import Filters
from shared.auth.permissions import Role
from shared.auth.principal import Principal
from shared.db.tx import Database
from shared.kernel.ids import new_id
from shared.kernel.paging import Page, encode_cursor
from tests.support.explain import plan_of, statements_of
from tests.support.inspectorate import NO_VIOLATION, OTHER_TOWN, Inspectorate, done
from tests.support.system import System

pytestmark = pytest.mark.asyncio


async def pages(client: httpx.AsyncClient, **query: Any) -> list[str]:
    """Read a list page by page, two at a time."""
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = await client.get(
            "/cases", params=query | {"limit": 2} | ({"cursor": cursor} if cursor else {})
        )
        assert answer.status_code == 200, answer.text
        found += [case["id"] for case in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
    return found


async def test_open_cases_come_by_urgency_and_page_by_page(inspectorate: Inspectorate) -> None:
    rectified = await inspectorate.an_ordered_case()
    await done(inspectorate.first, rectified, "rectification", evidence="凭证")
    ordered = await inspectorate.an_ordered_case(due_on="2026-11-20")
    filed = await inspectorate.a_filed_case()
    received = await inspectorate.a_case()
    inspectorate.system.clock.advance(timedelta(days=1))
    later = await inspectorate.a_case()
    assert await pages(inspectorate.officer) == [ordered, received, later, filed, rectified]
    assert await pages(inspectorate.officer, state="received") == [received, later]
    assert await pages(inspectorate.first, mine=True) == [ordered, filed, rectified]
    assert await pages(inspectorate.third, mine=True) == []


async def test_pages_go_through_cases_for_which_no_clock_runs(inspectorate: Inspectorate) -> None:
    waiting = [await inspectorate.an_ordered_case() for _ in range(5)]
    for case_id in waiting:
        await done(inspectorate.first, case_id, "rectification", evidence="凭证")
    assert await pages(inspectorate.officer) == sorted(waiting)


async def test_closed_cases_are_listed_when_asked_for_the_newest_first(inspectorate: Inspectorate) -> None:
    closed = []
    for _ in range(3):
        closed.append(await inspectorate.a_filed_case())
        await done(inspectorate.first, closed[-1], "finding", **NO_VIOLATION)
        await done(inspectorate.first, closed[-1], "close", outcome="no_violation", reason="无违法")
    assert await pages(inspectorate.officer) == []
    assert await pages(inspectorate.officer, state="closed") == closed[::-1]


@pytest.mark.parametrize(
    "query", [{"state": "sleeping"}, {"limit": 0}, {"cursor": "x"}, {"mine": "perhaps"}, {"limit": 500}]
)
async def test_a_query_that_makes_no_sense_is_refused(inspectorate: Inspectorate, query: Any) -> None:
    assert (await inspectorate.officer.get("/cases", params=query)).status_code == 422


async def test_another_lists_cursor_is_refused(inspectorate: Inspectorate) -> None:
    at, last_id = "2026-11-18T10:00:00+00:00", "0199f5a0-5bd1-7a30-8c2f-0d8f3a1b2c3d"
    for cursor in ([at, last_id], ["mediation", at, last_id], ["inspection.closed", at, last_id]):
        answer = await inspectorate.officer.get("/cases", params={"cursor": encode_cursor(cursor)})
        assert (answer.status_code, answer.json()["code"]) == (422, "page.cursor_invalid")


async def test_a_town_sees_its_own_alone(inspectorate: Inspectorate) -> None:
    await inspectorate.a_case()
    elsewhere = await inspectorate.a_case(division=f"{OTHER_TOWN}003")
    town = inspectorate.client(Role.TOWN_OFFICER, division=OTHER_TOWN)
    assert [case["id"] for case in await inspectorate.cases(town)] == [elsewhere]


OFFICER = UUID("00000000-0000-7000-8000-000000000001")
FILL = """
INSERT INTO inspection.cases (id, warning_id, referred_version, level, uscc, enterprise_name, sole_trader, division,
  note, state, officer_ids, left_officer_ids, received_at, closed_at, due_at, version, updated_at)
SELECT gen_random_uuid(), gen_random_uuid(), 1, 'red', 'E' || i, 'n' || i, false, '310112101', 'n',
  CASE WHEN i % 20 = 0 THEN 'filed' ELSE 'closed' END,
  ARRAY[('00000000-0000-7000-8000-' || lpad((i % 500)::text, 12, '0'))::uuid,
        ('00000000-0000-7000-8000-' || lpad((i % 500 + 1)::text, 12, '0'))::uuid],
  '{}', now(), CASE WHEN i % 20 = 0 THEN NULL ELSE now() - i * interval '1 minute' END,
  CASE WHEN i % 20 = 0 THEN now() + i * interval '1 minute' END, 1, now()
FROM generate_series(1, 8000) i;
INSERT INTO inspection.case_clocks (id, case_id, kind, article, extension, started_at, due_at, provisional,
  calendar_version, trace_zh, trace_en, met_at)
SELECT gen_random_uuid(), c.id, 'insp.investigate', 'a', 0, now(), coalesce(c.due_at, now()), false, 'v', 't', 't',
  CASE WHEN c.state = 'closed' THEN now() END
FROM inspection.cases c;
ANALYZE;
"""


@pytest_asyncio.fixture
async def full(system: System) -> AsyncIterator[Database]:
    """Give an inspectorate with 8,000 cases, 400 of them open."""
    db = system.db("inspection")
    async with db.write() as tx:
        await (await tx.driver()).execute(FILL)
    yield db


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (Filters(None, mine=False), "ix_cases_open"),
        (Filters("filed", mine=False), "ix_cases_open"),
        (Filters("closed", mine=False), "ix_cases_closed"),
        (Filters(None, mine=True), "ix_cases_officers"),
    ],
)
async def test_a_list_is_read_by_an_index(full: Database, filters: Filters, index: str) -> None:
    who = Principal(OFFICER, "i", Role.INSPECTOR, "310112", new_id())
    with statements_of(full) as seen:
        async with full.read() as tx:
            assert await case_views.listing(tx, who, filters, Page())
    plan = await plan_of(full, seen[0])
    assert index in plan
    assert "Seq Scan" not in plan


async def test_overdue_clocks_are_found_by_their_index(full: Database) -> None:
    with statements_of(full) as seen:
        async with full.write() as tx:
            await clocks.claim_overdue(tx, 200)
    assert "ix_case_clocks_due" in await plan_of(full, seen[0])


async def test_the_cases_of_an_officer_who_leaves_are_found_by_their_index(full: Database) -> None:
    with statements_of(full) as seen:
        async with full.write() as tx:
            assert await cases.lock_open_of_officers(tx, [OFFICER])
    assert "ix_cases_officers" in await plan_of(full, seen[0])
