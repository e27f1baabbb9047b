"""Takes indicators into the registry: at every migration those of this release, and later ones by command."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files

from services.warning.domain.indicators import (
    Indicator,
    RegisteredIndicator,
    load_indicators,
    refuse_unknown_members,
    registry_on,
)
from services.warning.repository import indicators
from services.warning.usecases.indicator_registry import read_registered
from shared.contracts.base import JsonObject
from shared.db.tx import WriteTx
from shared.kernel.clock import shanghai_day


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
    """Register the document's indicators as the registry's next version; those that hold from a later day stay.

    A replaced indicator keeps its former versions: they hold until the new one's day, and prove what rested on them.
    Raises DocumentInvalid, and nothing is changed, when anything in the document is wrong.
    """
    refuse_unknown_members(document)
    told = load_indicators(document)
    await indicators.lock(tx)
    registered = await read_registered(tx)
    version = await indicators.version(tx)
    # What would hold on the first day on which the document's indicators could.
    first_on = max([shanghai_day(tx.now), *(one.effective_from for one in told.values())])
    known = registry_on(registered, first_on, version)
    added = tuple(name for name in told if name not in known)
    replaced = tuple(
        name for name in told if name in known and _supersedes(told[name], known[name], first_on)
    )
    changed = (*added, *replaced)
    if changed:
        await indicators.add(tx, document, _positions(registered, changed))
    return Published(added, replaced, tuple(name for name in told if name not in changed))


def _supersedes(told: Indicator, known: Indicator, first_on: date) -> bool:
    """What else would not have begun by then can be brought forward; what has is replaced by something else only."""
    if known.effective_from > first_on:
        return True
    other = replace(told, effective_from=known.effective_from) != known
    return other and told.effective_from >= known.effective_from


def _positions(registered: Sequence[RegisteredIndicator], changed: Sequence[str]) -> Mapping[str, int]:
    """New indicators go to the end of the order, replaced ones keep their place."""
    places = {one.indicator.id: one.position for one in registered}
    end = max(places.values(), default=-1) + 1
    return {name: places.get(name, end + at) for at, name in enumerate(changed)}
