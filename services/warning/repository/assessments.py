"""The queue of enterprises to assess, their newest risk, and the stored assessments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import func, insert, literal, select, text

from services.warning.domain.levels import WarningLevel
from services.warning.domain.rule_pack import FiredRule
from services.warning.repository.tables import assessment_queue, assessments, enterprise_risk, enterprises
from shared.contracts.base import JsonObject
from shared.db.rows import among
from shared.db.tx import ReadTx, WriteTx
from shared.observability.correlation import Cause, correlation_id
from shared.observability.spans import traceparent

WAKE_CHANNEL = "warning_assessment"

# In the order of Standing's fields.
_STANDINGS = """
SELECT e.id, e.uscc, e.workplace_division, e.grid_cell, e.zone, e.headcount, e.industry, e.sole_trader,
  coalesce(r.level, 'none'), coalesce(r.last_seq, 0)
FROM warning.enterprises e LEFT JOIN warning.enterprise_risk r ON r.enterprise_id = e.id
WHERE e.id = ANY($1::int8[])
"""

# Whom somebody asked for comes before those who only age: a new signal does not wait for a whole district.
# The newest request's ids come as one text, because each ordered aggregate costs as much as all the rest.
_WAITING_LONGEST = text("""
    SELECT enterprise_id, array_agg(seq) AS seqs, min(requested_at) AS since,
      (array_agg(correlation_id || ' ' || traceparent ORDER BY seq DESC))[1] AS cause
    FROM warning.assessment_queue GROUP BY enterprise_id
    ORDER BY bool_and(correlation_id = ''), min(seq) LIMIT :most
""")

_LEVELS = {level.value: level for level in WarningLevel}


@dataclass(frozen=True, slots=True)
class Standing:
    """An enterprise as its assessment needs it, with the result of the last one."""

    enterprise_id: int
    uscc: str
    division: str
    grid_cell: str | None
    zone: str | None
    headcount: int | None
    industry: str | None
    sole_trader: bool
    level: WarningLevel
    last_seq: int

    @property
    def place(self) -> tuple[str, str | None]:
        """Return its workplace: division and grid cell."""
        return self.division, self.grid_cell


@dataclass(frozen=True, slots=True)
class Due:
    """What the queue holds: its rows, the distinct enterprises that they name, and who asked last for each.

    since: when each was asked for first; nothing that came in from then on has been assessed.
    """

    queue_seqs: Sequence[int]
    enterprise_ids: Sequence[int]
    causes: Mapping[int, Cause]
    since: Mapping[int, datetime]

    @property
    def asked_at(self) -> Sequence[datetime]:
        """Return since when those wait whom somebody asked for."""
        return [self.since[i] for i, cause in self.causes.items() if cause.correlation_id]


@dataclass(frozen=True, slots=True)
class RiskRow:
    """The newest risk of an enterprise."""

    enterprise_id: int
    level: WarningLevel
    score: float | None
    last_seq: int


@dataclass(frozen=True, slots=True)
class StoredAssessment:
    """An assessment with all its evidence, as it is kept."""

    id: UUID
    enterprise_id: int
    assessed_at: datetime
    as_of: date
    level: WarningLevel
    previous_level: WarningLevel
    rule_level: WarningLevel
    score: float | None
    corroborated: bool
    protected: bool
    pack_version: int
    registry_version: int
    model_version: str
    band_id: int | None
    fired: Sequence[JsonObject]
    reasons: Sequence[JsonObject]
    signal_seqs: Sequence[int]
    enterprise_facts: JsonObject


async def enqueue(tx: WriteTx, enterprise_ids: Sequence[int]) -> None:
    """Ask for an assessment of these enterprises."""
    if not enterprise_ids:
        return
    await tx.execute(
        text(
            "INSERT INTO warning.assessment_queue (enterprise_id, requested_at, correlation_id, traceparent)"
            " SELECT id, :now, :cause, :traceparent FROM unnest(CAST(:ids AS int8[])) AS id"
        ),
        {
            "ids": list(enterprise_ids),
            "now": tx.now,
            "cause": correlation_id(),
            "traceparent": traceparent(),
        },
    )
    await tx.execute(select(func.pg_notify(WAKE_CHANNEL, "")))


async def enqueue_all(tx: WriteTx) -> int:
    """Ask for an assessment of every enterprise; return how many there are."""
    now = literal(tx.now, assessment_queue.c.requested_at.type)
    everyone = select(enterprises.c.id, now).order_by(enterprises.c.id)
    return await tx.execute(insert(assessment_queue).from_select(["enterprise_id", "requested_at"], everyone))


async def peek(tx: ReadTx, limit: int) -> Due:
    """Return the enterprises that wait longest, each with all requests for it; they stay until `take`."""
    rows = await tx.rows(_WAITING_LONGEST, {"most": limit})
    causes = {row.enterprise_id: Cause(*row.cause.rsplit(" ", 1)) for row in rows}
    return Due(
        [seq for row in rows for seq in row.seqs],
        sorted(causes),
        causes,
        {row.enterprise_id: row.since for row in rows},
    )


async def waiting_span(tx: ReadTx) -> tuple[int, int]:
    """Return the numbers of the oldest and the newest request; (0, 0) when nobody waits."""
    span = "SELECT coalesce(min(seq), 0) AS oldest, coalesce(max(seq), 0) AS newest FROM warning.assessment_queue"
    (row,) = await tx.rows(text(span))
    return row.oldest, row.newest


async def take(tx: WriteTx, queue_seqs: Sequence[int]) -> None:
    """Remove requests that were met; with the commit of what met them."""
    await tx.execute(
        text("DELETE FROM warning.assessment_queue WHERE seq = ANY(CAST(:seqs AS int8[]))"),
        {"seqs": list(queue_seqs)},
    )


async def waiting(tx: ReadTx) -> int:
    """Return how many requests wait."""
    return int(await tx.value(select(func.count()).select_from(assessment_queue)) or 0)


async def standings(tx: ReadTx, enterprise_ids: Sequence[int]) -> Mapping[int, Standing]:
    """Return the enterprises with the level and the newest signal of their last assessment."""
    driver = await tx.driver()
    rows = await driver.fetch(_STANDINGS, enterprise_ids)
    return {row[0]: _standing(row) for row in rows}


def _standing(row: asyncpg.Record) -> Standing:
    """By place: a nightly run has tens of thousands of rows, and looking up a name costs as much as the value."""
    return Standing(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], _LEVELS[row[8]], row[9])


async def save_risks(
    tx: WriteTx, risks: Sequence[RiskRow], stored: Mapping[int, UUID], model_version: str
) -> None:
    """Write the newest risk of each enterprise, in one statement."""
    await tx.execute(
        text(
            "INSERT INTO warning.enterprise_risk"
            " (enterprise_id, level, score, assessed_at, assessment_id, last_seq, model_version)"
            " SELECT id, level, nullif(score, 'NaN'::float8), :now, assessment_id, last_seq, :model"
            " FROM unnest(CAST(:ids AS int8[]), CAST(:levels AS text[]), CAST(:scores AS float8[]),"
            " CAST(:seqs AS int8[]), CAST(:assessments AS uuid[]))"
            " AS fresh (id, level, score, last_seq, assessment_id)"
            " ON CONFLICT (enterprise_id) DO UPDATE SET level = excluded.level, score = excluded.score,"
            " assessed_at = excluded.assessed_at, last_seq = excluded.last_seq,"
            " model_version = excluded.model_version,"
            " assessment_id = coalesce(excluded.assessment_id, enterprise_risk.assessment_id)"
        ),
        {
            "now": tx.now,
            "model": model_version,
            "ids": [risk.enterprise_id for risk in risks],
            "levels": [risk.level.value for risk in risks],
            "scores": [float("nan") if risk.score is None else risk.score for risk in risks],
            "seqs": [risk.last_seq for risk in risks],
            "assessments": [stored.get(risk.enterprise_id) for risk in risks],
        },
    )


async def store(tx: WriteTx, rows: Sequence[StoredAssessment]) -> None:
    """Keep assessments with their evidence."""
    if rows:
        await tx.execute(insert(assessments), [_columns(row) for row in rows])


def _columns(row: StoredAssessment) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in StoredAssessment.__dataclass_fields__}


def _plain(value: object) -> object:
    if isinstance(value, WarningLevel):
        return value.value
    return list(value) if isinstance(value, tuple) else value


async def find(tx: ReadTx, assessment_id: UUID) -> StoredAssessment | None:
    """Return a stored assessment."""
    row = await tx.row(select(assessments).where(assessments.c.id == assessment_id))
    if row is None:
        return None
    values = dict(row._mapping)
    for name in ("level", "previous_level", "rule_level"):
        values[name] = WarningLevel(values[name])
    return StoredAssessment(**values)


async def level_of(tx: ReadTx, enterprise_id: int) -> WarningLevel:
    """Return the level of an enterprise's newest assessment; none where it has had none."""
    chosen = select(enterprise_risk.c.level).where(enterprise_risk.c.enterprise_id == enterprise_id)
    return WarningLevel(await tx.value(chosen) or WarningLevel.NONE)


async def fired_of(tx: ReadTx, assessment_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, FiredRule]]:
    """Return the rules that fired in stored assessments, by their ids."""
    if not assessment_ids:
        return {}
    rows = await tx.rows(
        select(assessments.c.id, assessments.c.fired).where(among(assessments.c.id, assessment_ids))
    )
    return {row.id: {one.rule_id: one for one in map(_fired, row.fired)} for row in rows}


def _fired(document: JsonObject) -> FiredRule:
    return FiredRule(**{**document, "level": WarningLevel(document["level"])})


async def scores_of(tx: ReadTx, model_version: str) -> Sequence[float]:
    """Return the newest score of every enterprise that `model_version` scored."""
    chosen = select(enterprise_risk.c.score).where(
        enterprise_risk.c.model_version == model_version, enterprise_risk.c.score.is_not(None)
    )
    return [row.score for row in await tx.rows(chosen)]
