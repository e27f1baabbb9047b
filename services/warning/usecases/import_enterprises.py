"""Takes enterprises from a file, a chunk of rows at a time, with a result for every row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.warning.domain.enterprises import (
    CheckedClaim,
    EnterpriseClaim,
    EnterpriseRefused,
    WriteResult,
    check_claim,
)
from services.warning.usecases.upsert_enterprises import upsert_enterprises
from shared.db.tx import WriteTx

RowStatus = Literal["created", "updated", "unchanged", "overridden", "refused"]


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """What became of one row; `overridden` rows were kept, or changed, only thanks to the stated reason."""

    uscc: str
    status: RowStatus
    refusal: EnterpriseRefused | None = None


async def import_enterprises(
    tx: WriteTx, rows: Sequence[EnterpriseClaim | EnterpriseRefused], override_reason: str | None = None
) -> list[ImportedRow]:
    """Upsert the rows that can be kept; a row that was refused while it was read stays refused."""
    checked = [_check(row, override_reason) for row in rows]
    sound = [one for one in checked if isinstance(one, CheckedClaim)]
    results = iter((await upsert_enterprises(tx, sound)).results if sound else ())
    return [
        _kept(one, next(results)) if isinstance(one, CheckedClaim) else _refused(row, one)
        for row, one in zip(rows, checked, strict=True)
    ]


def _check(
    row: EnterpriseClaim | EnterpriseRefused, override_reason: str | None
) -> CheckedClaim | EnterpriseRefused:
    if isinstance(row, EnterpriseRefused):
        return row
    try:
        return check_claim(row, override_reason)
    except EnterpriseRefused as refusal:
        return refusal


def _kept(checked: CheckedClaim, result: WriteResult) -> ImportedRow:
    overridden = checked.override_reason is not None and result is not WriteResult.UNCHANGED
    return ImportedRow(checked.claim.uscc, "overridden" if overridden else result.value)


def _refused(row: EnterpriseClaim | EnterpriseRefused, refusal: EnterpriseRefused) -> ImportedRow:
    return ImportedRow(row.uscc if isinstance(row, EnterpriseClaim) else "", "refused", refusal)
