"""Warnings as lists, counts and details show them. Every query carries the caller's jurisdiction."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Row,
    Text,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    text,
    tuple_,
)

from services.warning.domain.warning_filters import Filters
from services.warning.repository.tables import enterprise_risk, enterprises
from services.warning.repository.warning_tables import warnings
from services.warning.repository.warnings import visible_to
from shared.auth.principal import Principal
from shared.db.tx import ReadTx
from shared.kernel.paging import Page, instant, instant_or_never

_NEVER = text("'infinity'::timestamptz")
_SHOWN = (
    warnings.c.id,
    warnings.c.level,
    warnings.c.state,
    warnings.c.uscc,
    warnings.c.division,
    warnings.c.due_at,
    warnings.c.raised_at,
    warnings.c.assignee_id,
    warnings.c.queue_division,
    warnings.c.escalated_to,
    warnings.c.paused_at,
    enterprises.c.name,
    enterprises.c.sole_trader,
)
_OPEN = warnings.c.state != "closed"
_DUE = func.coalesce(warnings.c.due_at, _NEVER)
# Coordinators ask for their list all day: putting its statement together costs more than running it.
_WORKLIST = (
    select(*_SHOWN)
    .join_from(warnings, enterprises, enterprises.c.id == warnings.c.enterprise_id)
    .where(_OPEN, warnings.c.assignee_id == bindparam("assignee_id"))
    .order_by(_DUE, warnings.c.id)
    .limit(bindparam("most", type_=Integer))
)
_WORKLIST_AFTER = _WORKLIST.where(
    tuple_(_DUE, warnings.c.id)
    > tuple_(
        cast(bindparam("due_at", type_=Text), DateTime(timezone=True)),
        bindparam("last_id", type_=warnings.c.id.type),
    )
)


async def worklist(tx: ReadTx, who: Principal, page: Page) -> Sequence[Row[Any]]:
    """Return the caller's open warnings, most urgent first; one more than asked."""
    asked = {"assignee_id": who.account_id, "most": page.limit + 1}
    if not page.after:
        return await tx.rows(_WORKLIST, asked)
    due_at, last_id = page.read_after(instant_or_never, UUID)
    after = "infinity" if due_at is None else due_at.isoformat()
    return await tx.rows(_WORKLIST_AFTER, asked | {"due_at": after, "last_id": last_id})


async def listing(tx: ReadTx, who: Principal, filters: Filters, page: Page) -> Sequence[Row[Any]]:
    """Return warnings within the caller's jurisdiction, newest first; one more than asked."""
    chosen = select(*_SHOWN).join_from(warnings, enterprises, enterprises.c.id == warnings.c.enterprise_id)
    chosen = chosen.where(visible_to(who), *_conditions(filters))
    if page.after:
        raised_at, last_id = page.read_after(instant, UUID)
        after = tuple_(literal(raised_at), literal(last_id))
        chosen = chosen.where(tuple_(warnings.c.raised_at, warnings.c.id) < after)
    newest = chosen.order_by(warnings.c.raised_at.desc(), warnings.c.id.desc())
    return await tx.rows(newest.limit(page.limit + 1))


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    given: list[ColumnElement[bool]] = []
    if filters.uscc is not None:
        given.append(warnings.c.uscc == filters.uscc)
    if filters.level is not None:
        given.append(warnings.c.level == filters.level)
    if filters.state is not None:
        given.append(warnings.c.state == filters.state)
    if filters.division is not None:
        given.append(warnings.c.division.startswith(filters.division, autoescape=True))
    return given


async def enterprise_of(tx: ReadTx, enterprise_id: int) -> Row[Any] | None:
    """Return the enterprise behind a warning."""
    return await tx.row(select(enterprises).where(enterprises.c.id == enterprise_id))


async def counts_by_town(tx: ReadTx, who: Principal) -> Sequence[Row[Any]]:
    """Return open warnings per town and colour, with those overdue and those in a queue."""
    town = func.left(warnings.c.division, 9).label("town")
    # What stands still has no date; one that had passed before stays a breach.
    overdue = warnings.c.due_at < tx.now
    chosen = select(
        town,
        func.count().filter(warnings.c.level == "red").label("red"),
        func.count().filter(warnings.c.level == "orange").label("orange"),
        func.count().filter(overdue).label("overdue"),
        func.count().filter(warnings.c.assignee_id.is_(None)).label("unowned"),
    )
    return await tx.rows(chosen.where(_OPEN, visible_to(who)).group_by(town).order_by(town))


async def counts_by_state(tx: ReadTx, who: Principal) -> Sequence[Row[Any]]:
    """Return open warnings per state and colour."""
    chosen = select(
        warnings.c.state,
        func.count().filter(warnings.c.level == "red").label("red"),
        func.count().filter(warnings.c.level == "orange").label("orange"),
    )
    return await tx.rows(chosen.where(_OPEN, visible_to(who)).group_by(warnings.c.state))


async def counts_by_age(tx: ReadTx, who: Principal) -> Sequence[Row[Any]]:
    """Return open warnings per age and colour."""
    old = warnings.c.raised_at
    age = case(
        (old > tx.now - timedelta(days=1), "under_1_day"),
        (old > tx.now - timedelta(days=3), "1_to_3_days"),
        (old > tx.now - timedelta(days=15), "3_to_15_days"),
        else_="over_15_days",
    ).label("age")
    chosen = select(
        age,
        func.count().filter(warnings.c.level == "red").label("red"),
        func.count().filter(warnings.c.level == "orange").label("orange"),
    )
    return await tx.rows(chosen.where(_OPEN, visible_to(who)).group_by(age))


async def assessed_levels(tx: ReadTx, who: Principal) -> dict[str, int]:
    """Return how many enterprises stand at each assessed level."""
    chosen = (
        select(enterprise_risk.c.level, func.count().label("number"))
        .join_from(enterprise_risk, enterprises, enterprises.c.id == enterprise_risk.c.enterprise_id)
        .where(enterprises.c.workplace_division.startswith(who.division, autoescape=True))
        .group_by(enterprise_risk.c.level)
    )
    return {row.level: row.number for row in await tx.rows(chosen)}


async def handling_figures(tx: ReadTx, who: Principal) -> Row[Any]:
    """Return the counts behind the handling indicators of the last 30 days.

    A clock that another one replaced counts where it was met, or had run out by then: whoever assigns a warning on
    makes no breach undone.
    """
    row = await tx.row(
        text(
            "SELECT count(DISTINCT w.id) FILTER (WHERE w.raised_at > :since) AS raised,"
            " count(DISTINCT w.id) FILTER (WHERE w.closed_at > :since AND w.origin = 'live') AS closed,"
            " count(k.id) FILTER (WHERE k.kind = 'accept') AS accept_due,"
            " count(k.id) FILTER (WHERE k.kind = 'accept' AND k.met_at <= k.due_at) AS accepted_in_time,"
            " count(k.id) FILTER (WHERE k.kind = 'visit') AS visit_due,"
            " count(k.id) FILTER (WHERE k.kind = 'visit' AND k.met_at <= k.due_at) AS visited_in_time"
            " FROM warning.warnings w LEFT JOIN warning.warning_clocks k"
            "   ON k.warning_id = w.id AND k.due_at > :since AND k.due_at <= :now"
            "   AND (k.replaced_at IS NULL OR k.met_at IS NOT NULL OR k.replaced_at > k.due_at)"
            "   AND (k.met_at IS NOT NULL OR k.paused_at IS NULL OR k.paused_at > k.due_at)"
            " WHERE starts_with(w.division, :division)"
        ),
        {"since": tx.now - timedelta(days=30), "now": tx.now, "division": who.division},
    )
    assert row is not None  # noqa: S101  an aggregate without GROUP BY always gives one row
    return row
