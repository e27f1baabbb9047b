"""What of the judgements is news: what came in after the outcome that somebody recorded."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from services.warning.domain import course
from services.warning.domain.course import Found, News
from services.warning.domain.indicators import Combine, Indicator, adding_measures
from services.warning.domain.levels import WarningLevel
from services.warning.domain.rule_pack import Verdict
from services.warning.domain.warning_case import WarningCase
from services.warning.repository import facts
from services.warning.repository.judged_signals import SignalsSince, signals_since
from services.warning.usecases.judge_enterprises import Judgement, judge
from services.warning.usecases.reference_data import Reference
from shared.db.tx import ReadTx
from shared.kernel.clock import shanghai_day

_NOTHING = Found({}, Verdict(WarningLevel.NONE, ()), WarningLevel.NONE)


def judged_until(cases: Mapping[int, WarningCase], asked: Mapping[int, datetime]) -> Mapping[int, datetime]:
    """Return up to when what came in was judged by the last outcome, for enterprises that have one.

    asked: since when each waited for an assessment. Whoever recorded an outcome meanwhile had not been shown what came
    in from then on.
    """
    judged = {i: at for i, case in cases.items() if (at := case.last_judged_at) is not None}
    return {i: min(at, asked[i] - datetime.resolution) for i, at in judged.items()}


async def news_since_outcome(
    tx: ReadTx,
    concerned: Mapping[int, Judgement],
    since: Mapping[int, datetime],
    reference: Reference,
) -> Mapping[int, News]:
    """Return what is new since the last outcome, for enterprises that have one."""
    if not since:
        return {}
    told = await _told_since(tx, since, reference.indicators)
    alone = await _found(tx, {i: one.alone for i, one in told.items()}, concerned, reference)
    judged = await _as_judged(tx, since, told, concerned, reference)
    adding = adding_measures(reference.indicators)
    news = dict.fromkeys(since, News(WarningLevel.NONE, frozenset()))
    for i in told:
        now = concerned[i]
        everything = Found(now.score.measures, now.verdict, now.level)
        was, fresh = judged.get(i, _NOTHING), alone.get(i, _NOTHING)
        news[i] = course.news_since(reference.pack, everything, was, fresh, adding)
    return news


async def _told_since(
    tx: ReadTx, since: Mapping[int, datetime], indicators: Mapping[str, Indicator]
) -> Mapping[int, SignalsSince]:
    telling = [one for one in indicators.values() if not one.protective]
    states = [one for one in telling if not one.tells_of_events]
    latest = [one for one in states if one.combine is Combine.LATEST]
    return await signals_since(
        tx, since, telling=_series(telling), states=_series(states), latest=_series(latest)
    )


def _series(indicators: Iterable[Indicator]) -> list[str]:
    return [name for one in indicators for name in one.series]


async def _as_judged(
    tx: ReadTx,
    since: Mapping[int, datetime],
    told: Mapping[int, SignalsSince],
    concerned: Mapping[int, Judgement],
    reference: Reference,
) -> Mapping[int, Found]:
    """On the day of each outcome, because by today some of what was judged no longer counts."""
    by_day: dict[date, dict[int, SignalsSince]] = {}
    for i, one in told.items():
        by_day.setdefault(shanghai_day(since[i]), {})[i] = one
    found: dict[int, Found] = {}
    for day, chunk in by_day.items():
        seqs = {i: one.judged for i, one in chunk.items()}
        found |= await _found(tx, seqs, concerned, replace(reference, today=day))
    return found


async def _found(
    tx: ReadTx,
    seqs: Mapping[int, Iterable[int]],
    concerned: Mapping[int, Judgement],
    reference: Reference,
) -> Mapping[int, Found]:
    """Return what these signals say by themselves, of the enterprises that have any.

    The score of an enterprise of which nothing bad is told speaks of what it is, and not of the signals.
    """
    told = {i: chosen for i in seqs if (chosen := list(seqs[i]))}
    if not told:
        return {}
    chosen = [seq for those in told.values() for seq in those]
    chunk = await facts.read_signals(tx, list(told), chosen, reference.series)
    standings = {i: concerned[i].standing for i in told}
    return {
        one.standing.enterprise_id: Found(
            one.score.measures, one.verdict, one.level if one.score.corroborated else one.verdict.level
        )
        for one in await asyncio.to_thread(judge, chunk, standings, reference)
    }
