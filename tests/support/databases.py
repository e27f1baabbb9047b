"""Migrated databases for tests. One is used by one test after the other, wiped in between.

A new database costs a hundred times the wiping: a thousand files, and every connection to it begins with cold
catalogues.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import asyncpg

_TEMPLATE = "template_labour_warning"
# Keeps what the migrations wrote, and knows how to come back to it.
_WIPE = """
CREATE SCHEMA seeds;
CREATE VIEW seeds.tables AS
  SELECT c.oid AS id, c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE relkind = 'r' AND nspname !~ '^(pg_|information_schema|seeds)';
CREATE TABLE seeds.kept (seed text, original text, columns text);

DO $$
DECLARE found record; filled boolean;
BEGIN
  FOR found IN
    SELECT name, format('seeds.%I', name) AS seed, (
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = id AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
      ) AS columns
    FROM seeds.tables
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', found.name) INTO filled;
    CONTINUE WHEN NOT filled;
    EXECUTE format('CREATE TABLE %s AS SELECT %s FROM %s', found.seed, found.columns, found.name);
    INSERT INTO seeds.kept VALUES (found.seed, found.name, found.columns);
  END LOOP;
END $$;

CREATE FUNCTION seeds.wipe() RETURNS void LANGUAGE plpgsql AS $$
DECLARE found record; filled boolean; changed text[] := '{}';
BEGIN
  -- Append-only tables refuse to be emptied, and foreign keys ask for an order.
  SET LOCAL session_replication_role = replica;
  FOR found IN SELECT name FROM seeds.tables WHERE name NOT IN (SELECT original FROM seeds.kept) LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', found.name) INTO filled;
    IF filled THEN changed := changed || found.name; END IF;
  END LOOP;
  IF changed <> '{}' THEN
    EXECUTE format('TRUNCATE %s RESTART IDENTITY CASCADE', array_to_string(changed, ', '));
  END IF;
  FOR found IN SELECT * FROM seeds.kept LOOP
    EXECUTE format('DELETE FROM %s', found.original);
    EXECUTE format(
      'INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT * FROM %s', found.original, found.columns, found.seed
    );
  END LOOP;
END $$;
"""
_OTHERS = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""


def database_at(server: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return server.replace("/postgres?", f"/{name}?", 1)


@dataclass(slots=True)
class Databases:
    """The databases of one server. `migrate` brings an empty one to head."""

    server: str
    migrate: Callable[[str], Awaitable[None]]
    _has_template: bool = False
    _free: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[str]:
        """Give the address of a database that is as the migrations left it."""
        url = self._free.pop() if self._free else await self._make()
        yield url
        await _run(url, _OTHERS, "SELECT seeds.wipe()")
        self._free.append(url)

    @asynccontextmanager
    async def empty(self) -> AsyncIterator[str]:
        """Give the address of a database without any schema, and take it away again."""
        name = f"empty_{uuid4().hex[:12]}"
        await _run(self.server, f"CREATE DATABASE {name}")
        yield database_at(self.server, name)
        await _run(self.server, f"DROP DATABASE {name} WITH (FORCE)")

    async def _make(self) -> str:
        if not self._has_template:
            url = database_at(self.server, _TEMPLATE)
            await _run(self.server, f"CREATE DATABASE {_TEMPLATE}")
            await self.migrate(url)
            await _run(url, _WIPE)
            self._has_template = True
        name = f"test_{uuid4().hex[:12]}"
        await _run(self.server, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        return database_at(self.server, name)


async def _run(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
