"""Re-checks that every open warning has an owner and a next step, and keeps a record of those that have not."""

import structlog

from services.warning.repository import audit
from shared.db.tx import WriteTx

log = structlog.get_logger(__name__)


async def audit_warnings(tx: WriteTx) -> int:
    """Record new findings, clear those that were mended; return how many stand open."""
    found = await audit.orphans(tx)
    for warning_id, problem in found:
        log.error("warning without owner or next step", warning_id=str(warning_id), problem=problem)
    await audit.keep_findings(tx, found)
    return len(found)
