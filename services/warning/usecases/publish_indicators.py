"""Takes indicators into the registry: at every migration those of this release, and later ones by command."""

import json
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from services.warning.domain.indicators import load_indicators
from services.warning.repository import indicators
from shared.contracts.base import JsonObject
from shared.db.tx import WriteTx
from shared.kernel.documents import Node, day


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a document's indicators, by id."""

    added: tuple[str, ...]
    replaced: tuple[str, ...]
    kept: tuple[str, ...]


def default_indicators() -> JsonObject:
    """Return the registry that comes with this release."""
    document: JsonObject = json.loads(
        files("services.warning").joinpath("data/indicators.json").read_text("utf-8")
    )
    return document


async def publish_indicators(tx: WriteTx, document: JsonObject) -> Published:
    """Insert or replace the document's indicators; a registered one that holds from a later day stays.

    Raises DocumentInvalid, and nothing is changed, when anything in the document is wrong.
    """
    load_indicators(document)
    effective_from = day(Node.of(document).at("effective_from"))
    await indicators.lock(tx)
    known = {entry["id"]: entry for entry in await indicators.documents(tx)}
    days = await indicators.effective_days(tx)
    told: dict[str, JsonObject] = {entry["id"]: entry for entry in document["indicators"]}
    added = tuple(name for name in told if name not in known)
    replaced = tuple(
        name
        for name in told
        if name in known and _supersedes(effective_from, days[name], told[name] != known[name])
    )
    await _save(tx, {name: told[name] for name in (*added, *replaced)}, effective_from)
    return Published(added, replaced, tuple(name for name in told if name not in {*added, *replaced}))


def _supersedes(effective_from: date, registered_from: date, differs: bool) -> bool:  # noqa: FBT001  private
    return differs and effective_from >= registered_from


async def _save(tx: WriteTx, changed: dict[str, JsonObject], effective_from: date) -> None:
    """New indicators go to the end of the order, replaced ones keep their place."""
    if changed:
        first = await indicators.next_position(tx)
        await indicators.save(tx, list(enumerate(changed.values(), first)), effective_from)
