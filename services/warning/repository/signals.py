"""Signals as they are stored, always a set at a time. A stored signal never changes."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from services.warning.domain.signals import SignalContent
from services.warning.repository.assessments import WAKE_CHANNEL
from services.warning.repository.tables import signals
from shared.db.rows import among
from shared.db.tx import ReadTx, WriteTx
from shared.observability.correlation import correlation_id
from shared.observability.spans import traceparent

# One statement stores a batch, marks the enterprises that it touches as due and wakes the assessor.
_STORE = f"""
WITH told AS (
  SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
      $8::text[], $9::text[], $10::text[], $11::date[], $12::date[], $13::text[], $14::integer[], $15::integer[],
      $16::text[], $17::text[], $18::timestamptz[])
    AS t (id, enterprise_id, source, source_ref, signal_key, content_hash, uscc, indicator, series, period,
      occurred_on, effective_on, amount_cny, months, workers, detail, corrects, received_at)
), stored AS (
  INSERT INTO warning.signals (id, enterprise_id, source, source_ref, signal_key, content_hash, uscc, indicator,
      series, period, occurred_on, effective_on, amount_cny, months, workers, detail, corrects, received_at)
  SELECT id, enterprise_id, source, source_ref, signal_key, content_hash, uscc, indicator, series, period,
      occurred_on, effective_on, amount_cny::numeric, months, workers, detail::jsonb, corrects, received_at
  FROM told
  ON CONFLICT DO NOTHING
  RETURNING enterprise_id
), due AS (
  INSERT INTO warning.assessment_queue (enterprise_id, requested_at, correlation_id, traceparent)
  SELECT DISTINCT enterprise_id, $19::timestamptz, $21::text, $22::text
  FROM stored WHERE $20 AND enterprise_id IS NOT NULL
  RETURNING 1
)
SELECT (SELECT count(*) FROM stored),
  CASE WHEN EXISTS (SELECT 1 FROM due) THEN (SELECT pg_notify('{WAKE_CHANNEL}', '')) END
"""  # noqa: S608  the channel is a constant of this program

# Who corrects whom, from some references down to the newest corrections.
_CORRECTIONS = """
WITH RECURSIVE newer AS (
  SELECT s.source, s.corrects, s.source_ref
  FROM unnest($1::text[], $2::text[]) AS asked (source, ref)
  JOIN warning.signals s ON s.source = asked.source AND s.corrects = asked.ref
  UNION
  SELECT s.source, s.corrects, s.source_ref
  FROM newer JOIN warning.signals s ON s.source = newer.source AND s.corrects = newer.source_ref
)
SELECT source, corrects, source_ref FROM newer
"""

NAME = "coalesce(s.source_ref, s.id::text)"
"""By what a correction names the signal `s`: the sender's own number of it, else ours."""

_CORRECTED = f"""
SELECT s.id, EXISTS (SELECT FROM warning.signals c
  WHERE c.corrects IS NOT NULL AND c.source = s.source AND c.corrects = {NAME}) AS corrected
FROM warning.signals s WHERE s.seq = ANY($1::int8[]) ORDER BY s.seq
"""  # noqa: S608  how a signal is named is a constant of this program

_ENTERPRISES_WITHOUT_REFERENCE = """
SELECT DISTINCT s.enterprise_id
FROM unnest($1::text[], $2::uuid[]) AS asked (source, id) JOIN warning.signals s ON s.id = asked.id
WHERE s.source = asked.source AND s.source_ref IS NULL AND s.enterprise_id IS NOT NULL
"""

_NUMBERS = """
SELECT s.source, s.id, s.source_ref
FROM unnest($1::text[], $2::uuid[]) AS asked (source, id) JOIN warning.signals s ON s.id = asked.id
WHERE s.source = asked.source
"""

_MARKS = """
SELECT s.source, s.signal_key, s.id, s.content_hash, s.enterprise_id
FROM unnest($1::text[], $2::text[]) AS asked (source, key)
JOIN warning.signals s ON s.source = asked.source AND s.signal_key = asked.key
"""

Pair = tuple[str, str]
"""A source, and one of its references or keys."""


@dataclass(frozen=True, slots=True)
class NewSignal:
    """A signal ready to be stored."""

    id: UUID
    key: str
    content_hash: str
    series: str
    effective_on: date
    received_at: datetime
    content: SignalContent


@dataclass(frozen=True, slots=True)
class StoredMark:
    """What tells whether a stored signal is the same as one that comes in."""

    id: UUID
    content_hash: str
    enterprise_id: int | None


async def store(
    tx: WriteTx, fresh: Sequence[NewSignal], enterprise_ids: Mapping[str, int], *, assess: bool
) -> int:
    """Insert those signals that are not there yet; return how many. One whose enterprise has no id is held.

    They go in sorted by key: two batches with the same keys in different order would block each other.
    """
    driver = await tx.driver()
    values = zip(*(_row(signal, enterprise_ids) for signal in sorted(fresh, key=_order)), strict=True)
    cause = (correlation_id(), traceparent())
    stored: int = await driver.fetchval(_STORE, *values, tx.now, assess, *cause)
    return stored


async def marks(tx: ReadTx, source_keys: Collection[Pair]) -> dict[Pair, StoredMark]:
    """Return what marks those signals that are stored, by source and key."""
    driver = await tx.driver()
    rows = await driver.fetch(_MARKS, *_columns(source_keys))
    return {
        (row["source"], row["signal_key"]): StoredMark(row["id"], row["content_hash"], row["enterprise_id"])
        for row in rows
    }


async def enterprises_without_reference(tx: ReadTx, ids: Collection[tuple[str, UUID]]) -> set[int]:
    """Return the enterprises of those signals, by source and id, that have no source_ref."""
    driver = await tx.driver()
    rows = await driver.fetch(_ENTERPRISES_WITHOUT_REFERENCE, *zip(*ids, strict=True)) if ids else ()
    return {row["enterprise_id"] for row in rows}


async def numbers_of(tx: ReadTx, ids: Collection[tuple[str, UUID]]) -> dict[tuple[str, UUID], str | None]:
    """Return the source_ref of those of these signals, by source and id, that are stored."""
    driver = await tx.driver()
    rows = await driver.fetch(_NUMBERS, *zip(*ids, strict=True)) if ids else ()
    return {(row["source"], row["id"]): row["source_ref"] for row in rows}


async def contents(tx: ReadTx, ids: Collection[UUID]) -> dict[UUID, SignalContent]:
    """Return what stored signals say."""
    rows = await tx.rows(select(signals).where(among(signals.c.id, ids)))
    return {row.id: _content(row) for row in rows}


async def lock_corrections(tx: WriteTx) -> None:
    """Be the only one to store corrections until the commit."""
    await tx.lock("warning.corrections")


async def corrections(tx: ReadTx, source_refs: Collection[Pair]) -> list[tuple[Pair, Pair]]:
    """Return (corrected, correction) for each correction of these references, for its own corrections, and so on."""
    driver = await tx.driver()
    rows = await driver.fetch(_CORRECTIONS, *_columns(source_refs))
    return [((row["source"], row["corrects"]), (row["source"], row["source_ref"])) for row in rows]


def _columns(pairs: Collection[Pair]) -> tuple[list[str], list[str]]:
    return [first for first, _ in pairs], [second for _, second in pairs]


def _order(signal: NewSignal) -> tuple[str, str]:
    return signal.content.source, signal.key


async def corrected(tx: ReadTx, signal_seqs: Sequence[int]) -> Mapping[UUID, bool]:
    """Return whether each of these signals was corrected, by the ids that their senders know."""
    driver = await tx.driver()
    return {row["id"]: row["corrected"] for row in await driver.fetch(_CORRECTED, list(signal_seqs))}


def _row(signal: NewSignal, enterprise_ids: Mapping[str, int]) -> tuple[Any, ...]:
    content = signal.content
    return (
        signal.id,
        enterprise_ids.get(content.uscc),
        content.source,
        content.source_ref,
        signal.key,
        signal.content_hash,
        content.uscc,
        content.indicator,
        signal.series,
        content.period,
        content.occurred_on,
        signal.effective_on,
        None if content.amount_cny is None else str(content.amount_cny),
        content.months,
        content.workers,
        json.dumps(content.detail) if content.detail else None,
        content.corrects,
        signal.received_at,
    )


def _content(row: Row[Any]) -> SignalContent:
    plain = {name: getattr(row, name) for name in SignalContent.__dataclass_fields__}
    return SignalContent(**plain | {"detail": row.detail or {}})
