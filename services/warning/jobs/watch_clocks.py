"""Watches over open warnings: escalates breached clocks, lets others stand in, audits that nothing is forgotten."""

from datetime import timedelta

from prometheus_client import Gauge

from services.warning.domain.levels import WarningLevel
from services.warning.repository import audit
from services.warning.usecases.audit_warnings import audit_warnings
from services.warning.usecases.escalate_clocks import BATCH, escalate_clocks
from services.warning.usecases.hand_on import BATCH as MOST
from services.warning.usecases.hand_on import hand_on_of_absent
from services.warning.usecases.reference_data import ReferenceData
from services.warning.usecases.warning_action import Timing
from shared.db.tx import Database
from shared.observability.metrics import CLOCK_BREACHES
from shared.runtime.service import Job

FINDINGS = Gauge("warning_audit_findings", "Open warnings without an owner or a next step")
OPEN = Gauge("warning_open_warnings", "Open warnings, as of the auditor's last round", ["level"])


def escalate_job(db: Database, reference_data: ReferenceData) -> Job:
    """Return the escalation engine's cycle; any number of processes may run it."""
    breaches = CLOCK_BREACHES.labels("warning")

    async def run() -> bool:
        async with db.write() as tx:
            policy, _ = await reference_data.timing(tx)
            taken = await escalate_clocks(tx, policy)
        breaches.inc(taken)
        return taken == BATCH

    return Job("escalate", run, timedelta(seconds=5))


def stand_in_job(db: Database, reference_data: ReferenceData) -> Job:
    """Return the round that gives what waits for somebody who is away today to somebody who is there."""

    async def run() -> bool:
        async with db.write() as tx:
            return await hand_on_of_absent(tx, Timing(*await reference_data.timing(tx))) == MOST

    return Job("stand_in", run, timedelta(seconds=30))


def audit_job(db: Database) -> Job:
    """Return the auditor's round."""

    async def run() -> bool:
        async with db.write() as tx:
            FINDINGS.set(await audit_warnings(tx))
            counts = await audit.open_by_level(tx)
        for level in WarningLevel:
            if level.is_warning:
                OPEN.labels(level.value).set(counts.get(level.value, 0))
        return False

    return Job("audit", run, timedelta(seconds=60), exclusive=True)
