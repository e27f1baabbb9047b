"""The indicator registry as this process holds it: what holds today, and what held when an assessment was made."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date

from services.warning.domain.indicators import (
    Indicator,
    RegisteredIndicator,
    load_indicators,
    registry_on,
)
from services.warning.repository import indicators
from shared.db.tx import ReadTx
from shared.kernel.clock import shanghai_day

FRESH_SECONDS = 5.0


class IndicatorRegistry:
    """Keeps all parsed versions and looks every few seconds whether there is a new one."""

    def __init__(self) -> None:
        """Start empty; the first use reads."""
        self._looked_at: float | None = None
        self._version = 0
        self._registered: Sequence[RegisteredIndicator] = ()
        self._stand: tuple[int, date] | None = None
        self._known: Mapping[str, Indicator] = {}

    @property
    def version(self) -> int:
        """Return the version that `current` told last: with the day, it says exactly what held."""
        return self._version

    async def current(self, tx: ReadTx) -> Mapping[str, Indicator]:
        """Return the registered indicators by id as they hold today; the same object while nothing changes."""
        now = asyncio.get_running_loop().time()
        if self._looked_at is None or now - self._looked_at >= FRESH_SECONDS:
            await self._look(tx)
            self._looked_at = now
        stand = self._version, shanghai_day(tx.now)
        if stand != self._stand:
            known = registry_on(self._registered, stand[1], self._version)
            self._stand, self._known = stand, self._known if known == self._known else known
        return self._known

    async def as_it_was(self, tx: ReadTx, on: date, version: int) -> Mapping[str, Indicator]:
        """Return the indicators as they held on a day for who knew the registry up to a version."""
        if self._version < version:
            await self._look(tx)
        return registry_on(self._registered, on, version)

    async def _look(self, tx: ReadTx) -> None:
        version = await indicators.version(tx)
        if version != self._version:
            self._registered = await read_registered(tx)
            self._version = version


async def read_registered(tx: ReadTx) -> Sequence[RegisteredIndicator]:
    """Return all versions of all indicators, in the order of the registry."""
    return [
        RegisteredIndicator(row.version, row.position, indicator)
        for row in await indicators.all_versions(tx)
        for indicator in load_indicators(
            {"effective_from": row.effective_from.isoformat(), "indicators": [row.document]}
        ).values()
    ]
