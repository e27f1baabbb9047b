"""What really happened to enterprises: the labels that the model learns from."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text

from shared.db.tx import ReadTx


async def all_known(tx: ReadTx) -> Sequence[tuple[int, date, date]]:
    """Return (enterprise_id, occurred_on, known_on) of every outcome, and of every warning that ended in one."""
    rows = await tx.rows(
        text(
            "SELECT enterprise_id, occurred_on, (recorded_at AT TIME ZONE 'Asia/Shanghai')::date AS known_on"
            " FROM warning.outcomes"
            " UNION ALL SELECT l.enterprise_id, (l.closed_at AT TIME ZONE 'Asia/Shanghai')::date,"
            " (l.closed_at AT TIME ZONE 'Asia/Shanghai')::date FROM warning.labels l"
            " WHERE l.reason_code = 'true_incident'"
            " ORDER BY known_on, enterprise_id, occurred_on"
        )
    )
    return [(row.enterprise_id, row.occurred_on, row.known_on) for row in rows]


async def first_signal_on(tx: ReadTx) -> date | None:
    """Return the day of the oldest signal."""
    day: date | None = await tx.value(text("SELECT min(effective_on) FROM warning.signals"))
    return day


async def enterprise_ids(tx: ReadTx) -> Sequence[int]:
    """Return the ids of all enterprises."""
    return [row.id for row in await tx.rows(text("SELECT id FROM warning.enterprises ORDER BY id"))]
