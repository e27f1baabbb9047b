"""Reads warnings as their handlers and officers see them: lists, one in full, the overview."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.warning.domain.clocks import standing
from services.warning.domain.levels import WarningLevel
from services.warning.domain.policy import Policy
from services.warning.domain.warning_case import WarningCase
from services.warning.domain.warning_filters import Filters
from services.warning.repository import assessments, clocks, signals, warning_views, warnings
from services.warning.repository.assessments import StoredAssessment
from services.warning.repository.clocks import RunningClock
from services.warning.usecases.timeline_titles import LEVELS
from shared.auth.principal import Principal
from shared.contracts.base import ClockOut, JsonObject
from shared.contracts.warning import (
    AgeCount,
    EnterpriseCard,
    HistoryEntry,
    NoticeOut,
    Overview,
    Sentence,
    StateCount,
    TownCount,
    WarningDetail,
    WarningPage,
    WarningSummary,
)
from shared.db.tx import ReadTx
from shared.kernel.divisions import MINHANG, division_name, towns
from shared.kernel.errors import found
from shared.kernel.masking import masked
from shared.kernel.paging import Page, cut

_AGES = ("under_1_day", "1_to_3_days", "3_to_15_days", "over_15_days")
_RATE_PLACES = Decimal("0.0001")


async def read_worklist(tx: ReadTx, who: Principal, page: Page) -> WarningPage:
    """Return the caller's open warnings, most urgent first, with full names: they have to go there."""
    rows = await warning_views.worklist(tx, who, page)
    part = cut(rows, page, lambda row: (_instant(row.due_at), str(row.id)))
    return WarningPage(items=[_summary(row, row.name) for row in part.items], next_cursor=part.next_cursor)


async def list_warnings(tx: ReadTx, who: Principal, filters: Filters, page: Page) -> WarningPage:
    """Return warnings of the caller's jurisdiction, newest first."""
    rows = await warning_views.listing(tx, who, filters, page)
    part = cut(rows, page, lambda row: (row.raised_at.isoformat(), str(row.id)))
    items = [_summary(row, masked(row.name, sole_trader=row.sole_trader)) for row in part.items]
    return WarningPage(items=items, next_cursor=part.next_cursor)


def _instant(at: datetime | None) -> str:
    return at.isoformat() if at is not None else "never"


def _summary(row: Row[Any], name: str) -> WarningSummary:
    # What the table holds has been checked on its way in.
    return WarningSummary.model_construct(
        id=row.id,
        level=row.level,
        state=row.state,
        uscc=row.uscc,
        name=name,
        division=row.division,
        division_name=division_name(row.division),
        due_at=row.due_at,
        raised_at=row.raised_at,
        assignee_id=row.assignee_id,
        queue_division=row.queue_division,
        escalated_to=row.escalated_to,
        paused=row.paused_at is not None,
    )


async def read_warning(tx: ReadTx, who: Principal, warning_id: UUID, policy: Policy) -> WarningDetail:
    """Return one warning in full. Raises NotFound when it is not the caller's to see."""
    case = found(await warnings.find(tx, warning_id, who))
    enterprise = found(await warning_views.enterprise_of(tx, case.enterprise_id))
    assessment = await assessments.find(tx, case.assessment_id) if case.assessment_id else None
    read = await signals.corrected(tx, assessment.signal_seqs) if assessment else {}
    running = (await clocks.of_warnings(tx, [case.id]))[case.id]
    history = await warnings.history_of(tx, case.id)
    told = await warnings.notices_of(tx, case.id)
    shown_clocks = [_clock(item, tx.now, policy) for item in running]
    evidence = _evidence(assessment, read)
    reasons = [*_called_in_question(case, await assessments.level_of(tx, case.enterprise_id), read)]
    reasons += [Sentence.model_validate(reason) for reason in assessment.reasons] if assessment else []
    return _detail(case, enterprise, reasons, evidence, shown_clocks, history, told)


def _detail(
    case: WarningCase,
    enterprise: Row[Any],
    reasons: list[Sentence],
    evidence: JsonObject,
    shown_clocks: list[ClockOut],
    history: Sequence[Row[Any]],
    told: Sequence[Row[Any]],
) -> WarningDetail:
    return WarningDetail(
        id=case.id,
        level=case.colour,
        state=case.state.value,
        uscc=case.uscc,
        name=enterprise.name,
        division=case.division,
        division_name=division_name(case.division),
        due_at=case.due_at,
        raised_at=case.raised_at,
        assignee_id=case.assignee_id,
        queue_division=case.queue_division,
        escalated_to=case.escalated_to,
        paused=case.paused_at is not None,
        peak_level=case.peak_colour,
        assignment_reason=case.assignment_reason,
        double_red=case.double_red,
        rule_ids=list(case.rule_ids),
        reasons=reasons,
        evidence=evidence,
        clocks=shown_clocks,
        enterprise=enterprise_card(enterprise),
        history=[_entry(row) for row in history],
        told=[_notice(row) for row in told],
        outcome_evidence=case.outcome_evidence,
        reason_code=case.reason_code,
        closed_at=case.closed_at,
        version=case.version,
    )


def enterprise_card(row: Row[Any]) -> EnterpriseCard:
    """Return an enterprise as its handler needs it."""
    return EnterpriseCard(
        uscc=row.uscc,
        name=row.name,
        workplace_division=row.workplace_division,
        division_name=division_name(row.workplace_division),
        registered_division=row.registered_division,
        grid_cell=row.grid_cell,
        industry=row.industry,
        headcount=row.headcount,
        zone=row.zone,
        sole_trader=row.sole_trader,
    )


def _called_in_question(
    case: WarningCase, now: WarningLevel, read: Mapping[UUID, bool]
) -> Iterator[Sentence]:
    """Tell what came later: signals that were corrected, and a milder level than the warning still has."""
    if corrected := sum(read.values()):
        zh = f"以下依据的 {len(read)} 条报送中，{corrected} 条后来已被更正"
        en = f"of the {len(read)} signals behind the following, {corrected} were corrected since"
        yield Sentence(source="later", text=zh, text_en=en)
    if now < case.level and case.state.is_open and not case.state.is_settled:
        zh, en = LEVELS[now]
        yield Sentence(
            source="later",
            text=f"按最新报送评估为“{zh}”，以下为发出预警时的依据，请到场核实",
            text_en=f"by the newest signals the level is {en}; the warning rests on what follows: please verify",
        )


def _evidence(assessment: StoredAssessment | None, read: Mapping[UUID, bool]) -> JsonObject:
    if assessment is None:
        return {}
    return {
        "assessment_id": str(assessment.id),
        "as_of": assessment.as_of.isoformat(),
        "rules": list(assessment.fired),
        "score": assessment.score,
        "rule_pack_version": assessment.pack_version,
        "registry_version": assessment.registry_version,
        "model_version": assessment.model_version,
        "score_band_id": assessment.band_id,
        "signal_ids": [str(one) for one in read],
        "corrected_signal_ids": [str(one) for one, corrected in read.items() if corrected],
    }


def _clock(running: RunningClock, now: datetime, policy: Policy) -> ClockOut:
    clock = running.clock
    return ClockOut(
        kind=clock.kind.value,
        standing=standing(clock, now, policy.at_risk_share).value,
        started_at=clock.started_at,
        due_at=clock.due_at,
        provisional=clock.provisional,
        article=clock.article,
        trace=clock.trace_zh,
        trace_en=clock.trace_en,
        met_at=clock.met_at,
        breached_at=clock.breached_at,
    )


def _entry(row: Row[Any]) -> HistoryEntry:
    return HistoryEntry(
        at=row.at,
        actor=row.actor,
        action=row.action,
        from_state=row.from_state,
        to_state=row.to_state,
        from_level=row.from_level,
        to_level=row.to_level,
        note=row.note,
    )


def _notice(row: Row[Any]) -> NoticeOut:
    return NoticeOut(
        at=row.at, role=row.role, division=row.division, account_id=row.account_id, cause=row.cause
    )


async def read_overview(tx: ReadTx, who: Principal) -> Overview:
    """Return the caller's part of the district at a glance; every town is listed, quiet ones too."""
    by_town = {row.town: row for row in await warning_views.counts_by_town(tx, who)}
    by_age = {row.age: row for row in await warning_views.counts_by_age(tx, who)}
    states = await warning_views.counts_by_state(tx, who)
    listed = [
        code for code in (*towns(), MINHANG) if code.startswith(who.division) or who.division.startswith(code)
    ]
    return Overview(
        as_of=tx.now,
        division=who.division,
        towns=[_town(code, by_town.get(code)) for code in listed if code != MINHANG or code in by_town],
        states=[StateCount(state=row.state, red=row.red, orange=row.orange) for row in states],
        ages=[_age(age, by_age.get(age)) for age in _AGES],
        assessed=await warning_views.assessed_levels(tx, who),
        indicators=_indicators(await warning_views.handling_figures(tx, who)),
    )


def _town(code: str, row: Row[Any] | None) -> TownCount:
    name = division_name(code)
    if row is None:
        return TownCount(division=code, name=name, red=0, orange=0, overdue=0, unowned=0)
    return TownCount(
        division=code, name=name, red=row.red, orange=row.orange, overdue=row.overdue, unowned=row.unowned
    )


def _age(age: Any, row: Row[Any] | None) -> AgeCount:
    return AgeCount(age=age, red=row.red if row else 0, orange=row.orange if row else 0)


def _indicators(figures: Row[Any]) -> JsonObject:
    """Return the indicators that the warning service can tell by itself; a rate without cases is None, never 0."""
    return {
        "warnings_raised_30d": figures.raised,
        "warnings_closed_30d": figures.closed,
        "accepted_in_time_rate_30d": _rate(figures.accepted_in_time, figures.accept_due),
        "visited_in_time_rate_30d": _rate(figures.visited_in_time, figures.visit_due),
    }


def _rate(part: int, whole: int) -> JsonObject:
    if not whole:
        return {
            "value": None,
            "reason": "期内无到期时限 / no clock fell due",
            "numerator": part,
            "denominator": 0,
        }
    value = (Decimal(part) / Decimal(whole)).quantize(_RATE_PLACES, ROUND_HALF_UP)
    return {"value": str(value), "numerator": part, "denominator": whole}
