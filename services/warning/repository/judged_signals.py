"""Which signals an outcome had judged, and which came in since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from services.warning.repository.signals import NAME
from shared.db.tx import ReadTx

# `again` are the signals that only repeat what was judged: corrections of it, and, of a state, what the same source
# tells of a time of which it had told already or which lies before that. Of one month the graver report holds, so
# that a milder one changes nothing; what adds up is added by each report.
_SINCE = f"""
WITH RECURSIVE asked AS MATERIALIZED (
  SELECT * FROM unnest(CAST(:ids AS int8[]), CAST(:since AS timestamptz[])) AS w (id, since)
  WHERE EXISTS (SELECT FROM warning.signals s WHERE s.enterprise_id = w.id AND s.received_at > w.since
    AND s.series = ANY(CAST(:telling AS text[])))
), told AS MATERIALIZED (
  SELECT w.id, w.since, s.seq, s.source, s.series, s.effective_on, s.corrects, {NAME} AS name,
    s.received_at > w.since AS fresh
  FROM asked w JOIN warning.signals s ON s.enterprise_id = w.id
), again AS (
  SELECT s.seq, s.source, s.name FROM told s
  WHERE s.fresh AND EXISTS (SELECT FROM told k WHERE k.id = s.id AND NOT k.fresh AND k.source = s.source
    AND (k.name = s.corrects OR k.series = s.series
      AND (s.series = ANY(CAST(:states AS text[])) AND k.effective_on > s.effective_on
        OR s.series = ANY(CAST(:latest AS text[])) AND k.effective_on = s.effective_on)))
  UNION
  SELECT s.seq, s.source, s.name FROM told s JOIN again a ON a.source = s.source AND a.name = s.corrects
  WHERE s.fresh
)
SELECT s.id,
  coalesce(array_agg(s.seq) FILTER (WHERE NOT s.fresh AND NOT EXISTS (SELECT FROM warning.signals c
    WHERE c.source = s.source AND c.corrects = s.name AND c.received_at <= s.since)), '{{}}') AS judged,
  coalesce(array_agg(s.seq) FILTER (WHERE s.fresh AND s.seq NOT IN (SELECT seq FROM again)
    AND NOT EXISTS (SELECT FROM warning.signals c WHERE c.source = s.source AND c.corrects = s.name)), '{{}}') AS alone
FROM told s GROUP BY s.id
"""  # noqa: S608  the name is an expression of this program


@dataclass(frozen=True, slots=True)
class SignalsSince:
    """The signals of an enterprise that has new ones: those that counted at its outcome, and those that stand alone.

    alone: without what only repeats, or corrects, what was judged.
    """

    judged: Sequence[int]
    alone: Sequence[int]


async def signals_since(
    tx: ReadTx,
    since: Mapping[int, datetime],
    *,
    telling: Sequence[str],
    states: Sequence[str],
    latest: Sequence[str],
) -> Mapping[int, SignalsSince]:
    """Return the signals of those enterprises of which a `telling` series has news after the given instant.

    states: the series that tell of a state; latest: those among them of whose reports about one month one holds.
    """
    asked = {"ids": list(since), "since": list(since.values())}
    asked |= {"telling": list(telling), "states": list(states), "latest": list(latest)}
    return {row.id: SignalsSince(row.judged, row.alone) for row in await tx.rows(text(_SINCE), asked)}
