"""Makes the register larger by copies of enterprises that are there, with their past: as deep, only more of them."""

import asyncpg
import numpy as np

from simulation.codes import make_usccs

_SEED = 20_261_126
# Of what has a warning, or is a natural person, there are no copies: those would be warned of all at once.
_CALM = """
CREATE TEMP TABLE calm AS SELECT e.id, row_number() OVER (ORDER BY e.id) - 1 AS place
FROM warning.enterprises e JOIN warning.enterprise_risk r ON r.enterprise_id = e.id
WHERE NOT e.sole_trader AND r.level = 'none'
AND NOT EXISTS (SELECT FROM warning.warnings w WHERE w.enterprise_id = e.id)
"""
_COPIES = """
CREATE TEMP TABLE copies AS
SELECT c.number, c.uscc, calm.id AS original, (SELECT max(id) FROM warning.enterprises) + c.number AS id
FROM codes c JOIN calm ON calm.place = c.number % (SELECT count(*) FROM calm);
CREATE INDEX ON copies (original);
ANALYZE copies
"""
_ENTERPRISES = """
INSERT INTO warning.enterprises (id, uscc, name, name_key, workplace_division, grid_cell, industry, headcount,
  sole_trader, version, created_at, updated_at) OVERRIDING SYSTEM VALUE
SELECT c.id, c.uscc, e.name, e.name_key, e.workplace_division, e.grid_cell, e.industry, e.headcount,
  e.sole_trader, 1, e.created_at, e.updated_at
FROM copies c JOIN warning.enterprises e ON e.id = c.original ORDER BY c.id
"""
_SIGNALS = """
INSERT INTO warning.signals (id, enterprise_id, source, source_ref, signal_key, content_hash, uscc, indicator, series,
  period, occurred_on, effective_on, amount_cny, months, workers, detail, received_at)
SELECT uuidv7(), c.id, s.source, s.source_ref || '~' || c.number, s.signal_key || '~' || c.number,
  s.content_hash, c.uscc, s.indicator, s.series, s.period, s.occurred_on, s.effective_on, s.amount_cny, s.months,
  s.workers, s.detail, s.received_at
FROM copies c JOIN warning.signals s ON s.enterprise_id = c.original WHERE s.corrects IS NULL ORDER BY s.seq, c.id
"""
_RISKS = """
INSERT INTO warning.enterprise_risk (enterprise_id, level, score, assessed_at, last_seq, model_version)
SELECT c.id, r.level, r.score, r.assessed_at, coalesce(s.last_seq, 0), r.model_version
FROM copies c JOIN warning.enterprise_risk r ON r.enterprise_id = c.original
LEFT JOIN (SELECT enterprise_id, max(seq) AS last_seq FROM warning.signals GROUP BY 1) s ON s.enterprise_id = c.id
ORDER BY c.id
"""
_SEQUENCE = (
    "SELECT setval(pg_get_serial_sequence('warning.enterprises', 'id'), max(id)) FROM warning.enterprises"
)

_INDEXES = """
SELECT i.relname AS name, pg_get_indexdef(i.oid) AS made, pg_get_constraintdef(c.oid) AS declared
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid LEFT JOIN pg_constraint c ON c.conindid = i.oid
WHERE x.indrelid = 'warning.signals'::regclass AND NOT x.indisprimary
"""


async def grow(database: asyncpg.Connection, enterprises: int) -> None:
    """Bring the register to so many enterprises."""
    known = {row["uscc"] for row in await database.fetch("SELECT uscc FROM warning.enterprises")}
    missing = enterprises - len(known)
    rng = np.random.default_rng(_SEED + enterprises)
    made = make_usccs(rng, np.full(missing + len(known), "310112"), np.zeros(missing + len(known), bool))
    codes = [code for code in made if code not in known][:missing]
    await database.execute(
        "DROP TABLE IF EXISTS codes, calm, copies; CREATE TEMP TABLE codes (number int8, uscc text)"
    )
    await database.copy_records_to_table("codes", records=list(enumerate(codes, 1)))
    for statement in (_CALM, _COPIES, _ENTERPRISES):
        await database.execute(statement)
    await _add_signals(database)
    for statement in (_RISKS, _SEQUENCE):
        await database.execute(statement)
    for table in ("enterprises", "signals", "enterprise_risk"):
        await database.execute(f"VACUUM (ANALYZE) warning.{table}")
    await database.execute("CHECKPOINT")


async def _add_signals(database: asyncpg.Connection) -> None:
    """Copy the past; millions of rows are in sooner when the indexes are built afterwards."""
    indexes = await database.fetch(_INDEXES)
    for one in indexes:
        constraint = f"ALTER TABLE warning.signals DROP CONSTRAINT {one['name']}"
        await database.execute(constraint if one["declared"] else f"DROP INDEX warning.{one['name']}")
    await database.execute(_SIGNALS)
    for one in indexes:
        declared = f"ALTER TABLE warning.signals ADD CONSTRAINT {one['name']} {one['declared']}"
        await database.execute(declared if one["declared"] else one["made"])
