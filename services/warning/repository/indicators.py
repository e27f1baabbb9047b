"""The indicator registry as it is kept: a document per indicator and version; no version is ever changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, insert, select

from services.warning.repository.tables import indicators
from shared.contracts.base import JsonObject
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.documents import Node, day

_VERSION = select(func.coalesce(func.max(indicators.c.version), 0))


async def version(tx: ReadTx) -> int:
    """Return the registry's version: the number of the change that came last."""
    return int(await tx.value(_VERSION))


async def all_versions(tx: ReadTx) -> Sequence[Row[Any]]:
    """Return id, version, position, effective_from and document of everything ever registered, in its order."""
    chosen = select(
        indicators.c.id,
        indicators.c.version,
        indicators.c.position,
        indicators.c.effective_from,
        indicators.c.document,
    )
    return await tx.rows(chosen.order_by(indicators.c.position, indicators.c.id, indicators.c.version))


async def lock(tx: WriteTx) -> None:
    """Be the only one to change the registry until the commit."""
    await tx.lock("warning.indicators")


async def add(tx: WriteTx, document: JsonObject, positions: Mapping[str, int]) -> None:
    """Keep these indicators of a document as the registry's next version, each at its place in the order."""
    next_version = await version(tx) + 1
    rows = [
        {
            "id": entry["id"],
            "version": next_version,
            "position": positions[entry["id"]],
            "document": entry,
            "effective_from": day(Node.of(document).at("effective_from")),
            "updated_at": tx.now,
        }
        for entry in document["indicators"]
        if entry["id"] in positions
    ]
    await tx.execute(insert(indicators), rows)
