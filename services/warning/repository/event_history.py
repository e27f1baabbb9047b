"""Everything that was told of enterprises as one history of events, in the form that models learn from."""

from typing import BinaryIO

from services.warning.repository.signals import NAME
from shared.db.tx import ReadTx

# A correction stands for what it corrects, from the day on which it came: what was thought before is lost, but no row
# tells earlier what was only known later. A report of nothing is no event.
_EVENTS = f"""
SELECT e.uscc AS enterprise_id, told.kind, told.occurred_on, told.amount, told.workers, e.industry,
  e.workplace_division AS division, (told.at AT TIME ZONE 'Asia/Shanghai')::date AS known_on
FROM (
  SELECT s.enterprise_id, s.series AS kind, s.effective_on AS occurred_on, s.amount_cny AS amount, s.workers,
    s.received_at AS at
  FROM warning.signals s
  WHERE coalesce(greatest(s.amount_cny, s.months, s.workers), 1) > 0
    AND NOT EXISTS (SELECT FROM warning.signals c
      WHERE c.corrects IS NOT NULL AND c.source = s.source AND c.corrects = {NAME})
  UNION ALL
  SELECT o.enterprise_id, o.kind, o.occurred_on, NULL, NULL, o.recorded_at FROM warning.outcomes o
  UNION ALL
  SELECT l.enterprise_id, l.reason_code, (l.closed_at AT TIME ZONE 'Asia/Shanghai')::date, NULL, NULL, l.closed_at
  FROM warning.labels l WHERE l.risk_was_real
) AS told JOIN warning.enterprises e ON e.id = told.enterprise_id
ORDER BY e.uscc, told.occurred_on, told.at, told.kind
"""  # noqa: S608  how a signal is named is a constant of this program


async def write(tx: ReadTx, output: BinaryIO) -> int:
    """Write the history as CSV with a header, by enterprise and day; return how many events there are."""
    return await tx.copied_as_csv(output, _EVENTS)
