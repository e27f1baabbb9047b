"""Rule packs, risk models and score bands as they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.warning.domain.levels import ScoreBands
from services.warning.repository.tables import models, rule_packs, score_bands
from shared.contracts.base import JsonObject
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.paging import Page, number

_IN_FORCE = text("""
SELECT pack.version AS pack_version, model.version AS model_version, band.id AS band_id, band.watch, band.orange,
  band.red
FROM (VALUES (true)) AS now (asked)
LEFT JOIN LATERAL (SELECT version FROM warning.rule_packs WHERE status = 'live' AND effective_from <= :today
  ORDER BY effective_from DESC, version DESC LIMIT 1) AS pack ON asked
LEFT JOIN LATERAL (SELECT version FROM warning.models WHERE status = 'live') AS model ON asked
LEFT JOIN LATERAL (SELECT id, watch, orange, red FROM warning.score_bands
  WHERE model_version = model.version AND effective_from <= :today
  ORDER BY effective_from DESC LIMIT 1) AS band ON asked
""")


@dataclass(frozen=True, slots=True)
class InForce:
    """What decisions rest on today, by number: the pack, the model, and the bands set for that model."""

    pack_version: int | None
    model_version: str | None
    band_id: int | None
    bands: ScoreBands | None


async def in_force(tx: ReadTx, today: date) -> InForce:
    """Return what is in force: of the live packs, the newest whose date has come; the same of the model's bands."""
    row = await tx.row(_IN_FORCE, {"today": today})
    assert row is not None  # noqa: S101  it always has its one row
    bands = None if row.band_id is None else ScoreBands(row.watch, row.orange, row.red)
    return InForce(row.pack_version, row.model_version, row.band_id, bands)


async def live_pack(tx: ReadTx, today: date) -> Row[Any] | None:
    """Return the pack in force."""
    version = (await in_force(tx, today)).pack_version
    return None if version is None else await find_pack(tx, version)


async def find_pack(tx: ReadTx, version: int, *, lock: bool = False) -> Row[Any] | None:
    """Return a pack by its version."""
    chosen = select(rule_packs).where(rule_packs.c.version == version)
    return await tx.row(chosen.with_for_update() if lock else chosen)


async def pack_page(tx: ReadTx, page: Page) -> Sequence[Row[Any]]:
    """Return packs, newest first; one more than asked."""
    chosen = select(rule_packs).order_by(rule_packs.c.version.desc()).limit(page.limit + 1)
    if page.after:
        chosen = chosen.where(rule_packs.c.version < page.read_after(number)[0])
    return await tx.rows(chosen)


async def find_draft(tx: ReadTx, action_id: UUID) -> Row[Any] | None:
    """Return the pack that a client drafted under this action id."""
    return await tx.row(select(rule_packs).where(rule_packs.c.action_id == action_id))


async def add_pack(
    tx: WriteTx, document: JsonObject, effective_from: date, by: str, action_id: UUID | None = None
) -> int:
    """Insert a draft under the next version number and return that."""
    await tx.lock("warning.rule_packs")
    version = int(await tx.value(select(func.coalesce(func.max(rule_packs.c.version), 0) + 1)))
    await tx.execute(
        insert(rule_packs).values(
            version=version,
            status="draft",
            action_id=action_id,
            effective_from=effective_from,
            document=document | {"version": version},
            drafted_by=by,
            drafted_at=tx.now,
        )
    )
    return version


async def mark_pack(tx: WriteTx, version: int, **values: object) -> None:
    """Write who did what with a pack."""
    await tx.execute(update(rule_packs).where(rule_packs.c.version == version).values(**values))


async def retire_before(tx: WriteTx, version: int, effective_from: date) -> None:
    """Retire the live packs that another one replaces from a day that has come."""
    replaced = update(rule_packs).where(
        rule_packs.c.status == "live",
        rule_packs.c.version != version,
        rule_packs.c.effective_from <= effective_from,
    )
    await tx.execute(replaced.values(status="retired"))


async def live_model(tx: ReadTx) -> Row[Any] | None:
    """Return the live model with its artifact."""
    return await tx.row(select(models).where(models.c.status == "live"))


async def find_model(tx: ReadTx, version: str) -> Row[Any] | None:
    """Return a model, live or retired."""
    return await tx.row(select(models).where(models.c.version == version))


async def find_bands(tx: ReadTx, band_id: int) -> ScoreBands | None:
    """Return bands as they were set."""
    row = await tx.row(select(score_bands).where(score_bands.c.id == band_id))
    return ScoreBands(row.watch, row.orange, row.red) if row is not None else None


async def add_live_model(tx: WriteTx, values: dict[str, Any]) -> None:
    """Insert a model as the live one; the former is retired."""
    await tx.execute(update(models).where(models.c.status == "live").values(status="retired"))
    statement = upsert(models).values(status="live", trained_at=tx.now, **values)
    await tx.execute(
        statement.on_conflict_do_update(index_elements=[models.c.version], set_={"status": "live"})
    )


async def set_bands(tx: WriteTx, values: dict[str, Any]) -> bool:
    """Keep a month's bands; False when they are set already."""
    statement = upsert(score_bands).values(set_at=tx.now, **values).on_conflict_do_nothing()
    return await tx.execute(statement) == 1
