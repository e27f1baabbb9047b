"""All the way round in one process: once as it comes, and once with every event twice and in another order."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typing_extensions import override

from shared.bus.local import LocalBus
from shared.bus.port import Message
from shared.kernel.clock import FixedClock
from tests.flows import aftermath
from tests.flows.circle import end_state, expected_history, people_of, some_enterprises
from tests.support.system import System

pytestmark = pytest.mark.asyncio

ENTERPRISES = some_enterprises(6)


class TroublesomeBus(LocalBus):
    """Delivers every message twice, the second time after others, and mixes the keys; a key's order holds."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._rng = random.Random(seed)  # noqa: S311  a seed, not a secret

    @override
    async def publish(self, messages: Sequence[Message]) -> None:
        await super().publish(self._mixed(messages))
        await super().publish(self._mixed(messages))

    def _mixed(self, messages: Sequence[Message]) -> list[Message]:
        by_key: dict[str, list[Message]] = {}
        for message in messages:
            by_key.setdefault(message.key, []).append(message)
        mixed = []
        while by_key:
            key = self._rng.choice(sorted(by_key))
            message = by_key[key].pop(0)
            mixed += [message] * self._rng.randint(1, 2)
            if not by_key[key]:
                del by_key[key]
        return mixed


async def go_round(system: System) -> dict[str, Any]:
    """Take some enterprises all the way round, and return how everything stands then."""
    circle = await people_of(system)
    warnings = await circle.all_round(ENTERPRISES)
    await system.settle()
    return await end_state(circle, warnings)


async def labels(system: System) -> list[tuple[str, bool]]:
    async with system.db("warning").read() as tx:
        rows = await tx.rows(text("SELECT reason_code, risk_was_real FROM warning.labels"))
    return [tuple(row) for row in rows]


async def dead_letters(system: System) -> int:
    async with system.db("warning").read() as tx:
        return len(await tx.rows(text(aftermath.dead_letters())))


async def test_a_signal_goes_all_the_way_round(system: System) -> None:
    found = await go_round(system)
    for number, uscc in enumerate(ENTERPRISES):
        seen = found[uscc]
        assert (seen["state"], seen["level"], seen["signals"]) == ("closed", "orange", 1)
        way = ["hand_over"] if number % 2 == 0 else ["refer"]
        assert [step[0] for step in seen["history"]] == expected_history(way)
    assert await labels(system) == [("true_resolved", True)] * len(ENTERPRISES)
    assert sum(town["closed"] for town in found["funnel"].values()) == len(ENTERPRISES)
    assert await dead_letters(system) == 0


async def test_events_that_come_twice_and_mixed_lead_to_the_same_end(
    system: System, another_database_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    expected = await go_round(system)
    (tmp_path / "other").mkdir()
    async with System.started(another_database_url, clock, tmp_path / "other", TroublesomeBus(7)) as troubled:
        assert await go_round(troubled) == expected
        assert await labels(troubled) == [("true_resolved", True)] * len(ENTERPRISES)
        assert await dead_letters(troubled) == 0
