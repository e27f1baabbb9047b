"""What a database looks like after much has been killed on it: questions whose right answer is an empty list."""

from collections.abc import Mapping
from typing import Any

import asyncpg

SERVICES = ("warning", "mediation", "inspection", "gateway")

_WORK_LEFT = """SELECT (SELECT count(*) FROM warning.assessment_queue) AS to_assess,
(SELECT count(*) FROM warning.outbox WHERE published_at IS NULL)
+ (SELECT count(*) FROM gateway.outbox WHERE published_at IS NULL) AS to_publish"""

_COUNTS = """SELECT w.id, w.uscc,
(SELECT count(*) FROM warning.warning_history h WHERE h.warning_id = w.id AND action = 'raise') AS raises,
(SELECT count(*) FROM warning.warning_history h WHERE h.warning_id = w.id AND action = 'assign') AS assigns,
(SELECT count(*) FROM warning.warning_history h WHERE h.warning_id = w.id AND action = 'upgrade') AS upgrades,
(SELECT count(*) FROM warning.warning_history h WHERE h.warning_id = w.id) AS steps,
(SELECT count(*) FROM told WHERE told.warning_id = w.id AND type = 'warning.warning.raised.v1') AS raised,
(SELECT count(*) FROM told WHERE told.warning_id = w.id AND type = 'warning.warning.assigned.v1') AS assigned,
(SELECT count(*) FROM told WHERE told.warning_id = w.id AND type = 'warning.warning.upgraded.v1') AS upgraded,
(SELECT count(*) FROM told WHERE told.warning_id = w.id) AS events
FROM warning.warnings w"""

_TOLD = """WITH told AS MATERIALIZED
(SELECT type, CAST(body::json -> 'data' ->> 'warning_id' AS uuid) AS warning_id FROM warning.outbox)"""

_RIGHT = """raises = 1 AND assigns = 1 AND upgrades <= 1 AND steps = raises + assigns + upgrades
AND raised = 1 AND assigned = 1 AND upgraded = upgrades AND events = raised + assigned + upgraded"""

DOUBLED_OR_MISSING_STEPS = f"{_TOLD} SELECT * FROM ({_COUNTS}) AS counted WHERE NOT ({_RIGHT})"  # noqa: S608  words of ours
EVENTS_NOT_HEARD = """SELECT o.event_id FROM gateway.outbox o LEFT JOIN warning.inbox i USING (event_id)
WHERE i.event_id IS NULL"""
EVENTS_NEVER_SENT = """SELECT i.event_id FROM warning.inbox i LEFT JOIN gateway.outbox o USING (event_id)
WHERE o.event_id IS NULL"""
NOT_ASSESSED = """SELECT s.enterprise_id
FROM warning.signals s LEFT JOIN warning.enterprise_risk r USING (enterprise_id)
WHERE s.enterprise_id IS NOT NULL
GROUP BY s.enterprise_id, r.last_seq HAVING max(s.seq) IS DISTINCT FROM r.last_seq"""
UNKNOWN_COORDINATORS = """SELECT a.id FROM gateway.accounts a LEFT JOIN warning.coordinators c ON c.account_id = a.id
WHERE a.role = 'grid_coordinator' AND c.account_id IS NULL"""
LABELS_MISSING_OR_DOUBLED = """SELECT w.id FROM warning.warnings w LEFT JOIN warning.labels l ON l.warning_id = w.id
WHERE w.state = 'closed' GROUP BY w.id HAVING count(l.seq) <> 1"""
# What mediation and the inspectorate told must be on the warning's side, and what they were told on theirs.
UNHEARD = """SELECT event_id FROM mediation.outbox WHERE event_id NOT IN (SELECT event_id FROM warning.inbox)
UNION ALL SELECT event_id FROM inspection.outbox WHERE event_id NOT IN (SELECT event_id FROM warning.inbox)
UNION ALL SELECT event_id FROM warning.outbox WHERE type = 'warning.warning.handed_over.v1'
AND event_id NOT IN (SELECT event_id FROM mediation.inbox)
UNION ALL SELECT event_id FROM warning.outbox WHERE type = 'warning.warning.referred.v1'
AND event_id NOT IN (SELECT event_id FROM inspection.inbox)"""

NOTICES_NOT_HEARD = """SELECT o.event_id FROM warning.outbox o LEFT JOIN gateway.inbox i USING (event_id)
WHERE i.event_id IS NULL AND o.type IN
('warning.warning.raised.v1', 'warning.warning.assigned.v1', 'warning.warning.upgraded.v1')"""
# Of each key, what was told later was not heard earlier.
HEARD_OUT_OF_ORDER = """SELECT event_id FROM (SELECT o.event_id, i.handled_at,
max(i.handled_at) OVER (PARTITION BY o.key ORDER BY o.seq) AS newest_so_far
FROM warning.outbox o JOIN gateway.inbox i USING (event_id)) AS heard WHERE handled_at < newest_so_far"""


def dead_letters() -> str:
    return " UNION ALL ".join(f"SELECT event_id, error FROM {service}.dead_letters" for service in SERVICES)  # noqa: S608  words of ours


def unpublished() -> str:
    return " UNION ALL ".join(
        f"SELECT event_id FROM {service}.outbox WHERE published_at IS NULL"  # noqa: S608  words of ours
        for service in SERVICES
    )


async def rows(url: str, statement: str) -> list[Mapping[str, Any]]:
    """Return what a statement finds."""
    connection = await asyncpg.connect(url)
    try:
        return [dict(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


async def work_left(url: str) -> tuple[int, int]:
    """Return how many assessments and how many events wait."""
    (found,) = await rows(url, _WORK_LEFT)
    return found["to_assess"], found["to_publish"]


async def until_work_is_left(url: str, kind: str) -> None:
    """Return at the moment when something is `to_assess`, or `to_publish`."""
    connection = await asyncpg.connect(url)
    try:
        while True:
            (found,) = await connection.fetch(_WORK_LEFT)
            if found[kind]:
                return
    finally:
        await connection.close()


async def stored_signals(url: str) -> list[tuple[str, str]]:
    return [
        (row["source_ref"], str(row["id"]))
        for row in await rows(url, "SELECT source_ref, id FROM warning.signals")
    ]


async def open_warnings(url: str) -> dict[str, str]:
    """Return the level of each enterprise that is warned of; the database allows one open warning each."""
    found = await rows(url, "SELECT uscc, level FROM warning.warnings WHERE state <> 'closed'")
    assert len(found) == len(await rows(url, "SELECT id FROM warning.warnings"))
    return {row["uscc"]: row["level"] for row in found}
