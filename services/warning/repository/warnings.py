"""Warnings, their history, who was told, and which actions were done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, insert, select, text
from sqlalchemy.dialects.postgresql import distinct_on

from services.warning.domain.assignment import AssignmentReason
from services.warning.domain.course import ClosedWarning
from services.warning.domain.levels import WarningLevel
from services.warning.domain.lifecycle import State
from services.warning.domain.warning_case import WarningCase
from services.warning.repository.warning_tables import (
    absences,
    notices,
    warning_actions,
    warning_history,
    warnings,
)
from shared.auth.permissions import Role
from shared.auth.principal import Principal
from shared.db.done_actions import DoneActions
from shared.db.rows import among, update_rows
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.ids import new_id

DONE = DoneActions(warning_actions, "warning_id")
_COLUMNS = tuple(field.name for field in fields(WarningCase))


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a warning's history."""

    warning_id: UUID
    at: datetime
    actor_id: UUID | None
    actor: str
    action: str
    from_state: State | None
    to_state: State
    from_level: WarningLevel | None
    to_level: WarningLevel
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody was told of something about a warning."""

    warning_id: UUID
    at: datetime
    role: str
    division: str
    account_id: UUID | None
    cause: str


def visible_to(who: Principal) -> ColumnElement[bool]:
    """Return the condition under which `who` may see a warning: their own, or those of their division."""
    if who.role is Role.GRID_COORDINATOR:
        return warnings.c.assignee_id == who.account_id
    return warnings.c.division.startswith(who.division, autoescape=True)


# What fired while a warning lived is in the assessments to which it referred.
_PAST = text("""
SELECT enterprise_id, id, closed_at, peak_level, rule_ids FROM warning.warnings
WHERE enterprise_id = ANY(CAST(:ids AS int8[])) AND state = 'closed' AND closed_at > :since
UNION ALL
SELECT w.enterprise_id, w.id, l.closed_at, l.peak_level, l.rule_ids || ARRAY(
  SELECT f ->> 'rule_id' FROM warning.assessments a, jsonb_array_elements(a.fired) AS f
  WHERE a.enterprise_id = w.enterprise_id AND a.assessed_at BETWEEN l.raised_at AND l.closed_at
    AND f ->> 'level' IN ('orange', 'red'))
FROM warning.warnings w JOIN warning.labels l ON l.warning_id = w.id
WHERE w.enterprise_id = ANY(CAST(:ids AS int8[])) AND l.closed_at > :since AND l.closed_at IS DISTINCT FROM w.closed_at
ORDER BY closed_at DESC
""")


def case_of(row: Row[Any]) -> WarningCase:
    """Return the domain's view of a row."""
    values = {name: getattr(row, name) for name in _COLUMNS}
    values["level"] = WarningLevel(row.level)
    values["peak_level"] = WarningLevel(row.peak_level)
    values["state"] = State(row.state)
    for name in ("handler_ids", "rejected_by", "rule_ids"):
        values[name] = tuple(values[name])
    return WarningCase(**values)


def _row_of(case: WarningCase) -> dict[str, Any]:
    values = {name: getattr(case, name) for name in _COLUMNS}
    values |= {"level": case.level.value, "peak_level": case.peak_level.value, "state": case.state.value}
    for name in ("handler_ids", "rejected_by", "rule_ids"):
        values[name] = list(values[name])
    return values


async def lock(tx: WriteTx, warning_id: UUID, who: Principal) -> WarningCase | None:
    """Return a warning that `who` may see, locked until the commit; None when there is none."""
    row = await tx.row(select(warnings).where(warnings.c.id == warning_id, visible_to(who)).with_for_update())
    return case_of(row) if row is not None else None


async def find(tx: ReadTx, warning_id: UUID, who: Principal) -> WarningCase | None:
    """Return a warning that `who` may see."""
    row = await tx.row(select(warnings).where(warnings.c.id == warning_id, visible_to(who)))
    return case_of(row) if row is not None else None


async def find_any(tx: ReadTx, warning_id: UUID) -> WarningCase | None:
    """Return a warning whoever asks; only for a caller who is known to have acted on it."""
    row = await tx.row(select(warnings).where(warnings.c.id == warning_id))
    return case_of(row) if row is not None else None


async def outcome_undone_at(tx: ReadTx, warning_id: UUID) -> datetime | None:
    """Return when a warning last went from an outcome back to before the visit; None when it never did."""
    undone = select(func.max(warning_history.c.at)).where(
        warning_history.c.warning_id == warning_id,
        warning_history.c.from_state.in_([State.RESOLVED, State.FALSE_ALARM]),
        warning_history.c.to_state == State.ACCEPTED,
    )
    at: datetime | None = await tx.value(undone)
    return at


async def lock_all(tx: WriteTx, warning_ids: Sequence[UUID]) -> Mapping[UUID, WarningCase]:
    """Return warnings whoever asks, locked in the order of their ids; for the system's own work."""
    chosen = select(warnings).where(among(warnings.c.id, warning_ids)).order_by(warnings.c.id)
    return {row.id: case_of(row) for row in await tx.rows(chosen.with_for_update())}


async def lock_open_of_enterprises(tx: WriteTx, enterprise_ids: Sequence[int]) -> Mapping[int, WarningCase]:
    """Return the open warnings of these enterprises by enterprise, locked in the order of their ids."""
    chosen = (
        select(warnings)
        .where(among(warnings.c.enterprise_id, enterprise_ids), warnings.c.state != State.CLOSED.value)
        .order_by(warnings.c.id)
        .with_for_update()
    )
    return {row.enterprise_id: case_of(row) for row in await tx.rows(chosen)}


async def lock_open_of_assignee(tx: WriteTx, account_id: UUID) -> Sequence[WarningCase]:
    """Return the open warnings that an account owns, locked in the order of their ids."""
    chosen = (
        select(warnings)
        .where(warnings.c.assignee_id == account_id, warnings.c.state != State.CLOSED.value)
        .order_by(warnings.c.id)
        .with_for_update()
    )
    return [case_of(row) for row in await tx.rows(chosen)]


async def lock_of_absent(tx: WriteTx, today: date, limit: int) -> Sequence[WarningCase]:
    """Return warnings that wait for the acceptance of somebody who is away today, unless an officer gave it to them.

    They are locked; what another process has locked is passed over.
    """
    away = select(absences.c.id).where(
        absences.c.coordinator_id == warnings.c.assignee_id,
        absences.c.cancelled_at.is_(None),
        absences.c.starts_on <= today,
        absences.c.ends_on >= today,
    )
    chosen = (
        select(warnings)
        .where(
            warnings.c.state == State.ASSIGNED.value,
            warnings.c.assignment_reason != AssignmentReason.BY_OFFICER.value,
            away.exists(),
        )
        .order_by(warnings.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [case_of(row) for row in await tx.rows(chosen)]


async def last_closed_of_enterprises(tx: ReadTx, enterprise_ids: Sequence[int]) -> Mapping[int, WarningCase]:
    """Return the most recently closed warning of each of these enterprises."""
    chosen = (
        select(warnings)
        .ext(distinct_on(warnings.c.enterprise_id))
        .where(among(warnings.c.enterprise_id, enterprise_ids), warnings.c.state == State.CLOSED.value)
        .order_by(warnings.c.enterprise_id, warnings.c.closed_at.desc())
    )
    return {row.enterprise_id: case_of(row) for row in await tx.rows(chosen)}


async def past_of_enterprises(
    tx: ReadTx, enterprise_ids: Sequence[int], since: datetime
) -> Mapping[int, Sequence[ClosedWarning]]:
    """Return the lives of these enterprises' warnings that were closed after an instant, the newest first.

    A warning that was reopened has several: of the former ones its label tells.
    """
    found: dict[int, list[ClosedWarning]] = {}
    for row in await tx.rows(_PAST, {"ids": list(enterprise_ids), "since": since}):
        life = ClosedWarning(row.id, row.closed_at, WarningLevel(row.peak_level), frozenset(row.rule_ids))
        found.setdefault(row.enterprise_id, []).append(life)
    return found


async def add(tx: WriteTx, cases: Sequence[WarningCase]) -> None:
    """Insert new warnings."""
    if cases:
        await tx.execute(insert(warnings), [_row_of(case) for case in cases])


async def save(tx: WriteTx, cases: Sequence[WarningCase]) -> None:
    """Write changed warnings; the caller has locked them."""
    changing = [name for name in _COLUMNS if name not in ("id", "enterprise_id", "uscc", "origin")]
    await update_rows(tx, warnings, changing, [_row_of(case) for case in cases])


async def record(tx: WriteTx, steps: Iterable[Step]) -> None:
    """Append to the history."""
    rows = [
        {name: getattr(step, name) for name in Step.__dataclass_fields__} | {"id": new_id()} for step in steps
    ]
    if rows:
        await tx.execute(insert(warning_history), rows)


async def tell(tx: WriteTx, told: Iterable[Notice]) -> None:
    """Record who is told."""
    rows = [
        {name: getattr(notice, name) for name in Notice.__dataclass_fields__} | {"id": new_id()}
        for notice in told
    ]
    if rows:
        await tx.execute(insert(notices), rows)


async def history_of(tx: ReadTx, warning_id: UUID) -> Sequence[Row[Any]]:
    """Return a warning's steps, oldest first."""
    chosen = select(warning_history).where(warning_history.c.warning_id == warning_id)
    return await tx.rows(chosen.order_by(warning_history.c.at, warning_history.c.id))


async def notices_of(tx: ReadTx, warning_id: UUID) -> Sequence[Row[Any]]:
    """Return who was told of a warning, oldest first."""
    return await tx.rows(select(notices).where(notices.c.warning_id == warning_id).order_by(notices.c.at))
