"""Sees to it that a correction by a signal's id corrects it: only what has no source_ref is named by its id."""

from collections.abc import Callable, Mapping, Sequence

from services.warning.repository import signals
from services.warning.repository.signals import Pair, StoredMark
from services.warning.usecases.signal_drafts import Draft, has_reference
from shared.db.tx import ReadTx
from shared.kernel.errors import DomainError

Refuse = Callable[[int, DomainError], None]


async def name_corrected(
    tx: ReadTx, drafts: Sequence[Draft], stored: Mapping[Pair, StoredMark], refuse: Refuse
) -> list[Draft]:
    """Return the drafts with ids written as we write them, without those by the id of what has a source_ref.

    What stands among `stored` just so is a duplicate and passes. So does what the sender itself uses as a source_ref:
    that is taken as it is written, even if it looks like an id.
    """
    ids = {
        draft.place: draft.corrected_id
        for draft in drafts
        if draft.corrected_id is not None and not _is_stored(draft, stored)
    }
    numbers = await signals.numbers_of(tx, set(ids.values()))
    found = [draft for draft in drafts if ids.get(draft.place) in numbers]
    if not found:
        return list(drafts)
    used = {draft.identity for draft in drafts}
    used.update(await signals.marks(tx, {draft.corrected_identity for draft in found}))
    named = {
        draft.place: _named(draft, numbers[ids[draft.place]], refuse)
        for draft in found
        if draft.corrected_identity not in used
    }
    return [one for draft in drafts if (one := named.get(draft.place, draft)) is not None]


def _is_stored(draft: Draft, stored: Mapping[Pair, StoredMark]) -> bool:
    mark = stored.get(draft.identity)
    return mark is not None and mark.content_hash == draft.signal.content_hash


def _named(draft: Draft, source_ref: str | None, refuse: Refuse) -> Draft | None:
    if source_ref is not None:
        refuse(draft.place, has_reference(source_ref))
        return None
    return draft.correcting((draft.signal.content.corrects or "").lower())
