"""What runs all day finds its rows by an index, on a district with years of cases."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio

from services.mediation.domain.lifecycle import State
from services.mediation.repository import case_views, cases, clocks, organisations
from shared.auth.permissions import Role
from shared.auth.principal import Principal
from shared.db.tx import Database
from shared.kernel.ids import new_id
from shared.kernel.paging import Page
from tests.support.explain import plan_of, statements_of
from tests.support.system import System

pytestmark = pytest.mark.asyncio

MEDIATOR = UUID("00000000-0000-7000-8000-000000000001")
FILL = """
INSERT INTO mediation.organisations (id, code, name, tier, division, grid_cells, enabled, changed_at)
SELECT ('00000000-0000-7000-9000-' || lpad(i::text, 12, '0'))::uuid, 'O' || i, 'n', 'town',
  '3101121' || lpad((i % 14)::text, 2, '0'), '{}', true, now() FROM generate_series(1, 60) i;
INSERT INTO mediation.mediators (account_id, username, division, enabled, changed_at)
SELECT ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, 'm' || i, '310112101', true, now()
FROM generate_series(1, 120) i;
INSERT INTO mediation.organisation_mediators (organisation_id, account_id, added_at)
SELECT ('00000000-0000-7000-9000-' || lpad((1 + i % 60)::text, 12, '0'))::uuid,
  ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, now() FROM generate_series(1, 120) i;
INSERT INTO mediation.cases (id, warning_id, hand_over, uscc, division, enterprise_name, sole_trader, level, note,
  organisation_id, tier, rule_id, floor_ids, state, outcome, offered_to, mediator_id, received_at, due_at, deemed,
  version, updated_at)
SELECT gen_random_uuid(), gen_random_uuid(), 1, 'E' || i, '3101121' || lpad((i % 14)::text, 2, '0'), 'n', false,
  'orange', 'n', ('00000000-0000-7000-9000-' || lpad((1 + i % 60)::text, 12, '0'))::uuid, 'town', 'town.division',
  '{}', CASE WHEN i % 20 = 0 THEN 'accepted' ELSE 'closed' END, CASE WHEN i % 20 = 0 THEN NULL ELSE 'failed' END,
  CASE WHEN i % 400 = 0 THEN ('00000000-0000-7000-9000-' || lpad((1 + i % 59)::text, 12, '0'))::uuid END,
  ('00000000-0000-7000-8000-' || lpad((1 + i % 120)::text, 12, '0'))::uuid,
  now(), CASE WHEN i % 20 = 0 THEN now() + i * interval '1 minute' END, false, 1, now()
FROM generate_series(1, 12000) i;
INSERT INTO mediation.case_clocks (id, case_id, kind, rule_id, article, started_at, due_at, provisional,
  calendar_version, trace_zh, trace_en, met_at)
SELECT gen_random_uuid(), c.id, 'close', 'r', 'a', now(), coalesce(c.due_at, now()), false, 'v', 't', 't',
  CASE WHEN c.state = 'closed' THEN now() END FROM mediation.cases c;
ANALYZE;
"""


@pytest_asyncio.fixture
async def full(system: System) -> AsyncIterator[Database]:
    """Give a district with 12,000 cases, one in twenty open."""
    db = system.db("mediation")
    async with db.write() as tx:
        await (await tx.driver()).execute(FILL)
    yield db


async def plan_of_list(db: Database, who: Principal, state: State | None = None) -> str:
    with statements_of(db) as seen:
        async with db.read() as tx:
            await case_views.listing(tx, who, state, Page())
    return await plan_of(db, seen[0])


async def test_a_mediators_list_is_read_by_organisation_and_by_offer(full: Database) -> None:
    plan = await plan_of_list(full, Principal(MEDIATOR, "m1", Role.MEDIATOR, "310112101", new_id()))
    assert "ix_cases_organisation" in plan
    assert "ix_cases_offered" in plan


async def test_a_town_officers_list_is_read_by_division(full: Database) -> None:
    who = Principal(new_id(), "o", Role.TOWN_OFFICER, "310112101", new_id())
    assert "ix_cases_division" in await plan_of_list(full, who)


async def test_ended_periods_are_found_by_their_date(full: Database) -> None:
    with statements_of(full) as seen:
        async with full.write() as tx:
            await clocks.claim_overdue(tx, 200)
    assert "ix_case_clocks_due" in await plan_of(full, seen[0])


async def test_what_a_mediator_has_is_found_by_the_mediator(full: Database) -> None:
    with statements_of(full) as seen:
        async with full.write() as tx:
            await cases.lock_open_of_mediators(tx, [MEDIATOR])
    assert "ix_cases_mediator" in await plan_of(full, seen[0])


async def test_a_mediators_organisations_are_found_by_the_account(full: Database) -> None:
    with statements_of(full) as seen:
        async with full.read() as tx:
            assert len(await organisations.of_mediator(tx, MEDIATOR)) == 1
    assert "organisation_mediators" in await plan_of(full, seen[0])
