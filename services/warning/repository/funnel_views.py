"""How far the warnings of a period have come, by town: one statement for warnings, one for signals."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from shared.db.tx import ReadTx

# A reopened warning begins again with its raised_at: what happened to it before that belongs to its former life.
_WARNINGS = text("""
WITH raised AS (
  SELECT w.id, left(w.division, 9) AS town, w.raised_at FROM warning.warnings w
  WHERE w.division LIKE :within AND w.raised_at >= :since AND w.raised_at < :until AND w.origin = 'live'
), stepped AS (
  SELECT r.id, bool_or(h.action = 'visit') AS visited, bool_or(h.action = 'hand_over') AS handed_over,
    bool_or(h.action = 'refer') AS referred, bool_or(h.action = 'close') AS closed
  FROM raised r JOIN warning.warning_history h ON h.warning_id = r.id AND h.at >= r.raised_at GROUP BY r.id
), ended AS (
  SELECT r.id, bool_or(c.service = 'mediation' AND c.facts ->> 'outcome' = 'agreement') AS mediated,
    bool_or(c.service = 'inspection') AS inspected
  FROM raised r JOIN warning.case_steps c ON c.warning_id = r.id AND c.at >= r.raised_at AND c.step = 'closed'
  GROUP BY r.id
)
SELECT r.town, count(*) AS warnings, count(*) FILTER (WHERE s.visited) AS visited,
  count(*) FILTER (WHERE s.handed_over) AS handed_over, count(*) FILTER (WHERE e.mediated) AS mediated,
  count(*) FILTER (WHERE s.referred) AS referred, count(*) FILTER (WHERE e.inspected) AS inspected,
  count(*) FILTER (WHERE s.closed) AS closed
FROM raised r LEFT JOIN stepped s ON s.id = r.id LEFT JOIN ended e ON e.id = r.id GROUP BY r.town
""")

_SIGNALS = text("""
SELECT left(e.workplace_division, 9) AS town, count(*) AS signals
FROM warning.signals s JOIN warning.enterprises e ON e.id = s.enterprise_id
WHERE s.received_at >= :since AND s.received_at < :until AND e.workplace_division LIKE :within GROUP BY 1
""")


async def warnings_by_town(tx: ReadTx, division: str, since: datetime, until: datetime) -> Sequence[Row[Any]]:
    """Return the stages of warnings raised in [since, until) in a division, by town."""
    return await tx.rows(_WARNINGS, {"within": f"{division}%", "since": since, "until": until})


async def signals_by_town(tx: ReadTx, division: str, since: datetime, until: datetime) -> Sequence[Row[Any]]:
    """Return how many signals came in [since, until) about enterprises that work in a division, by town."""
    return await tx.rows(_SIGNALS, {"within": f"{division}%", "since": since, "until": until})
