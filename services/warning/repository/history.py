"""What a district brings with it when it goes live: outcomes and warnings of the past."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from services.warning.domain.past import PastOutcome, PastWarning
from shared.db.tx import WriteTx
from shared.kernel.ids import new_id

ORIGIN = "history"
_ACTOR = "历史导入 / history"

_OUTCOMES = """
WITH told AS (
  SELECT e.id, t.* FROM unnest($1::text[], $2::text[], $3::date[], $4::timestamptz[])
    AS t (uscc, kind, occurred_on, recorded_at)
  JOIN warning.enterprises e ON e.uscc = t.uscc
), stored AS (
  INSERT INTO warning.outcomes (enterprise_id, kind, occurred_on, recorded_at)
  SELECT id, kind, occurred_on, recorded_at FROM told ORDER BY recorded_at
  ON CONFLICT DO NOTHING
  RETURNING 1
)
SELECT (SELECT count(*) FROM told) AS known, (SELECT count(*) FROM stored) AS new
"""

_WARNINGS = """
WITH told AS (
  SELECT t.*, e.id AS enterprise_id, e.workplace_division, e.grid_cell
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[])
    AS t (id, uscc, level, raised_at, closed_at, reason_code)
  JOIN warning.enterprises e ON e.uscc = t.uscc
), stored AS (
  INSERT INTO warning.warnings (id, enterprise_id, uscc, division, grid_cell, level, peak_level, state, handler_ids,
    rejected_by, rule_ids, double_red, raised_at, reason_code, closed_at, origin, version, updated_at)
  SELECT id, enterprise_id, uscc, workplace_division, grid_cell, level, level, 'closed', '{}', '{}', '{}', false,
    raised_at, reason_code, closed_at, $7, 1, closed_at
  FROM told
  WHERE NOT EXISTS (SELECT FROM warning.warnings w WHERE w.enterprise_id = told.enterprise_id
    AND w.raised_at = told.raised_at AND w.origin = $7)
  RETURNING id, level, raised_at, closed_at, reason_code
), steps AS (
  INSERT INTO warning.warning_history (id, warning_id, at, actor, action, from_state, to_state, from_level, to_level,
    note)
  SELECT gen_random_uuid(), s.id, s.raised_at, $8, 'raise', NULL, 'raised', NULL, s.level, NULL FROM stored s
  UNION ALL
  SELECT gen_random_uuid(), s.id, s.closed_at, $8, 'close', NULL, 'closed', s.level, s.level, s.reason_code
  FROM stored s
)
SELECT (SELECT count(*) FROM told) AS known, (SELECT count(*) FROM stored) AS new
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """How many rows concerned a known enterprise, and how many of those were new."""

    known: int
    new: int


async def store_outcomes(tx: WriteTx, told: Sequence[PastOutcome]) -> Stored:
    """Insert outcomes; those of unknown enterprises, and those that are there, are passed over."""
    rows = ((one.uscc, one.kind, one.occurred_on, one.recorded_at) for one in told)
    return await _stored(tx, _OUTCOMES, *zip(*rows, strict=True))


async def store_warnings(tx: WriteTx, told: Sequence[PastWarning]) -> Stored:
    """Insert closed warnings with their two steps; those of unknown enterprises, and those there, are passed over."""
    rows = ((new_id(), one.uscc, one.level, one.raised_at, one.closed_at, one.reason_code) for one in told)
    return await _stored(tx, _WARNINGS, *zip(*rows, strict=True), ORIGIN, _ACTOR)


async def note_sizes(tx: WriteTx) -> None:
    """Let the planner know how much there is now; until it noticed by itself, it would read whole tables."""
    tables = "warning.enterprises, warning.signals, warning.outcomes, warning.warnings"
    await tx.execute(text(f"ANALYZE {tables}"))


async def _stored(tx: WriteTx, query: str, *arguments: Any) -> Stored:
    driver = await tx.driver()
    counts = await driver.fetch(query, *arguments)
    return Stored(known=counts[0]["known"], new=counts[0]["new"])
