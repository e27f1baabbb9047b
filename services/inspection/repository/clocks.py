"""The clocks of cases.

Whoever changes a clock holds its case's row lock; the clock rows themselves are never locked, so that the watch
and an officer's action cannot wait for each other in a ring.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select

from services.inspection.domain.clocks import Clock
from services.inspection.domain.inspection_case import InspectionCase
from services.inspection.domain.lifecycle import State
from services.inspection.domain.periods import ClockKind
from services.inspection.repository.cases import case_of
from services.inspection.repository.tables import case_clocks, cases
from shared.db.rows import among, update_rows
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.deadlines import ClockUnit
from shared.kernel.ids import new_id

_FIELDS = tuple(field.name for field in fields(Clock))
_RUNNING = (case_clocks.c.met_at.is_(None), case_clocks.c.breached_at.is_(None))


@dataclass(frozen=True, slots=True)
class CaseClock:
    """A clock of a case, as it is stored."""

    id: UUID
    case_id: UUID
    clock: Clock


def _of(row: Row[Any]) -> CaseClock:
    values = {name: getattr(row, name) for name in _FIELDS}
    values["kind"] = ClockKind(row.kind)
    values["unit"] = ClockUnit(row.unit) if row.unit else None
    return CaseClock(row.id, row.case_id, Clock(**values))


def _row_of(one: CaseClock) -> dict[str, Any]:
    return {"id": one.id, "case_id": one.case_id} | {name: getattr(one.clock, name) for name in _FIELDS}


def new_clock(case_id: UUID, clock: Clock) -> CaseClock:
    """Return a clock that is about to be stored."""
    return CaseClock(new_id(), case_id, clock)


async def start(tx: WriteTx, started: Iterable[CaseClock]) -> None:
    """Store new clocks."""
    rows = [_row_of(one) for one in started]
    if rows:
        await tx.execute(insert(case_clocks), rows)


async def save(tx: WriteTx, changed: Sequence[CaseClock]) -> None:
    """Write changed clocks."""
    names = [name for name in _FIELDS if name != "kind"]
    await update_rows(tx, case_clocks, names, [_row_of(one) for one in changed])


async def of_cases(tx: ReadTx, case_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[CaseClock]]:
    """Return the clocks of each case, in the order in which they started."""
    chosen = select(case_clocks).where(among(case_clocks.c.case_id, case_ids))
    found: dict[UUID, list[CaseClock]] = {case_id: [] for case_id in case_ids}
    for row in await tx.rows(chosen.order_by(case_clocks.c.started_at, case_clocks.c.id)):
        found[row.case_id].append(_of(row))
    return found


async def claim_overdue(tx: WriteTx, limit: int) -> Sequence[tuple[InspectionCase, CaseClock]]:
    """Return breached clocks that nobody noticed, their cases locked; those that another watch holds are skipped."""
    overdue = (case_clocks.c.due_at < tx.now, *_RUNNING)
    claimed = await tx.rows(
        select(case_clocks.c.id.label("clock_id"), *cases.c)
        .join_from(case_clocks, cases, cases.c.id == case_clocks.c.case_id)
        .where(*overdue, cases.c.state != State.CLOSED.value)
        .order_by(case_clocks.c.due_at)
        .limit(limit)
        .with_for_update(of=cases, skip_locked=True)
    )
    locked = {row.clock_id: case_of(row) for row in claimed}
    # Read again under the lock: an action may have met a clock between the two statements.
    again = select(case_clocks).where(among(case_clocks.c.id, locked), *overdue)
    return [(locked[row.id], _of(row)) for row in await tx.rows(again)]


async def lock_provisional(tx: WriteTx) -> Mapping[UUID, InspectionCase]:
    """Return the cases with an unmet clock whose date is provisional, locked in the order of their ids."""
    unmet = case_clocks.c.met_at.is_(None)
    concerned = select(case_clocks.c.case_id).where(case_clocks.c.provisional, unmet)
    chosen = select(cases).where(cases.c.id.in_(concerned), cases.c.state != State.CLOSED.value)
    rows = await tx.rows(chosen.order_by(cases.c.id).with_for_update())
    return {row.id: case_of(row) for row in rows}
