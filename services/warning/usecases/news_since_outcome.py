"""What of the judgements is news: what came in after the outcome that somebody recorded."""

from collections.abc import Mapping
from datetime import datetime

from services.warning.domain import course
from services.warning.domain.course import News
from services.warning.domain.warning_case import WarningCase
from services.warning.repository import assessments
from services.warning.usecases.judge_enterprises import Judgement
from services.warning.usecases.reference_data import Reference
from shared.db.tx import ReadTx


async def news_since_outcome(
    tx: ReadTx,
    concerned: Mapping[int, Judgement],
    opened: Mapping[int, WarningCase],
    closed: Mapping[int, WarningCase],
    reference: Reference,
) -> Mapping[int, News]:
    """Return what is new since the last outcome, for enterprises that have one."""
    since: dict[int, datetime] = {}
    for i in concerned:
        case = opened.get(i) or closed.get(i)
        judged_at = (case.outcome_at or case.closed_at) if case is not None else None
        if judged_at is not None and (i not in opened or opened[i].state.is_settled):
            since[i] = judged_at
    if not since:
        return {}
    telling = [one for one in reference.indicators.values() if not one.protective]
    fresh = await assessments.graver_series_since(
        tx,
        since,
        states=[name for one in telling if not one.tells_of_events for name in one.series],
        events=[name for one in telling if one.tells_of_events for name in one.series],
        decisive=[
            f"{series}.{field.name}"
            for one in telling
            for series in one.series
            for field in one.detail
            if field.decisive
        ],
    )
    return {
        i: course.news_since(
            reference.pack, concerned[i].verdict, concerned[i].level, fresh.get(i, frozenset())
        )
        for i in since
    }
