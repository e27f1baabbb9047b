"""What decisions rest on beside the facts: rule pack, model, bands, policy, calendar, indicators.

Held in memory and read again when the database says that something changed, so that a published pack or a new
model takes effect on the next batch in every process.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog
from prometheus_client import Gauge
from sqlalchemy import Row

from services.warning.domain.indicators import Indicator, series_names
from services.warning.domain.levels import NEVER, ScoreBands
from services.warning.domain.policy import Policy, policy_on
from services.warning.domain.ports import RiskModel, RiskModelFactory
from services.warning.domain.rule_pack import RulePack, parse_rule_pack
from services.warning.repository import rule_packs
from services.warning.repository.tables import CALENDAR
from services.warning.usecases.indicator_registry import IndicatorRegistry
from shared.db.calendar_days import KnownCalendar
from shared.db.tx import ReadTx
from shared.kernel.calendar import WorkingCalendar
from shared.kernel.clock import shanghai_day
from shared.kernel.errors import DomainError, Kind

NO_BANDS = ScoreBands(NEVER, NEVER, NEVER)

MODEL_INFO = Gauge("warning_model_info", "1 for the risk model in use", ["version"])
FALLBACK = Gauge(
    "warning_model_fallback_active",
    "1 where the model in force was refused and the rules stand alone, else 0",
)

log = structlog.get_logger(__name__)


class NoRulePack(DomainError):
    """No rule pack is in force."""

    kind = Kind.UNAVAILABLE
    code = "warning.no_rule_pack"
    message_zh = "当前没有生效的规则包：请先运行 labour-warning migrate，或发布一个规则包。"
    message_en = "No rule pack is in force: run labour-warning migrate, or publish one."


@dataclass(frozen=True, slots=True)
class Reference:
    """One consistent set of what decisions rest on."""

    today: date
    pack: RulePack
    model: RiskModel
    bands: ScoreBands
    band_id: int | None
    policy: Policy
    calendar: WorkingCalendar
    indicators: Mapping[str, Indicator]
    series: tuple[str, ...]


class ReferenceData:
    """Keeps the parsed parts; `current` gives the set that is in force now."""

    def __init__(self, policies: Sequence[Policy], factory: RiskModelFactory) -> None:
        """Keep the policies of this release and how models are made from artifacts."""
        self._policies = policies
        self._factory = factory
        self.registry = IndicatorRegistry()
        self._indicators: Mapping[str, Indicator] = {}
        self._calendar = KnownCalendar(CALENDAR)
        self._pack: RulePack | None = None
        self._model: RiskModel | None = None
        self._model_mark: object = None

    async def current(self, tx: ReadTx) -> Reference:
        """Return what is in force at `tx.now`. Raises NoRulePack."""
        today = shanghai_day(tx.now)
        await self._read_indicators(tx)
        now = await rule_packs.in_force(tx, today)
        pack = await self._read_pack(tx, now.pack_version)
        model = await self._read_model(tx, now.model_version)
        # Bands are set for one model: they say nothing of the rules that stand in for it when it cannot be trusted.
        bands = now.bands if model.version == now.model_version else None
        return Reference(
            today=today,
            pack=pack,
            model=model,
            bands=bands or NO_BANDS,
            band_id=now.band_id if bands else None,
            policy=policy_on(self._policies, today),
            calendar=await self._calendar.current(tx),
            indicators=self._indicators,
            series=series_names(self._indicators),
        )

    async def timing(self, tx: ReadTx) -> tuple[Policy, WorkingCalendar]:
        """Return only what clocks need."""
        return policy_on(self._policies, shanghai_day(tx.now)), await self._calendar.current(tx)

    async def _read_indicators(self, tx: ReadTx) -> None:
        known = await self.registry.current(tx)
        if known is not self._indicators:
            # A model is compiled for the registry's series.
            self._indicators, self._model = known, None

    async def _read_pack(self, tx: ReadTx, version: int | None) -> RulePack:
        if self._pack is None or self._pack.version != version:
            row = None if version is None else await rule_packs.find_pack(tx, version)
            if row is None:
                raise NoRulePack
            self._pack = parse_rule_pack(row.document)
        return self._pack

    async def _read_model(self, tx: ReadTx, version: str | None) -> RiskModel:
        if self._model is None or version != self._model_mark:
            self._model = self._make_model(await rule_packs.live_model(tx) if version else None)
            self._model_mark = version
            MODEL_INFO.clear()
            MODEL_INFO.labels(self._model.version).set(1)
            FALLBACK.set(version is not None and self._model.version != version)
            log.info("risk model in use", version=self._model.version)
        return self._model

    def _make_model(self, row: Row[Any] | None) -> RiskModel:
        if row is None:
            return self._factory.rules_only(self._indicators)
        return self._factory.load(row.artifact, row.sha256, self._indicators)
