"""What closed warnings taught: was the risk real, and what was known when the warning was raised."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import Row, text

from services.warning.domain.lifecycle import RISK_WAS_REAL, ReasonCode
from services.warning.domain.warning_case import WarningCase
from shared.db.tx import ReadTx, WriteTx

# What raised the warning was assessed in the same transaction, so at the same instant; what fired later is not
# what was known then. An assessment never changes.
_RECORD = text("""
INSERT INTO warning.labels (warning_id, enterprise_id, raised_at, closed_at, peak_level, reason_code,
  risk_was_real, assessment_id, as_of, rule_ids, score, signal_seqs, pack_version, model_version, enterprise_facts)
SELECT :warning_id, :enterprise_id, :raised_at, :closed_at, :peak_level, :reason_code, :risk_was_real,
  a.id, coalesce(a.as_of, (CAST(:raised_at AS timestamptz) AT TIME ZONE INTERVAL '8 hours')::date),
  CASE WHEN a.id IS NULL THEN CAST(:rule_ids AS text[]) ELSE ARRAY(
    SELECT f ->> 'rule_id' FROM jsonb_array_elements(a.fired) AS f WHERE f ->> 'level' IN ('orange', 'red') ORDER BY 1)
  END,
  a.score, coalesce(a.signal_seqs, '{}'), a.pack_version, a.model_version, a.enterprise_facts
FROM (SELECT 1) AS one
LEFT JOIN warning.assessments a ON a.enterprise_id = :enterprise_id AND a.assessed_at = :raised_at
ON CONFLICT (warning_id, raised_at) DO NOTHING
""")

_ALL = text("""
SELECT l.seq, e.uscc, l.warning_id, l.raised_at, l.closed_at, l.peak_level, l.reason_code, l.risk_was_real, l.as_of,
  l.rule_ids, l.score, cardinality(l.signal_seqs) AS signals, l.pack_version, l.model_version
FROM warning.labels l JOIN warning.enterprises e ON e.id = l.enterprise_id
WHERE l.seq > :after ORDER BY l.seq LIMIT :most
""")
_AT_ONCE = 1_000


async def record(tx: WriteTx, case: WarningCase) -> None:
    """Keep the label of a warning that is being closed."""
    if case.reason_code is None:
        message = f"warning {case.id} is closed without a reason"
        raise ValueError(message)
    row = {
        "warning_id": case.id,
        "enterprise_id": case.enterprise_id,
        "raised_at": case.raised_at,
        "closed_at": case.closed_at,
        "peak_level": case.peak_level.value,
        "reason_code": case.reason_code,
        "risk_was_real": RISK_WAS_REAL[ReasonCode(case.reason_code)],
        "rule_ids": list(case.rule_ids),
    }
    await tx.execute(_RECORD, row)


async def read_all(tx: ReadTx) -> AsyncIterator[Sequence[Row[Any]]]:
    """Yield all labels, oldest first, a page at a time."""
    after = 0
    while rows := await tx.rows(_ALL, {"after": after, "most": _AT_ONCE}):
        yield rows
        after = rows[-1].seq
