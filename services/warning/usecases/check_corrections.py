"""Sees to it that no correction leads back to itself: of a circle nothing would be left."""

from collections import defaultdict
from collections.abc import Sequence

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
    not, passes: it will be found to be a duplicate or a conflict. So does a second one of the same identity.
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
    fresh = {one.identity: one for one in reversed(correcting) if one.identity not in stored}
    refused = _refuse_circles(sorted(fresh.values(), key=_place), corrections, refuse)
    former = await signals.marks(tx, {draft.corrected_identity for draft in correcting})
    if assess:
        touched = {mark.enterprise_id for mark in former.values() if mark.enterprise_id is not None}
        touched |= await signals.enterprises_without_reference(
            tx, {one.corrected_id for one in correcting if one.corrected_id}
        )
        await assessments.enqueue(tx, sorted(touched))
    return [draft for draft in drafts if draft.place not in refused]


def _correcting(drafts: Sequence[Draft]) -> list[Draft]:
    return [draft for draft in drafts if draft.signal.content.corrects is not None]


def _place(draft: Draft) -> int:
    return draft.place


def _references(draft: Draft) -> tuple[Pair, Pair]:
    """Return what the draft corrects, and its own reference; the drafts in question have both."""
    content = draft.signal.content
    return (content.source, content.corrects or ""), (content.source, content.source_ref or "")


def _refuse_circles(
    correcting: Sequence[Draft], corrections: Sequence[tuple[Pair, Pair]], refuse: Refuse
) -> set[int]:
    """Let the corrections take their places, the earlier ones of the batch before the later."""
    corrected_by: dict[Pair, set[Pair]] = defaultdict(set)
    for corrected, own in corrections:
        corrected_by[corrected].add(own)
    refused = set()
    for draft in correcting:
        corrected, own = _references(draft)
        if corrected in _corrections_of(own, corrected_by):
            refuse(draft.place, correction_circle())
            refused.add(draft.place)
        else:
            corrected_by[corrected].add(own)
    return refused


def _corrections_of(reference: Pair, corrected_by: dict[Pair, set[Pair]]) -> set[Pair]:
    """Return the corrections of `reference`, those of its corrections, and so on to the newest."""
    found: set[Pair] = set()
    reached = [reference]
    while reached:
        newer = corrected_by.get(reached.pop(), set()) - found
        found |= newer
        reached.extend(newer)
    return found
