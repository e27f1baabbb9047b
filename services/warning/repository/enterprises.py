"""Enterprises as they are written and looked up, always a set at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, text

from services.warning.domain.enterprises import Enterprise
from services.warning.repository.tables import enterprises
from shared.db.tx import ReadTx, WriteTx

_REGISTER_LOCK = "warning.enterprises"

_KNOWN = select(enterprises.c.id, *(enterprises.c[name] for name in Enterprise.__dataclass_fields__)).where(
    text("uscc = ANY(:usccs)")
)

_IDS = "SELECT uscc, id FROM warning.enterprises WHERE uscc = ANY($1::text[])"

_WRITE = """
INSERT INTO warning.enterprises AS known (uscc, name, name_key, workplace_division, registered_division, grid_cell,
    industry, headcount, zone, sole_trader, override_reason, version, created_at, updated_at)
SELECT told.*, 1, $12, $12
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[],
    $9::text[], $10::boolean[], $11::text[]) AS told
ON CONFLICT (uscc) DO UPDATE SET name = excluded.name, name_key = excluded.name_key,
    workplace_division = excluded.workplace_division, registered_division = excluded.registered_division,
    grid_cell = excluded.grid_cell, industry = excluded.industry, headcount = excluded.headcount,
    zone = excluded.zone, sole_trader = excluded.sole_trader, override_reason = excluded.override_reason,
    version = known.version + 1, updated_at = excluded.updated_at
RETURNING uscc, id
"""

_END_NAMES = text("""
UPDATE warning.enterprise_names SET used_until = :now
WHERE used_until IS NULL AND enterprise_id = ANY(:ids)
""")

_BEGIN_NAMES = """
INSERT INTO warning.enterprise_names (enterprise_id, name, name_key, used_from, used_until)
SELECT told.id, told.name, told.name_key, $4::timestamptz, CASE WHEN NOT told.is_last THEN $4::timestamptz END
FROM unnest($1::bigint[], $2::text[], $3::text[], $5::bool[]) AS told (id, name, name_key, is_last)
"""

_RELEASE = text("""
UPDATE warning.signals AS held SET enterprise_id = known.id
FROM warning.enterprises AS known
WHERE held.enterprise_id IS NULL AND held.uscc = known.uscc AND known.id = ANY(:ids)
RETURNING held.enterprise_id
""")


@dataclass(frozen=True, slots=True)
class Known:
    """A stored enterprise with its key."""

    id: int
    enterprise: Enterprise


async def lock_register(tx: WriteTx) -> None:
    """Be the only one to write enterprises until the commit, with no intake holding signals meanwhile."""
    await tx.lock(_REGISTER_LOCK)


async def wait_for_register(tx: WriteTx) -> None:
    """Wait until enterprises being written are there, and let none be written before the commit.

    Without it a signal could be held for an enterprise whose registration, not yet committed, has already
    looked for signals to release: nobody would release it.
    """
    await tx.share_lock(_REGISTER_LOCK)


async def ids_of(tx: ReadTx, usccs: Collection[str]) -> dict[str, int]:
    """Return the ids of those enterprises that are known, by code."""
    driver = await tx.driver()
    return {row["uscc"]: row["id"] for row in await driver.fetch(_IDS, list(usccs))}


async def by_uscc(tx: ReadTx, usccs: Collection[str]) -> dict[str, Known]:
    """Return those of the enterprises that are known, by code."""
    rows = await tx.rows(_KNOWN, {"usccs": list(usccs)})
    return {row.uscc: Known(row.id, _enterprise(row)) for row in rows}


async def write(tx: WriteTx, changed: Sequence[Enterprise]) -> dict[str, int]:
    """Insert or replace enterprises, each code at most once; return their ids by code."""
    columns = [[getattr(one, name) for one in changed] for name in Enterprise.__dataclass_fields__]
    driver = await tx.driver()
    rows = await driver.fetch(_WRITE, *columns, tx.now)
    return {row["uscc"]: row["id"] for row in rows}


async def begin_names(tx: WriteTx, named: Sequence[tuple[int, Enterprise]]) -> None:
    """Note the names that enterprises get, in their order; all but each one's last, and what it had before, end now."""
    if not named:
        return
    ids = [enterprise_id for enterprise_id, _ in named]
    await tx.execute(_END_NAMES, {"ids": ids, "now": tx.now})
    last = {enterprise_id: place for place, enterprise_id in enumerate(ids)}
    names, keys = [one.name for _, one in named], [one.name_key for _, one in named]
    are_last = [last[enterprise_id] == place for place, enterprise_id in enumerate(ids)]
    driver = await tx.driver()
    await driver.execute(_BEGIN_NAMES, ids, names, keys, tx.now, are_last)


async def release_signals(tx: WriteTx, enterprise_ids: Collection[int]) -> Sequence[int]:
    """Give the signals held for these enterprises to them; return the enterprise of each."""
    rows = await tx.rows(_RELEASE, {"ids": list(enterprise_ids)})
    return [row.enterprise_id for row in rows]


def _enterprise(row: Row[Any]) -> Enterprise:
    return Enterprise(**{name: getattr(row, name) for name in Enterprise.__dataclass_fields__})
