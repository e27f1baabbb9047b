"""Stores a batch of signals: each is stored, known already, held for an unknown enterprise, or refused.

Whatever the order in which signals come, the same ones end in the same state: a signal's identity and content
decide what becomes of it, a correction may come before what it corrects, and a held signal waits for its enterprise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.warning.domain.signals import SignalContent, differing_field
from services.warning.repository import enterprises, signals
from services.warning.repository.signals import Pair
from services.warning.usecases.check_corrections import check_corrections
from services.warning.usecases.signal_drafts import Draft, Intake, Sender, SignalRefused, conflict
from shared.db.tx import WriteTx
from shared.kernel.errors import DomainError
from shared.kernel.identifiers import UsccInvalid, check_uscc

Status = Literal["accepted", "duplicate", "held", "refused"]
Told = SignalContent | DomainError
"""A signal, or the error that was met where one should have been read."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one signal; `signal_id` is that of the stored one, a duplicate's the first one's."""

    status: Status
    signal_id: UUID | None = None
    refusal: DomainError | None = None


async def store_signals(
    tx: WriteTx,
    intake: Intake,
    senders: Sequence[Sender],
    told: Sequence[Told],
    received_at: Sequence[datetime],
    *,
    assess: bool,
) -> list[Outcome]:
    """Store a batch, each signal under its sender's rights; `assess` queues the enterprises that it touches."""
    batch = _Batch(len(told))
    drafts = batch.drafts(intake, senders, told, received_at)
    known = await _enterprises_of(tx, drafts)
    drafts = [draft for draft in drafts if draft.signal.content.uscc in known or _is_sound(batch, draft)]
    drafts = await check_corrections(tx, drafts, batch.refuse, assess=assess)
    await _store(tx, batch, drafts, known, assess=assess)
    return batch.outcomes()


class _Batch:
    """The outcomes of a batch as they become known."""

    def __init__(self, size: int) -> None:
        self._outcomes: list[Outcome | None] = [None] * size

    def drafts(
        self,
        intake: Intake,
        senders: Sequence[Sender],
        told: Sequence[Told],
        received_at: Sequence[datetime],
    ) -> list[Draft]:
        """Return those that may be taken as far as their own content tells."""
        drafts = []
        for place, (sender, one, at) in enumerate(zip(senders, told, received_at, strict=True)):
            try:
                if isinstance(one, DomainError):
                    raise one
                drafts.append(intake.draft(place, sender, one, at))
            except DomainError as refusal:
                self.refuse(place, refusal)
        return drafts

    def refuse(self, place: int, refusal: DomainError) -> None:
        self._outcomes[place] = Outcome("refused", refusal=refusal)

    def keep(self, draft: Draft, status: Status, signal_id: UUID) -> None:
        self._outcomes[draft.place] = Outcome(status, signal_id)

    def outcomes(self) -> list[Outcome]:
        return [outcome for outcome in self._outcomes if outcome is not None]


async def _enterprises_of(tx: WriteTx, drafts: Sequence[Draft]) -> Mapping[str, int]:
    """Return the ids of the enterprises that are known, by code.

    Who holds a signal must be sure that its enterprise is not being registered at this very moment.
    """
    named = {draft.signal.content.uscc for draft in drafts}
    known = await enterprises.ids_of(tx, named)
    if len(known) < len(named):
        await enterprises.wait_for_register(tx)
        known |= await enterprises.ids_of(tx, named - known.keys())
    return known


def _is_sound(batch: _Batch, draft: Draft) -> bool:
    try:
        check_uscc(draft.signal.content.uscc)
    except UsccInvalid as error:
        batch.refuse(draft.place, SignalRefused(fields=error.fields))
        return False
    return True


async def _store(
    tx: WriteTx, batch: _Batch, drafts: Sequence[Draft], known: Mapping[str, int], *, assess: bool
) -> None:
    """Of several with one identity the first is stored, and the others are compared with what is stored."""
    firsts: dict[Pair, Draft] = {}
    for draft in drafts:
        firsts.setdefault(draft.identity, draft)
    if not firsts:
        return
    stored = await signals.store(tx, [draft.signal for draft in firsts.values()], known, assess=assess)
    marks: Mapping[Pair, tuple[UUID, str]] = {
        identity: (draft.signal.id, draft.signal.content_hash) for identity, draft in firsts.items()
    }
    if stored < len(firsts):
        found = await signals.marks(tx, firsts.keys())
        marks = {identity: (mark.id, mark.content_hash) for identity, mark in found.items()}
    await _tell(tx, batch, drafts, known, marks)


async def _tell(
    tx: WriteTx,
    batch: _Batch,
    drafts: Sequence[Draft],
    known: Mapping[str, int],
    marks: Mapping[Pair, tuple[UUID, str]],
) -> None:
    differing = []
    for draft in drafts:
        signal = draft.signal
        stored_id, stored_hash = marks[draft.identity]
        if stored_id == signal.id:
            batch.keep(draft, "accepted" if signal.content.uscc in known else "held", stored_id)
        elif stored_hash == signal.content_hash:
            batch.keep(draft, "duplicate", stored_id)
        else:
            differing.append((draft, stored_id))
    await _refuse_conflicts(tx, batch, differing)


async def _refuse_conflicts(tx: WriteTx, batch: _Batch, differing: Sequence[tuple[Draft, UUID]]) -> None:
    if not differing:
        return
    contents = await signals.contents(tx, {stored_id for _, stored_id in differing})
    for draft, stored_id in differing:
        stored = contents[stored_id]
        field = differing_field(draft.signal.content, stored)
        batch.refuse(draft.place, conflict(field, stored_id, stored.source_ref))
