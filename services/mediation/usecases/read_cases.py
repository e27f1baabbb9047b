"""Reads cases as mediators and officers see them: a list, and one in full."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.mediation.domain.lifecycle import State
from services.mediation.domain.organisations import Organisation
from services.mediation.domain.policy import Policy
from services.mediation.repository import case_views, clocks, organisations
from services.mediation.repository.clocks import RunningClock
from shared.auth.principal import Principal
from shared.contracts.base import ClockOut
from shared.contracts.mediation import (
    CaseDetail,
    CaseHistoryEntry,
    CasePage,
    CaseSummary,
    OfferOut,
    SessionOut,
)
from shared.db.tx import ReadTx
from shared.kernel.deadlines import standing
from shared.kernel.divisions import division_name
from shared.kernel.errors import found
from shared.kernel.masking import masked
from shared.kernel.paging import Page, cut


async def list_cases(tx: ReadTx, who: Principal, state: State | None, page: Page) -> CasePage:
    """Return the caller's cases, most urgent first; open ones unless a state is asked for.

    Whoever does not handle a sole trader's case sees no full name.
    """
    mine = await organisations.of_mediator(tx, who.account_id)
    rows = await case_views.listing(tx, who, state, page)
    part = cut(rows, page, lambda row: (case_views.CURSOR, _due_text(row.due_at), str(row.id)))
    items = [
        CaseSummary(**_summary(row, mine) | {"name": _name(row, handles=row.organisation_id in mine)})
        for row in part.items
    ]
    return CasePage(items=items, next_cursor=part.next_cursor)


def _name(row: Row[Any], *, handles: bool) -> str:
    return masked(row.enterprise_name, sole_trader=row.sole_trader and not handles)


def _due_text(at: datetime | None) -> str:
    return at.isoformat() if at is not None else "never"


def _summary(row: Row[Any], mine: Collection[UUID]) -> dict[str, Any]:
    return {
        "id": row.id,
        "warning_id": row.warning_id,
        "state": row.state,
        "level": row.level,
        "uscc": row.uscc,
        "name": row.enterprise_name,
        "division": row.division,
        "division_name": division_name(row.division),
        "tier": row.tier,
        "organisation_code": row.organisation_code,
        "organisation_name": row.organisation_name,
        "mediator": row.mediator,
        "offered": row.offered_to in mine,
        "workers": row.workers,
        "amount_cny": row.amount_cny,
        "received_at": row.received_at,
        "due_at": row.due_at,
        "outcome": row.outcome,
        "version": row.version,
    }


async def read_case(tx: ReadTx, who: Principal, case_id: UUID, policy: Policy) -> CaseDetail:
    """Return one case in full. Raises NotFound when it is not the caller's to see.

    To whom it is only offered, it shows no records of its sessions: what the parties said is its holder's.
    """
    row = found(await case_views.one(tx, case_id, who))
    mine = await organisations.of_mediator(tx, who.account_id)
    asked = await organisations.by_id(tx, [row.offered_to]) if row.offered_to else {}
    running = (await clocks.of_cases(tx, [case_id]))[case_id]
    only_offered = row.offered_to in mine and row.organisation_id not in mine
    return CaseDetail(
        **_summary(row, mine),
        rule_id=row.rule_id,
        floor_ids=list(row.floor_ids),
        grid_cell=row.grid_cell,
        zone=row.zone,
        industry=row.industry,
        headcount=row.headcount,
        note=row.note,
        accepted_at=row.accepted_at,
        clocks=[_clock(one, tx.now, policy) for one in running],
        sessions=[] if only_offered else [_session(one) for one in await case_views.sessions_of(tx, case_id)],
        history=[_entry(one) for one in await case_views.history_of(tx, case_id)],
        offer=_offer(row, asked[row.offered_to]) if row.offered_to else None,
        closed_at=row.closed_at,
        deemed=row.deemed,
        reason=row.reason,
        agreed_cny=row.agreed_cny,
        agreed_due_on=row.agreed_due_on,
    )


def _offer(row: Row[Any], asked: Organisation) -> OfferOut:
    return OfferOut(
        organisation_code=asked.code,
        organisation_name=asked.name,
        tier=asked.tier.value,
        reason=row.offer_reason,
        offered_at=row.offered_at,
    )


def _clock(running: RunningClock, now: datetime, policy: Policy) -> ClockOut:
    clock = running.clock
    return ClockOut(
        kind=clock.kind.value,
        standing=standing(clock, now, policy.at_risk_share),
        started_at=clock.started_at,
        due_at=clock.due_at,
        provisional=clock.provisional,
        article=clock.article,
        trace=clock.trace_zh,
        trace_en=clock.trace_en,
        met_at=clock.met_at,
        breached_at=clock.breached_at,
    )


def _session(row: Row[Any]) -> SessionOut:
    return SessionOut(
        number=row.number,
        held_at=row.held_at,
        mediator=row.mediator,
        record=row.record,
        recorded_at=row.recorded_at,
    )


def _entry(row: Row[Any]) -> CaseHistoryEntry:
    return CaseHistoryEntry(
        at=row.at,
        actor=row.actor,
        action=row.action,
        from_state=row.from_state,
        to_state=row.to_state,
        organisation_code=row.organisation_code,
        note=row.note,
    )
