"""The funnel: from signals to warnings, visits, hand-overs, agreements and closures, by town."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row

from services.warning.repository import funnel_views
from shared.auth.principal import Principal
from shared.contracts.warning import Funnel, FunnelStages, TownFunnel
from shared.db.tx import ReadTx
from shared.kernel.clock import midnight, shanghai_day
from shared.kernel.divisions import MINHANG, division_name, towns
from shared.kernel.errors import DomainError, FieldProblem, NotFound

DEFAULT_DAYS = 30
_MOST_DAYS = 366
_STAGES = tuple(name for name in FunnelStages.model_fields if name != "signals")


class PeriodInvalid(DomainError):
    """The period is empty or too long."""

    code = "warning.period_invalid"

    def __init__(self) -> None:
        """Name the field and what to do."""
        zh = f"起始日不得晚于截止日，且期间不超过{_MOST_DAYS}天。"
        en = f"The period must not end before it begins, and may have at most {_MOST_DAYS} days."
        super().__init__(fields=[FieldProblem("since", self.code, zh, en)])


@dataclass(frozen=True, slots=True)
class Period:
    """Days in Shanghai, both included; None: the last thirty."""

    since: date | None
    until: date | None


async def read_funnel(tx: ReadTx, who: Principal, period: Period, division: str | None) -> Funnel:
    """Return the stages of the caller's part of the district. Raises PeriodInvalid, NotFound."""
    until = period.until or shanghai_day(tx.now)
    since = period.since or until - timedelta(days=DEFAULT_DAYS - 1)
    if not 0 <= (until - since).days < _MOST_DAYS:
        raise PeriodInvalid
    within = division or who.division
    if not within.startswith(who.division):
        raise NotFound
    begins, ends = midnight(since), midnight(until + timedelta(days=1))
    warnings = {row.town: row for row in await funnel_views.warnings_by_town(tx, within, begins, ends)}
    signals = {row.town: row.signals for row in await funnel_views.signals_by_town(tx, within, begins, ends)}
    listed = [code for code in towns() if code.startswith(within) or within.startswith(code)]
    # Warnings of enterprises whose town nobody knows lie with the district.
    listed += [MINHANG] if MINHANG in warnings.keys() | signals.keys() else []
    shown = [_town(code, signals.get(code, 0), warnings.get(code)) for code in listed]
    return Funnel(since=since, until=until, division=within, total=_total(shown), towns=shown)


def _town(code: str, signals: int, row: Row[Any] | None) -> TownFunnel:
    stages = {name: getattr(row, name) if row is not None else 0 for name in _STAGES}
    return TownFunnel(division=code, name=division_name(code), signals=signals, **stages)


def _total(shown: Sequence[FunnelStages]) -> FunnelStages:
    return FunnelStages(**{name: sum(getattr(one, name) for one in shown) for name in ("signals", *_STAGES)})
