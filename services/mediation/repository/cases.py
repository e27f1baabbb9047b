"""Cases, their sessions, their history, and which actions were done."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.mediation.domain.lifecycle import Outcome, State
from services.mediation.domain.mediation_case import MediationCase
from services.mediation.domain.organisations import Tier
from services.mediation.repository.organisations import working_for
from services.mediation.repository.tables import case_actions, case_history, cases, sessions
from shared.auth.permissions import Role
from shared.auth.principal import Principal
from shared.db.done_actions import DoneActions
from shared.db.rows import among, update_rows
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.ids import new_id

DONE = DoneActions(case_actions, "case_id")
_COLUMNS = tuple(field.name for field in fields(MediationCase))
_FIXED = frozenset({"id", "warning_id", "hand_over", "uscc", "received_at"})
_OPEN = cases.c.state != State.CLOSED.value


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
    organisation_id: UUID
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One session with the parties."""

    id: UUID
    case_id: UUID
    number: int
    held_at: datetime
    mediator_id: UUID
    mediator: str
    record: str
    recorded_at: datetime


def visible_to(who: Principal) -> ColumnElement[bool]:
    """Return the condition under which `who` may see a case.

    A mediator sees what lies with or is offered to an organisation they work for, everybody else their division's.
    """
    if who.role is not Role.MEDIATOR:
        return cases.c.division.startswith(who.division, autoescape=True)
    mine = working_for(who.account_id)
    # As an array, so that both sides of the `or` can go by their index.
    one_of_mine = func.any(func.array(mine.scalar_subquery()))
    return or_(cases.c.organisation_id == one_of_mine, cases.c.offered_to == one_of_mine)


def case_of(row: Row[Any]) -> MediationCase:
    """Return the domain's view of a row."""
    values = {name: getattr(row, name) for name in _COLUMNS}
    values["state"], values["tier"] = State(row.state), Tier(row.tier)
    values["outcome"] = None if row.outcome is None else Outcome(row.outcome)
    values["floor_ids"] = tuple(row.floor_ids)
    return MediationCase(**values)


def _row_of(case: MediationCase) -> dict[str, Any]:
    return {name: getattr(case, name) for name in _COLUMNS} | {"floor_ids": list(case.floor_ids)}


async def lock(tx: WriteTx, case_id: UUID, who: Principal) -> MediationCase | None:
    """Return a case that `who` may see, locked until the commit; None when there is none."""
    row = await tx.row(select(cases).where(cases.c.id == case_id, visible_to(who)).with_for_update())
    return None if row is None else case_of(row)


async def find(tx: ReadTx, case_id: UUID, who: Principal) -> MediationCase | None:
    """Return a case that `who` may see."""
    row = await tx.row(select(cases).where(cases.c.id == case_id, visible_to(who)))
    return None if row is None else case_of(row)


async def find_any(tx: ReadTx, case_id: UUID) -> MediationCase | None:
    """Return a case whoever asks; only for a caller who is known to have acted on it."""
    row = await tx.row(select(cases).where(cases.c.id == case_id))
    return None if row is None else case_of(row)


async def lock_open_of_mediators(tx: WriteTx, account_ids: Sequence[UUID]) -> Sequence[MediationCase]:
    """Return the open cases that these mediators accepted, locked in the order of their ids."""
    chosen = select(cases).where(among(cases.c.mediator_id, account_ids), _OPEN).order_by(cases.c.id)
    return [case_of(row) for row in await tx.rows(chosen.with_for_update())]


async def lock_open_of_organisations(
    tx: WriteTx, organisation_ids: Collection[UUID]
) -> Sequence[MediationCase]:
    """Return the open cases that lie with or are offered to these organisations, locked in the order of their ids."""
    concerned = or_(
        among(cases.c.organisation_id, organisation_ids), among(cases.c.offered_to, organisation_ids)
    )
    chosen = select(cases).where(concerned, _OPEN).order_by(cases.c.id)
    return [case_of(row) for row in await tx.rows(chosen.with_for_update())]


async def lock_open_of_warnings(tx: WriteTx, warning_ids: Collection[UUID]) -> Sequence[MediationCase]:
    """Return the open cases of these warnings, locked in the order of their ids."""
    chosen = select(cases).where(among(cases.c.warning_id, warning_ids), _OPEN).order_by(cases.c.id)
    return [case_of(row) for row in await tx.rows(chosen.with_for_update())]


async def lock_by_ids(tx: WriteTx, case_ids: Iterable[UUID]) -> Mapping[UUID, MediationCase]:
    """Return open cases, locked in the order of their ids."""
    chosen = select(cases).where(among(cases.c.id, case_ids), _OPEN).order_by(cases.c.id)
    return {row.id: case_of(row) for row in await tx.rows(chosen.with_for_update())}


async def add(tx: WriteTx, made: Sequence[MediationCase]) -> frozenset[UUID]:
    """Insert new cases; return which are new: a hand-over that has its case already makes no other."""
    if not made:
        return frozenset()
    statement = upsert(cases).values([_row_of(case) for case in made])
    known = statement.on_conflict_do_nothing(constraint="uq_cases_hand_over")
    return frozenset(row.id for row in await tx.rows(known.returning(cases.c.id)))


async def save(tx: WriteTx, changed: Sequence[MediationCase]) -> None:
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


async def add_sessions(tx: WriteTx, held: Iterable[Session]) -> None:
    """Insert sessions."""
    rows = [{name: getattr(one, name) for name in Session.__dataclass_fields__} for one in held]
    if rows:
        await tx.execute(insert(sessions), rows)


async def session_count(tx: ReadTx, case_id: UUID) -> int:
    """Return how many sessions a case had."""
    return int(await tx.value(select(func.count()).where(sessions.c.case_id == case_id)))
