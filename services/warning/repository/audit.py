"""Open warnings that nobody looks after, and the record of such findings."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from shared.db.tx import ReadTx, WriteTx

# Once an outcome is on the record, or another body has the case, the next step is not the coordinator's.
_ORPHANS = text("""
SELECT id, problem FROM (
  SELECT w.id, w.raised_at, CASE
    WHEN w.assignee_id IS NULL AND w.queue_division IS NULL THEN 'no_owner'
    WHEN w.state = 'raised' THEN 'never_assigned'
    WHEN w.assignee_id IS NOT NULL AND NOT coalesce(c.enabled, false)
      AND w.state IN ('assigned', 'accepted', 'visited') THEN 'owner_disabled'
    WHEN NOT EXISTS (SELECT FROM warning.warning_clocks k
                     WHERE k.warning_id = w.id AND k.met_at IS NULL AND k.replaced_at IS NULL) THEN 'no_next_step'
  END AS problem
  FROM warning.warnings w LEFT JOIN warning.coordinators c ON c.account_id = w.assignee_id
  WHERE w.state <> 'closed'
) AS checked
WHERE problem IS NOT NULL ORDER BY raised_at LIMIT :limit
""")

_CLEAR = text("""
UPDATE warning.audit_findings a SET cleared_at = :now
WHERE a.cleared_at IS NULL AND NOT EXISTS (
  SELECT FROM unnest(CAST(:ids AS uuid[]), CAST(:problems AS text[])) AS f (warning_id, problem)
  WHERE f.warning_id = a.warning_id AND f.problem = a.problem)
""")

_KEEP = text("""
INSERT INTO warning.audit_findings (warning_id, problem, found_at)
SELECT f.warning_id, f.problem, :now
FROM unnest(CAST(:ids AS uuid[]), CAST(:problems AS text[])) AS f (warning_id, problem)
WHERE NOT EXISTS (SELECT FROM warning.audit_findings a
                  WHERE a.cleared_at IS NULL AND a.warning_id = f.warning_id AND a.problem = f.problem)
""")


_OPEN = text("SELECT level, count(*) AS number FROM warning.warnings WHERE state <> 'closed' GROUP BY level")


async def open_by_level(tx: ReadTx) -> dict[str, int]:
    """Return how many warnings are open."""
    return {row.level: row.number for row in await tx.rows(_OPEN)}


async def orphans(tx: ReadTx, limit: int = 500) -> Sequence[tuple[UUID, str]]:
    """Return open warnings without an owner or a next step, with what they lack."""
    return [(row.id, row.problem) for row in await tx.rows(_ORPHANS, {"limit": limit})]


async def keep_findings(tx: WriteTx, found: Sequence[tuple[UUID, str]]) -> None:
    """Insert findings that are new and clear those that were mended."""
    parameters = {
        "now": tx.now,
        "ids": [warning_id for warning_id, _ in found],
        "problems": [problem for _, problem in found],
    }
    await tx.execute(_CLEAR, parameters)
    await tx.execute(_KEEP, parameters)
