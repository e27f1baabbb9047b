"""What runs all day finds its rows by an index, on a district of full size."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio

from services.warning.repository import clocks, coordinators, warning_views
from services.warning.repository.judged_signals import signals_since
from services.warning.repository.warnings import lock_open_of_enterprises
from shared.auth.permissions import Role
from shared.auth.principal import Principal
from shared.db.tx import Database
from shared.kernel.ids import new_id
from shared.kernel.paging import Page
from tests.support.explain import plan_of, statements_of
from tests.support.system import System

pytestmark = pytest.mark.asyncio

ASSIGNEE = UUID("00000000-0000-7000-8000-000000000001")
FILL = """
INSERT INTO warning.enterprises (uscc, name, name_key, workplace_division, sole_trader, version, created_at, updated_at)
SELECT 'E' || i, 'n' || i, 'n' || i, '310112101', false, 1, now(), now() FROM generate_series(1, 8000) i;
INSERT INTO warning.warnings (id, enterprise_id, uscc, division, level, peak_level, state, assignee_id, handler_ids,
  rejected_by, rule_ids, double_red, raised_at, due_at, origin, version, updated_at)
SELECT gen_random_uuid(), e.id, e.uscc, '310112101', 'orange', 'orange',
  CASE WHEN e.id % 40 = 0 THEN 'assigned' ELSE 'closed' END,
  ('00000000-0000-7000-8000-' || lpad((e.id % 56)::text, 12, '0'))::uuid,
  '{}', '{}', '{}', false, now(), now() + interval '1 day', 'live', 1, now()
FROM warning.enterprises e;
INSERT INTO warning.warning_clocks (id, warning_id, kind, rule_id, article, started_at, due_at, provisional,
  calendar_version, trace_zh, trace_en, next_escalation_at)
SELECT gen_random_uuid(), w.id, 'accept', 'r', 'a', now(), now() + e * interval '1 minute', false, 'v', 't', 't',
  now() + e * interval '1 minute'
FROM (SELECT id, row_number() OVER () AS e FROM warning.warnings) w;
INSERT INTO warning.signals (id, enterprise_id, source, signal_key, content_hash, uscc, indicator, series, effective_on,
  received_at)
SELECT gen_random_uuid(), e.id, 'hrss', e.id || '-' || n, 'h', e.uscc, 'wage_arrears', 'wage_arrears', '2026-10-01',
  now()
FROM warning.enterprises e, generate_series(1, 3) n;
ANALYZE;
"""


@pytest_asyncio.fixture
async def full(system: System) -> AsyncIterator[Database]:
    """Give a district with 8,000 enterprises and warnings."""
    db = system.db("warning")
    async with db.write() as tx:
        await (await tx.driver()).execute(FILL)
    yield db


async def test_a_worklist_is_read_by_the_assignee_index(full: Database) -> None:
    who = Principal(ASSIGNEE, "c", Role.GRID_COORDINATOR, "310112101", new_id())
    with statements_of(full) as seen:
        async with full.read() as tx:
            await warning_views.worklist(tx, who, Page())
    assert "ix_warnings_assignee" in await plan_of(full, seen[0])


async def test_overdue_clocks_are_found_by_the_escalation_index(full: Database) -> None:
    with statements_of(full) as seen:
        async with full.write() as tx:
            await clocks.claim_overdue(tx, 200)
    assert "ix_warning_clocks_next" in await plan_of(full, seen[0])


async def test_open_warnings_of_a_batch_are_found_by_the_open_index(full: Database) -> None:
    with statements_of(full) as seen:
        async with full.write() as tx:
            await lock_open_of_enterprises(tx, list(range(1, 50)))
    plan = await plan_of(full, seen[0])
    assert "uq_warnings_open" in plan or "ix_warnings_enterprise" in plan


async def test_a_coordinators_load_is_counted_by_the_assignee_index(full: Database, system: System) -> None:
    with statements_of(full) as seen:
        async with full.read() as tx:
            await coordinators.candidates(tx, ["310112101"], system.clock.now().date(), 20)
    assert "ix_warnings_assignee" in await plan_of(full, seen[0])


async def test_news_of_an_enterprise_is_found_by_its_signals_index(full: Database, system: System) -> None:
    with statements_of(full) as seen:
        async with full.read() as tx:
            asked = {1: system.clock.now()}
            await signals_since(
                tx, asked, telling=["wage_arrears"], states=["wage_arrears"], latest=["wage_arrears"]
            )
    assert "ix_signals_enterprise" in await plan_of(full, seen[0])
