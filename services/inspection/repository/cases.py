"""Cases and their history."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.inspection.domain.inspection_case import Extension, InspectionCase
from services.inspection.domain.lifecycle import Finding, Outcome, State
from services.inspection.repository.tables import case_actions, case_history, cases
from shared.auth.principal import Principal
from shared.db.done_actions import DoneActions
from shared.db.rows import among, update_rows
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.ids import new_id

DONE = DoneActions(case_actions, "case_id")
_COLUMNS = tuple(field.name for field in fields(InspectionCase))
_FIXED = ("id", "warning_id", "referred_version", "uscc", "received_at")
_LISTS = ("officer_ids", "left_officer_ids")


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a case's history."""

    case_id: UUID
    at: datetime
    actor_id: UUID | None
    actor: str
    action: str
    from_state: State | None
    to_state: State
    note: str | None = None


def visible_to(who: Principal) -> ColumnElement[bool]:
    """Return the condition under which `who` may see a case: the workplace lies in their jurisdiction."""
    return cases.c.division.startswith(who.division, autoescape=True)


def case_of(row: Row[Any]) -> InspectionCase:
    """Return the domain's view of a row."""
    values = {name: getattr(row, name) for name in _COLUMNS}
    values["state"] = State(row.state)
    values["extension"] = Extension(row.extension) if row.extension else None
    values["finding"] = Finding(row.finding) if row.finding else None
    values["outcome"] = Outcome(row.outcome) if row.outcome else None
    return InspectionCase(**values | {name: tuple(values[name]) for name in _LISTS})


def _row_of(case: InspectionCase) -> dict[str, Any]:
    values = {name: getattr(case, name) for name in _COLUMNS}
    return values | {name: list(values[name]) for name in _LISTS}


async def add(tx: WriteTx, fresh: Sequence[InspectionCase]) -> Collection[UUID]:
    """Insert new cases; return the ids of those whose referral had no case yet."""
    if not fresh:
        return frozenset()
    statement = upsert(cases).on_conflict_do_nothing().returning(cases.c.id)
    added = await tx.rows(statement, [_row_of(case) for case in fresh])
    return {row.id for row in added}


async def lock(tx: WriteTx, case_id: UUID, who: Principal) -> InspectionCase | None:
    """Return a case that `who` may see, locked until the commit; None when there is none."""
    row = await tx.row(select(cases).where(cases.c.id == case_id, visible_to(who)).with_for_update())
    return case_of(row) if row is not None else None


async def find(tx: ReadTx, case_id: UUID, who: Principal) -> InspectionCase | None:
    """Return a case that `who` may see."""
    row = await tx.row(select(cases).where(cases.c.id == case_id, visible_to(who)))
    return case_of(row) if row is not None else None


async def find_any(tx: ReadTx, case_id: UUID) -> InspectionCase | None:
    """Return a case whoever asks; only for a caller who is known to have acted on it."""
    row = await tx.row(select(cases).where(cases.c.id == case_id))
    return case_of(row) if row is not None else None


async def lock_open_of_officers(tx: WriteTx, account_ids: Collection[UUID]) -> Sequence[InspectionCase]:
    """Return the open cases of these officers, locked in the order of their ids."""
    chosen = (
        select(cases)
        .where(cases.c.officer_ids.overlap(list(account_ids)), cases.c.state != State.CLOSED.value)
        .order_by(cases.c.id)
        .with_for_update()
    )
    return [case_of(row) for row in await tx.rows(chosen)]


async def lock_open_of_warnings(tx: WriteTx, warning_ids: Collection[UUID]) -> Sequence[InspectionCase]:
    """Return the open cases of these warnings, locked in the order of their ids."""
    chosen = (
        select(cases)
        .where(among(cases.c.warning_id, warning_ids), cases.c.state != State.CLOSED.value)
        .order_by(cases.c.id)
        .with_for_update()
    )
    return [case_of(row) for row in await tx.rows(chosen)]


async def save(tx: WriteTx, changed: Sequence[InspectionCase]) -> None:
    """Write changed cases; the caller has locked them."""
    names = [name for name in _COLUMNS if name not in _FIXED]
    await update_rows(tx, cases, names, [_row_of(case) for case in changed])


async def record(tx: WriteTx, steps: Iterable[Step]) -> None:
    """Append to the history."""
    rows = [
        {name: getattr(step, name) for name in Step.__dataclass_fields__} | {"id": new_id()} for step in steps
    ]
    if rows:
        await tx.execute(insert(case_history), rows)


async def history_of(tx: ReadTx, case_id: UUID) -> Sequence[Row[Any]]:
    """Return a case's steps, oldest first."""
    chosen = select(case_history).where(case_history.c.case_id == case_id)
    return await tx.rows(chosen.order_by(case_history.c.at, case_history.c.id))
