"""Cases as lists and details show them. Every query carries the caller's jurisdiction."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, literal, select, text, tuple_
from sqlalchemy.dialects.postgresql import TIMESTAMP

from services.mediation.domain.lifecycle import State
from services.mediation.repository.cases import visible_to
from services.mediation.repository.tables import case_history, cases, mediators, organisations, sessions
from shared.auth.principal import Principal
from shared.db.tx import ReadTx
from shared.kernel.paging import Page, exactly, instant_or_never

CURSOR = "mediation"
_NEVER = text("'infinity'::timestamptz")
_DUE = func.coalesce(cases.c.due_at, _NEVER)
_INSTANT = TIMESTAMP(timezone=True)


def _shown() -> Select[Any]:
    return (
        select(
            cases,
            organisations.c.code.label("organisation_code"),
            organisations.c.name.label("organisation_name"),
            mediators.c.username.label("mediator"),
        )
        .join_from(cases, organisations, organisations.c.id == cases.c.organisation_id)
        .outerjoin(mediators, mediators.c.account_id == cases.c.mediator_id)
    )


async def listing(tx: ReadTx, who: Principal, state: State | None, page: Page) -> Sequence[Row[Any]]:
    """Return cases that the caller may see, most urgent first, open ones unless asked; one more than asked."""
    chosen = _shown().where(visible_to(who))
    chosen = chosen.where(cases.c.state != "closed" if state is None else cases.c.state == state.value)
    if page.after:
        _, due_at, last_id = page.read_after(exactly(CURSOR), instant_or_never, UUID)
        after_due = _NEVER if due_at is None else literal(due_at, _INSTANT)
        chosen = chosen.where(tuple_(_DUE, cases.c.id) > tuple_(after_due, literal(last_id)))
    return await tx.rows(chosen.order_by(_DUE, cases.c.id).limit(page.limit + 1))


async def one(tx: ReadTx, case_id: UUID, who: Principal) -> Row[Any] | None:
    """Return a case that the caller may see, with whose it is."""
    return await tx.row(_shown().where(cases.c.id == case_id, visible_to(who)))


async def sessions_of(tx: ReadTx, case_id: UUID) -> Sequence[Row[Any]]:
    """Return a case's sessions in their order."""
    return await tx.rows(select(sessions).where(sessions.c.case_id == case_id).order_by(sessions.c.number))


async def history_of(tx: ReadTx, case_id: UUID) -> Sequence[Row[Any]]:
    """Return a case's steps, oldest first."""
    chosen = select(case_history, organisations.c.code.label("organisation_code")).join(
        organisations, organisations.c.id == case_history.c.organisation_id
    )
    chosen = chosen.where(case_history.c.case_id == case_id)
    return await tx.rows(chosen.order_by(case_history.c.at, case_history.c.id))
