"""The clocks of warnings.

Whoever changes a clock holds its warning's row lock; the clock rows themselves are never locked, so that an
escalation and a coordinator's action cannot wait for each other in a ring.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, text, update

from services.warning.domain.clocks import Clock, ClockKind
from services.warning.domain.warning_case import WarningCase
from services.warning.repository.warning_tables import warning_clocks, warnings
from services.warning.repository.warnings import case_of
from shared.db.rows import among, update_rows
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.ids import new_id

_CLOCK_FIELDS = tuple(Clock.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A clock that counts for a warning, with how far its escalation went."""

    id: UUID
    warning_id: UUID
    clock: Clock
    escalation_step: int
    next_escalation_at: datetime | None


@dataclass(frozen=True, slots=True)
class Overdue:
    """A breached clock whose next escalation is due, with its locked warning."""

    case: WarningCase
    running: RunningClock


def _clock_of(row: Row[Any]) -> Clock:
    values = {name: getattr(row, name) for name in _CLOCK_FIELDS}
    values["kind"] = ClockKind(row.kind)
    values["pauses"] = tuple((began, ended) for began, ended in row.pauses)
    return Clock(**values)


def _running(row: Row[Any]) -> RunningClock:
    return RunningClock(row.id, row.warning_id, _clock_of(row), row.escalation_step, row.next_escalation_at)


def _values(clock: Clock) -> dict[str, Any]:
    values = {name: getattr(clock, name) for name in _CLOCK_FIELDS}
    return values | {"kind": clock.kind.value, "pauses": [list(pause) for pause in clock.pauses]}


async def start(tx: WriteTx, clocks: Iterable[tuple[UUID, Clock]]) -> None:
    """Let clocks run for warnings; each escalates first when it is due."""
    rows = [
        {"id": new_id(), "warning_id": warning_id, "next_escalation_at": clock.due_at, **_values(clock)}
        for warning_id, clock in clocks
    ]
    if rows:
        await tx.execute(insert(warning_clocks), rows)


async def of_warnings(tx: ReadTx, warning_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[RunningClock]]:
    """Return the clocks that count for each warning, met ones included, replaced ones not."""
    chosen = select(warning_clocks).where(
        among(warning_clocks.c.warning_id, warning_ids), warning_clocks.c.replaced_at.is_(None)
    )
    found: dict[UUID, list[RunningClock]] = {warning_id: [] for warning_id in warning_ids}
    for row in await tx.rows(chosen.order_by(warning_clocks.c.due_at)):
        found[row.warning_id].append(_running(row))
    return found


async def save(tx: WriteTx, changed: Sequence[RunningClock]) -> None:
    """Write changed clocks."""
    names = [*_CLOCK_FIELDS, "escalation_step", "next_escalation_at"]
    await update_rows(tx, warning_clocks, names, [_row_of(running) for running in changed])


def _row_of(running: RunningClock) -> dict[str, Any]:
    return _values(running.clock) | {
        "id": running.id,
        "escalation_step": running.escalation_step,
        "next_escalation_at": running.next_escalation_at,
    }


async def replace(tx: WriteTx, clock_ids: Sequence[UUID]) -> None:
    """Take clocks out of force; they stay on the record."""
    if clock_ids:
        await tx.execute(
            update(warning_clocks).where(among(warning_clocks.c.id, clock_ids)).values(replaced_at=tx.now)
        )


async def claim_overdue(tx: WriteTx, limit: int) -> Sequence[Overdue]:
    """Return clocks whose escalation is due, their warnings locked; those that another engine holds are skipped."""
    due = select(warning_clocks.c.id.label("clock_id"), *warnings.c).join_from(
        warning_clocks, warnings, warnings.c.id == warning_clocks.c.warning_id
    )
    claimed = await tx.rows(
        due.where(
            warning_clocks.c.next_escalation_at <= tx.now,
            warning_clocks.c.met_at.is_(None),
            warning_clocks.c.replaced_at.is_(None),
            warning_clocks.c.paused_at.is_(None),
            warnings.c.state != "closed",
        )
        .order_by(warning_clocks.c.next_escalation_at)
        .limit(limit)
        .with_for_update(of=warnings, skip_locked=True)
    )
    cases = {row.clock_id: case_of(row) for row in claimed}
    # Read again under the lock: an action may have met a clock between the two statements.
    again = select(warning_clocks).where(
        among(warning_clocks.c.id, cases),
        warning_clocks.c.next_escalation_at <= tx.now,
        warning_clocks.c.met_at.is_(None),
        warning_clocks.c.replaced_at.is_(None),
        warning_clocks.c.paused_at.is_(None),
    )
    return [Overdue(cases[row.id], _running(row)) for row in await tx.rows(again)]


async def lock_provisional(tx: WriteTx) -> Mapping[UUID, Sequence[RunningClock]]:
    """Return the clocks of the warnings of which one waits for a calendar, running or paused; those are locked."""
    concerned = select(warning_clocks.c.warning_id).where(
        warning_clocks.c.provisional,
        warning_clocks.c.met_at.is_(None),
        warning_clocks.c.replaced_at.is_(None),
    )
    chosen = select(warnings.c.id).where(warnings.c.id.in_(concerned)).order_by(warnings.c.id)
    locked = await tx.rows(chosen.with_for_update())
    return await of_warnings(tx, [row.id for row in locked])


async def refresh_due(tx: WriteTx, warning_ids: Sequence[UUID]) -> None:
    """Let warnings show the earliest date of their running clocks."""
    await tx.execute(
        text(
            "UPDATE warning.warnings w SET due_at = (SELECT min(k.due_at) FROM warning.warning_clocks k"
            " WHERE k.warning_id = w.id AND k.met_at IS NULL AND k.paused_at IS NULL AND k.replaced_at IS NULL),"
            " version = version + 1, updated_at = :now WHERE w.id = ANY(CAST(:ids AS uuid[]))"
        ),
        {"now": tx.now, "ids": list(warning_ids)},
    )


async def next_due(tx: ReadTx) -> datetime | None:
    """Return when the next escalation is due."""
    found: datetime | None = await tx.value(
        text(
            "SELECT min(next_escalation_at) FROM warning.warning_clocks"
            " WHERE met_at IS NULL AND replaced_at IS NULL AND paused_at IS NULL"
        )
    )
    return found
