"""The indicator registry as this process holds it."""

import asyncio
from collections.abc import Mapping

from services.warning.domain.indicators import Indicator, load_indicators
from services.warning.repository import indicators
from shared.db.tx import ReadTx

FRESH_SECONDS = 5.0


class IndicatorRegistry:
    """Keeps the parsed registry and looks every few seconds whether it has changed."""

    def __init__(self) -> None:
        """Start empty; the first use reads."""
        self._looked_at: float | None = None
        self._mark: str | None = None
        self._known: Mapping[str, Indicator] = {}

    async def current(self, tx: ReadTx) -> Mapping[str, Indicator]:
        """Return the registered indicators by id."""
        now = asyncio.get_running_loop().time()
        if self._looked_at is None or now - self._looked_at >= FRESH_SECONDS:
            await self._look(tx)
            self._looked_at = now
        return self._known

    async def _look(self, tx: ReadTx) -> None:
        mark = await indicators.version_mark(tx)
        if mark != self._mark:
            self._known = load_indicators({"indicators": await indicators.documents(tx)})
            self._mark = mark
