"""Reads cases as officers and auditors see them: the list, one in full, whom one can assign."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.inspection.domain.clocks import Clock
from services.inspection.domain.inspection_case import InspectionCase
from services.inspection.repository import case_views, cases, clocks, inspectors
from services.inspection.repository.case_views import Filters
from services.inspection.repository.inspectors import Inspector
from services.inspection.usecases.timing import Timing
from shared.auth.principal import Principal
from shared.contracts.base import ClockOut
from shared.contracts.inspection import (
    CaseStep,
    FindingOut,
    InspectionDetail,
    InspectionPage,
    InspectionSummary,
    InspectorOut,
    InspectorPage,
    OfficerOut,
    OrderOut,
)
from shared.db.tx import ReadTx
from shared.kernel.deadlines import standing
from shared.kernel.divisions import division_name
from shared.kernel.errors import found
from shared.kernel.masking import masked
from shared.kernel.paging import Page, cut


async def list_cases(
    tx: ReadTx, who: Principal, page: Page, *, state: str | None = None, mine: bool = False
) -> InspectionPage:
    """Return cases of the caller's jurisdiction; a sole trader's full name for the case's officers alone."""
    found = await case_views.listing(tx, who, Filters(state, mine), page)
    part = cut(found, page, _place)
    return InspectionPage(items=[_listed(case, who) for case in part.items], next_cursor=part.next_cursor)


def _place(case: InspectionCase) -> tuple[str, str, str]:
    if case.closed_at is not None:
        return case_views.CLOSED, _instant(case.closed_at), str(case.id)
    return case_views.OPEN, _instant(case.due_at), str(case.id)


async def list_inspectors(tx: ReadTx, who: Principal, page: Page) -> InspectorPage:
    """Return working inspectors, by username."""
    part = cut(await inspectors.page(tx, who, page), page, lambda row: (row.username,))
    items = [
        InspectorOut(id=row.account_id, username=row.username, division=row.division) for row in part.items
    ]
    return InspectorPage(items=items, next_cursor=part.next_cursor)


async def read_case(tx: ReadTx, who: Principal, case_id: UUID, timing: Timing) -> InspectionDetail:
    """Return one case in full. Raises NotFound when it is not the caller's to see."""
    case = found(await cases.find(tx, case_id, who))
    officers = await inspectors.known(tx, case.officer_ids)
    known = (await clocks.of_cases(tx, [case.id]))[case.id]
    history = await cases.history_of(tx, case.id)
    summary = _summary(case, case.enterprise_name)
    return InspectionDetail(
        **summary.model_dump(),
        grid_cell=case.grid_cell,
        zone=case.zone,
        industry=case.industry,
        headcount=case.headcount,
        workers=case.workers,
        amount_cny=case.amount_cny,
        note=case.note,
        filed_at=case.filed_at,
        extension=case.extension.value if case.extension else None,
        officers=[_officer(one, officers, case) for one in case.officer_ids],
        finding=_finding(case),
        order=_order(case),
        close_reason=case.close_reason,
        clocks=[_clock(one.clock, tx.now, timing.periods.at_risk_share) for one in known],
        history=[_step(row) for row in history],
        version=case.version,
    )


def _instant(at: datetime | None) -> str:
    return at.isoformat() if at is not None else "never"


def _listed(case: InspectionCase, who: Principal) -> InspectionSummary:
    handled = who.account_id in case.officer_ids
    return _summary(case, masked(case.enterprise_name, sole_trader=case.sole_trader and not handled))


def _summary(case: InspectionCase, name: str) -> InspectionSummary:
    return InspectionSummary(
        id=case.id,
        warning_id=case.warning_id,
        level=case.level,
        state=case.state.value,
        uscc=case.uscc,
        name=name,
        division=case.division,
        division_name=division_name(case.division),
        received_at=case.received_at,
        due_at=case.due_at,
        officer_ids=list(case.officer_ids),
        replacement_needed=bool(case.left_officer_ids),
        outcome=case.outcome.value if case.outcome else None,
        closed_at=case.closed_at,
    )


def _officer(account_id: UUID, known: Mapping[UUID, Inspector], case: InspectionCase) -> OfficerOut:
    username = known[account_id].username if account_id in known else ""
    return OfficerOut(id=account_id, username=username, working=account_id not in case.left_officer_ids)


def _finding(case: InspectionCase) -> FindingOut | None:
    if case.finding is None or case.findings is None or case.visited_on is None or case.found_at is None:
        return None
    return FindingOut(
        finding=case.finding.value,
        findings=case.findings,
        visited_on=case.visited_on,
        found_at=case.found_at,
    )


def _order(case: InspectionCase) -> OrderOut | None:
    if case.ordered_at is None or case.order_due_at is None:
        return None
    return OrderOut(
        article=case.order_article or "",
        requirement=case.order_requirement or "",
        amount_cny=case.order_amount_cny,
        ordered_at=case.ordered_at,
        due_at=case.order_due_at,
        evidence=case.rectification_evidence,
        rectified_at=case.rectified_at,
    )


def _clock(clock: Clock, now: datetime, at_risk_share: float) -> ClockOut:
    return ClockOut(
        kind=clock.kind.value,
        standing=standing(clock, now, at_risk_share),
        started_at=clock.started_at,
        due_at=clock.due_at,
        provisional=clock.provisional,
        article=clock.article,
        trace=clock.trace_zh,
        trace_en=clock.trace_en,
        met_at=clock.met_at,
        breached_at=clock.breached_at,
    )


def _step(row: Row[Any]) -> CaseStep:
    return CaseStep(
        at=row.at,
        actor=row.actor,
        action=row.action,
        from_state=row.from_state,
        to_state=row.to_state,
        note=row.note,
    )
