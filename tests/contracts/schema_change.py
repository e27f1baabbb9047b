"""What may change in a schema while the former release still works on it: what its statements do not notice.

It reads and writes the tables and columns that it knows, leaves out the others, and names keys in ON CONFLICT. So
nothing that it knows may go, narrow or become required, and nothing new may refuse what it writes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import asyncpg

_COLUMNS = """
SELECT format('%s.%s', n.nspname, c.relname) AS owner, a.attname AS name, a.attnotnull AS required,
  format_type(a.atttypid, a.atttypmod) AS type, a.atthasdef OR a.attidentity <> '' AS filled
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY($1) AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"""
_RULES = """
WITH tables AS (
  SELECT c.oid AS id, format('%s.%s', n.nspname, c.relname) AS owner
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY($1)
), rules AS (
  SELECT conrelid AS id, 'constraint' AS kind, pg_get_constraintdef(oid) AS definition, conkey AS columns
  FROM pg_constraint WHERE contype IN ('c', 'f', 'x')
  UNION ALL
  SELECT indrelid, 'key', concat_ws(' ', indkey::text, pg_get_expr(indexprs, indrelid),
    'WHERE ' || pg_get_expr(indpred, indrelid)), indkey::int2[]
  FROM pg_index WHERE indisunique
  UNION ALL
  SELECT tgrelid, 'trigger', regexp_replace(pg_get_triggerdef(oid), '^CREATE TRIGGER \\S+', ''), NULL
  FROM pg_trigger WHERE NOT tgisinternal
)
SELECT owner, kind, definition, ARRAY(
  SELECT attname::text FROM pg_attribute WHERE attrelid = rules.id AND attnum = ANY(rules.columns)
) AS columns
FROM rules JOIN tables USING (id)"""
_WIDER = {
    ("smallint", "integer"),
    ("smallint", "bigint"),
    ("integer", "bigint"),
    ("real", "double precision"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: whether it must have a value, and whether it gets one by itself."""

    type: str
    required: bool
    filled: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """What a table refuses: by a constraint, a unique key, or a trigger."""

    table: str
    kind: str
    definition: str
    columns: frozenset[str]


@dataclass(frozen=True, slots=True)
class Schema:
    """Tables as a statement meets them."""

    tables: Mapping[str, Mapping[str, Column]]
    rules: frozenset[Rule]


async def schema_of(connection: asyncpg.Connection, names: Sequence[str]) -> Schema:
    """Return the tables of these schemas."""
    tables: dict[str, dict[str, Column]] = {}
    for row in await connection.fetch(_COLUMNS, list(names)):
        column = Column(row["type"], row["required"], row["filled"])
        tables.setdefault(row["owner"], {})[row["name"]] = column
    rules = await connection.fetch(_RULES, list(names))
    return Schema(
        tables,
        frozenset(
            Rule(row["owner"], row["kind"], row["definition"], frozenset(row["columns"])) for row in rules
        ),
    )


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Return in words what breaks statements written for `old` when they meet `new`."""
    found = []
    for table, columns in old.tables.items():
        if table not in new.tables:
            found.append(f"{table} is gone")
            continue
        found += [f"{table}.{told}" for told in _column_changes(columns, new.tables[table])]
    return sorted([*found, *_rule_changes(old, new)])


def _column_changes(old: Mapping[str, Column], new: Mapping[str, Column]) -> Iterator[str]:
    for name, before in old.items():
        after = new.get(name)
        if after is None:
            yield f"{name} is gone"
            continue
        if before.type != after.type and (before.type, after.type) not in _WIDER:
            yield f"{name} was {before.type}, is {after.type}"
        if after.required and not before.required:
            yield f"{name} became required"
        if before.filled and not after.filled:
            yield f"{name} lost its default"
    for name in new.keys() - old.keys():
        if new[name].required and not new[name].filled:
            yield f"{name} is new, required and without a default"


def _rule_changes(old: Schema, new: Schema) -> Iterator[str]:
    """A rule on new columns alone refuses nothing that the former release writes; an unnamed one may."""
    for rule in new.rules - old.rules:
        known = old.tables.get(rule.table)
        if known is not None and (not rule.columns or rule.columns & known.keys()):
            yield f"{rule.table} has a new {rule.kind}: {rule.definition}"
    for rule in old.rules - new.rules:
        if rule.kind == "key" and rule.table in new.tables:
            yield f"{rule.table} lost a key: {rule.definition}"
