"""Cases as lists show them. Every query carries the caller's jurisdiction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, or_, select, tuple_

from services.inspection.domain.inspection_case import InspectionCase
from services.inspection.domain.lifecycle import State
from services.inspection.repository.cases import case_of, visible_to
from services.inspection.repository.tables import cases
from shared.auth.principal import Principal
from shared.db.tx import ReadTx
from shared.kernel.paging import Page, exactly, instant, instant_or_never

# The two lists have their own orders, and so their own cursors.
OPEN, CLOSED = "inspection.open", "inspection.closed"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; without a state, to what is open."""

    state: str | None
    mine: bool


async def listing(tx: ReadTx, who: Principal, filters: Filters, page: Page) -> Sequence[InspectionCase]:
    """Return cases of the caller's jurisdiction; one more than asked.

    Open ones: the most urgent first, last those for which no clock runs. Closed ones: the newest first.
    """
    chosen = select(cases).where(visible_to(who))
    if filters.mine:
        chosen = chosen.where(cases.c.officer_ids.contains([who.account_id]))
    ordered = _closed if filters.state == State.CLOSED else _open
    rows = await tx.rows(ordered(chosen, filters, page).limit(page.limit + 1))
    return [case_of(row) for row in rows]


def _open(chosen: Select[Any], filters: Filters, page: Page) -> Select[Any]:
    chosen = chosen.where(cases.c.state != literal(State.CLOSED.value, literal_execute=True))
    if filters.state is not None:
        chosen = chosen.where(cases.c.state == filters.state)
    if page.after:
        _, due_at, last_id = page.read_after(exactly(OPEN), instant_or_never, UUID)
        never = cases.c.due_at.is_(None)
        if due_at is None:
            chosen = chosen.where(never, cases.c.id > last_id)
        else:
            later = tuple_(cases.c.due_at, cases.c.id) > tuple_(literal(due_at), literal(last_id))
            chosen = chosen.where(or_(later, never))
    return chosen.order_by(cases.c.due_at.asc().nulls_last(), cases.c.id)


def _closed(chosen: Select[Any], _: Filters, page: Page) -> Select[Any]:
    chosen = chosen.where(cases.c.state == literal(State.CLOSED.value, literal_execute=True))
    if page.after:
        _, closed_at, last_id = page.read_after(exactly(CLOSED), instant, UUID)
        before = tuple_(cases.c.closed_at, cases.c.id) < tuple_(literal(closed_at), literal(last_id))
        chosen = chosen.where(before)
    return chosen.order_by(cases.c.closed_at.desc(), cases.c.id.desc())
