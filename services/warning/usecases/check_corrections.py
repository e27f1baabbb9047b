"""Sees to it that corrections form chains: one correction per signal, and none that leads back to itself."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from services.warning.domain.signals import signal_key
from services.warning.repository import assessments, signals
from services.warning.repository.signals import Pair
from services.warning.usecases.signal_drafts import Draft, already_corrected, correction_circle
from shared.db.tx import WriteTx
from shared.kernel.errors import DomainError

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Refuse = Callable[[int, DomainError], None]


async def check_corrections(
    tx: WriteTx, drafts: Sequence[Draft], refuse: Refuse, *, assess: bool
) -> list[Draft]:
    """Return the drafts without corrections that may not be; their own refusals are handed to `refuse`.

    Corrections are stored one batch at a time. A signal that is stored already, correction or
    not, passes: it will be found to be a duplicate or a conflict. So does a second one of the same identity.
    What was stored without a source_ref is named by its signal_id. The enterprises of what is corrected are queued
    for assessment, because their facts change too.
    """
    correcting = [draft for draft in drafts if draft.signal.content.corrects is not None]
    if not correcting:
        return list(drafts)
    await signals.lock_corrections(tx)
    stored = await signals.marks(tx, {draft.identity for draft in correcting})
    chains = await signals.corrections(
        tx, {reference for draft in correcting for reference in _references(draft)}
    )
    fresh = {one.identity: one for one in reversed(correcting) if one.identity not in stored}
    refused = _refuse_in_order(sorted(fresh.values(), key=_place), chains, refuse)
    former = await signals.marks(tx, {_identity_of_corrected(draft) for draft in correcting})
    if assess:
        touched = {mark.enterprise_id for mark in former.values() if mark.enterprise_id is not None}
        touched |= await signals.enterprises_without_reference(tx, _ids_of_corrected(correcting))
        await assessments.enqueue(tx, sorted(touched))
    return [draft for draft in drafts if draft.place not in refused]


def _place(draft: Draft) -> int:
    return draft.place


def _references(draft: Draft) -> tuple[Pair, Pair]:
    """Return what the draft corrects, and its own reference; the drafts in question have both."""
    content = draft.signal.content
    return (content.source, content.corrects or ""), (content.source, content.source_ref or "")


def _refuse_in_order(correcting: Sequence[Draft], chains: dict[Pair, Pair], refuse: Refuse) -> set[int]:
    """Let each correction take its place in the chains, the earlier ones of the batch before the later."""
    refused = set()
    for draft in correcting:
        corrected, own = _references(draft)
        if corrected in chains:
            refuse(draft.place, already_corrected(corrected[1], _chain(chains, corrected)[-1][1]))
            refused.add(draft.place)
        elif corrected in _chain(chains, own):
            refuse(draft.place, correction_circle())
            refused.add(draft.place)
        else:
            chains[corrected] = own
    return refused


def _chain(chains: Mapping[Pair, Pair], reference: Pair) -> list[Pair]:
    """Return the corrections of `reference`, its correction's corrections, and so on to the newest."""
    found: list[Pair] = []
    while reference in chains and chains[reference] not in found:
        reference = chains[reference]
        found.append(reference)
    return found


def _ids_of_corrected(correcting: Sequence[Draft]) -> set[tuple[str, UUID]]:
    """Return, with their source, the ids among what is corrected; most references are none."""
    found = set()
    for draft in correcting:
        (source, corrected), _ = _references(draft)
        if _ID.fullmatch(corrected):
            found.add((source, UUID(corrected)))
    return found


def _identity_of_corrected(draft: Draft) -> Pair:
    content = draft.signal.content
    return content.source, signal_key(replace(content, source_ref=content.corrects))
