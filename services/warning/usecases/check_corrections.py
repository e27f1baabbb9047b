"""Sees to it that no correction leads back to itself: of a circle nothing would be left."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from services.warning.repository import assessments, signals
from services.warning.repository.signals import Pair
from services.warning.usecases.name_corrected import Refuse, name_corrected
from services.warning.usecases.signal_drafts import Draft, correction_circle
from shared.db.tx import WriteTx


async def check_corrections(
    tx: WriteTx, drafts: Sequence[Draft], refuse: Refuse, *, assess: bool
) -> list[Draft]:
    """Return the drafts without corrections that may not be; their own refusals are handed to `refuse`.

    Corrections are stored one batch at a time. A signal that is stored already, correction or
    not, passes: it will be found to be a duplicate or a conflict. So does a second one of the same identity, unless
    the first was refused: that one claimed nothing.
    What was stored without a source_ref is named by its signal_id. The enterprises of what is corrected are queued
    for assessment, because their facts change too.
    """
    correcting = _correcting(drafts)
    if not correcting:
        return list(drafts)
    await signals.lock_corrections(tx)
    stored = await signals.marks(tx, {draft.identity for draft in correcting})
    drafts = await name_corrected(tx, drafts, stored, refuse)
    correcting = _correcting(drafts)
    corrections = await signals.corrections(tx, {_references(draft)[1] for draft in correcting})
    former = await signals.marks(tx, {draft.corrected_identity for draft in correcting})
    if assess:
        touched = {mark.enterprise_id for mark in former.values() if mark.enterprise_id is not None}
        touched |= await signals.enterprises_without_reference(
            tx, {one.corrected_id for one in correcting if one.corrected_id}
        )
        await assessments.enqueue(tx, sorted(touched))
    return _without_circles(drafts, stored.keys(), corrections, refuse)


def _correcting(drafts: Sequence[Draft]) -> list[Draft]:
    return [draft for draft in drafts if draft.signal.content.corrects is not None]


def _references(draft: Draft) -> tuple[Pair, Pair]:
    """Return what the draft corrects, and its own reference; the drafts in question have both."""
    content = draft.signal.content
    return (content.source, content.corrects or ""), (content.source, content.source_ref or "")


def _without_circles(
    drafts: Sequence[Draft], stored: Iterable[Pair], corrections: Sequence[tuple[Pair, Pair]], refuse: Refuse
) -> list[Draft]:
    """Let the drafts take their places one after the other, as if each had come alone."""
    corrected_by: dict[Pair, set[Pair]] = defaultdict(set)
    for corrected, own in corrections:
        corrected_by[corrected].add(own)
    kept, taken = [], set(stored)
    for draft in drafts:
        if draft.signal.content.corrects is not None and draft.identity not in taken:
            corrected, own = _references(draft)
            if corrected in _corrections_of(own, corrected_by):
                refuse(draft.place, correction_circle())
                continue
            corrected_by[corrected].add(own)
        taken.add(draft.identity)
        kept.append(draft)
    return kept


def _corrections_of(reference: Pair, corrected_by: dict[Pair, set[Pair]]) -> set[Pair]:
    """Return the corrections of `reference`, those of its corrections, and so on to the newest."""
    found: set[Pair] = set()
    reached = [reference]
    while reached:
        newer = corrected_by.get(reached.pop(), set()) - found
        found |= newer
        reached.extend(newer)
    return found
