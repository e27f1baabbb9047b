"""The clocks of cases. Whoever changes one holds its case's row lock; clock rows themselves are never locked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update

from services.mediation.domain.clocks import Clock, ClockKind
from services.mediation.domain.mediation_case import MediationCase
from services.mediation.repository.cases import case_of
from services.mediation.repository.tables import case_clocks, cases
from shared.db.rows import among, update_rows
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.ids import new_id

_FIELDS = tuple(Clock.__dataclass_fields__)
_COUNTING = (case_clocks.c.met_at.is_(None), case_clocks.c.replaced_at.is_(None))


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock that counts for a case."""

    id: UUID
    case_id: UUID
    clock: Clock


def _running(row: Row[Any]) -> RunningClock:
    values = {name: getattr(row, name) for name in _FIELDS} | {"kind": ClockKind(row.kind)}
    return RunningClock(row.id, row.case_id, Clock(**values))


def _values(clock: Clock) -> dict[str, Any]:
    return {name: getattr(clock, name) for name in _FIELDS} | {"kind": clock.kind.value}


async def start(tx: WriteTx, clocks: Iterable[tuple[UUID, Clock]]) -> None:
    """Let clocks run for cases."""
    rows = [{"id": new_id(), "case_id": case_id, **_values(clock)} for case_id, clock in clocks]
    if rows:
        await tx.execute(insert(case_clocks), rows)


async def of_cases(tx: ReadTx, case_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[RunningClock]]:
    """Return the clocks that count for each case, met ones included, replaced ones not."""
    chosen = select(case_clocks).where(
        among(case_clocks.c.case_id, case_ids), case_clocks.c.replaced_at.is_(None)
    )
    found: dict[UUID, list[RunningClock]] = {case_id: [] for case_id in case_ids}
    for row in await tx.rows(chosen.order_by(case_clocks.c.due_at)):
        found[row.case_id].append(_running(row))
    return found


async def save(tx: WriteTx, changed: Sequence[RunningClock]) -> None:
    """Write changed clocks."""
    rows = [_values(running.clock) | {"id": running.id} for running in changed]
    await update_rows(tx, case_clocks, _FIELDS, rows)


async def replace(tx: WriteTx, clock_ids: Sequence[UUID]) -> None:
    """Take clocks out of force; they stay on the record."""
    if clock_ids:
        await tx.execute(
            update(case_clocks).where(among(case_clocks.c.id, clock_ids)).values(replaced_at=tx.now)
        )


async def claim_overdue(tx: WriteTx, limit: int) -> Mapping[UUID, MediationCase]:
    """Return open cases with a breach that nobody noticed yet, locked; those that another job holds are skipped.

    Read their clocks again under the lock: an action may have met one between the two statements.
    """
    due = select(*cases.c).join_from(case_clocks, cases, cases.c.id == case_clocks.c.case_id)
    claimed = await tx.rows(
        due.where(
            case_clocks.c.due_at < tx.now,
            case_clocks.c.breached_at.is_(None),
            *_COUNTING,
            cases.c.state != "closed",
        )
        .order_by(case_clocks.c.due_at)
        .limit(limit)
        .with_for_update(of=cases, skip_locked=True)
    )
    return {row.id: case_of(row) for row in claimed}


async def provisional_cases(tx: ReadTx) -> Sequence[UUID]:
    """Return the cases with a running clock whose date is provisional."""
    chosen = select(case_clocks.c.case_id).where(case_clocks.c.provisional, *_COUNTING).distinct()
    return [row.case_id for row in await tx.rows(chosen)]
