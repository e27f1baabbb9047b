"""Reads what the feature function needs, as binary COPY: the layouts are those of `domain.ports.FactChunk`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import asyncpg
from pydantic_core import from_json

from services.warning.domain.ports import FactChunk
from services.warning.repository.signals import NAME
from shared.db.tx import ReadTx

_ENTERPRISES = """
SELECT e.id, coalesce(e.headcount::float8, 'NaN'::float8),
       coalesce(ascii(left(e.industry, 1)) - 65, -1)::int2, e.sole_trader::int::int2
FROM warning.enterprises e
WHERE e.id = ANY($1::int8[])
ORDER BY e.id
"""

# Shanghai's clock has stood at +08:00 since 1991, and an offset is quicker to apply than a zone's rules.
_SIGNAL_COLUMNS = """
SELECT s.seq, s.enterprise_id, (known.place - 1)::int2, hashtext(s.source), (s.effective_on - DATE '1970-01-01')::int4,
       ((s.received_at AT TIME ZONE INTERVAL '8 hours')::date - DATE '1970-01-01')::int4,
       coalesce(s.amount_cny::float8, 'NaN'::float8), coalesce(s.months::float8, 'NaN'::float8),
       coalesce(s.workers::float8, 'NaN'::float8)
FROM warning.signals s JOIN unnest($2::text[]) WITH ORDINALITY AS known (series, place) ON known.series = s.series
"""

# That `corrects` is given follows from the rest; said, it lets the planner know how few corrections there are.
_COUNTING = f"""
WHERE s.enterprise_id = ANY($1::int8[])
  AND NOT EXISTS (SELECT FROM warning.signals c
    WHERE c.corrects IS NOT NULL AND c.source = s.source AND c.corrects = {NAME})
"""

_SIGNALS = f"{_SIGNAL_COLUMNS} {_COUNTING} ORDER BY s.enterprise_id, s.seq"
_THESE_SIGNALS = f"{_SIGNAL_COLUMNS} WHERE s.seq = ANY($1::int8[]) ORDER BY s.enterprise_id, s.seq"

# Reports say the same few things over and over: each wording comes once, with the signals that have it.
_DETAIL_COLUMNS = "SELECT s.detail::text AS detail, array_agg(s.seq) AS seqs FROM warning.signals s"
_DETAILS = f"{_DETAIL_COLUMNS} {_COUNTING} AND s.detail IS NOT NULL GROUP BY s.detail"
_THESE_DETAILS = f"{_DETAIL_COLUMNS} WHERE s.seq = ANY($1::int8[]) AND s.detail IS NOT NULL GROUP BY s.detail"

_AS_IT_WAS = """
SELECT $1::int8, coalesce($2::float8, 'NaN'::float8), coalesce(ascii(left($3::text, 1)) - 65, -1)::int2, $4::int2
"""


async def read_chunk(tx: ReadTx, enterprise_ids: Sequence[int], series: tuple[str, ...]) -> FactChunk:
    """Return the facts of these enterprises as they stand now."""
    ids = sorted(enterprise_ids)
    enterprises = await tx.copied(_ENTERPRISES, ids)
    signals = await tx.copied(_SIGNALS, ids, list(series))
    driver = await tx.driver()
    return FactChunk(series, enterprises, signals, _details(await driver.fetch(_DETAILS, ids)))


async def read_signals(
    tx: ReadTx, enterprise_ids: Sequence[int], signal_seqs: Sequence[int], series: tuple[str, ...]
) -> FactChunk:
    """Return these signals, and no others, of these enterprises as they stand now."""
    enterprises = await tx.copied(_ENTERPRISES, sorted(enterprise_ids))
    return await _chunk_of(tx, enterprises, signal_seqs, series)


async def read_evidence(
    tx: ReadTx,
    enterprise_id: int,
    facts: Mapping[str, Any],
    signal_seqs: Sequence[int],
    series: tuple[str, ...],
) -> FactChunk:
    """Return the facts on which a former assessment rested: those very signals, the enterprise as it was."""
    was = (enterprise_id, facts["headcount"], facts["industry"], int(facts["sole_trader"]))
    return await _chunk_of(tx, await tx.copied(_AS_IT_WAS, *was), signal_seqs, series)


async def _chunk_of(
    tx: ReadTx, enterprises: bytes, signal_seqs: Sequence[int], series: tuple[str, ...]
) -> FactChunk:
    signals = await tx.copied(_THESE_SIGNALS, list(signal_seqs), list(series))
    driver = await tx.driver()
    detailed = await driver.fetch(_THESE_DETAILS, list(signal_seqs))
    return FactChunk(series, enterprises, signals, _details(detailed))


def _details(rows: Iterable[asyncpg.Record]) -> list[tuple[Mapping[str, float], Sequence[int]]]:
    return [(numbers, row["seqs"]) for row in rows if (numbers := _numbers(row["detail"]))]


def _numbers(detail: str) -> Mapping[str, float]:
    fields = from_json(detail)
    return {name: float(value) for name, value in fields.items() if isinstance(value, bool | int | float)}
