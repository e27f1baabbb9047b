"""Notices clocks that ran out, each once. Any number of watches may run: each claims cases with SKIP LOCKED."""

from services.inspection.repository import clocks
from services.inspection.usecases.effects import Effects, breached
from shared.db.tx import WriteTx

BATCH = 200


async def notice_breaches(tx: WriteTx, limit: int = BATCH) -> int:
    """Tell of every breach that nobody noticed yet; return how many there were."""
    overdue = await clocks.claim_overdue(tx, limit)
    effects = Effects()
    for case, one in overdue:
        breached(effects, effects.changed.get(case.id, case), one, tx)
    await effects.write(tx)
    return len(overdue)
