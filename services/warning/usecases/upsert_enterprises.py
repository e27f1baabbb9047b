"""Writes checked enterprises, a set at a time, and releases the signals that were held for them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.warning.domain.enterprises import (
    CheckedClaim,
    Enterprise,
    WriteResult,
    calls_for_assessment,
    merge,
)
from services.warning.repository import assessments, enterprises
from services.warning.repository.enterprises import Known
from shared.db.tx import WriteTx


@dataclass(frozen=True, slots=True)
class Upserted:
    """What became of each claim, in order, and how many held signals each code released."""

    results: Sequence[WriteResult]
    released: Mapping[str, int]


async def upsert_enterprises(tx: WriteTx, claims: Sequence[CheckedClaim], *, assess: bool = True) -> Upserted:
    """Insert or update the claimed enterprises; of several claims about one, each builds on the one before.

    Enterprises that got signals, or changed in what an assessment reads, are queued for assessment.
    """
    await enterprises.lock_register(tx)
    known = await enterprises.by_uscc(tx, {checked.claim.uscc for checked in claims})
    before = {uscc: found.enterprise for uscc, found in known.items()}
    after, results, renamed = _fold(before, claims)
    changed = [enterprise for uscc, enterprise in after.items() if enterprise != before.get(uscc)]
    if not changed and not renamed:
        return Upserted(results, {})
    ids = {uscc: found.id for uscc, found in known.items()} | await enterprises.write(tx, changed)
    await enterprises.begin_names(tx, [(ids[one.uscc], one) for one in renamed])
    released = await enterprises.release_signals(
        tx, [ids[one.uscc] for one in changed if one.uscc not in before]
    )
    if assess:
        await assessments.enqueue(tx, sorted({*released, *_touched(known, changed)}))
    return Upserted(results, _by_code(ids, released))


def _fold(
    before: Mapping[str, Enterprise], claims: Sequence[CheckedClaim]
) -> tuple[dict[str, Enterprise], list[WriteResult], list[Enterprise]]:
    """Return what becomes of the enterprises, of each claim, and every state with a new name: none is passed over."""
    after: dict[str, Enterprise] = {}
    results, renamed = [], []
    for checked in claims:
        uscc = checked.claim.uscc
        former = after.get(uscc) or before.get(uscc)
        after[uscc], result = merge(former, checked)
        results.append(result)
        if former is None or former.name != after[uscc].name:
            renamed.append(after[uscc])
    return after, results, renamed


def _touched(known: Mapping[str, Known], changed: Sequence[Enterprise]) -> set[int]:
    return {
        known[one.uscc].id
        for one in changed
        if one.uscc in known and calls_for_assessment(known[one.uscc].enterprise, one)
    }


def _by_code(ids: Mapping[str, int], released: Sequence[int]) -> dict[str, int]:
    codes = {number: uscc for uscc, number in ids.items()}
    return dict(Counter(codes[number] for number in released))
