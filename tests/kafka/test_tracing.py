"""The trace of a hand-over crosses a real broker: in the record's header, and on from there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from shared.bus.kafka import KafkaBus, KafkaSettings, ensure_topics
from shared.events.topics import TOPICS
from shared.kernel.clock import FixedClock
from tests.flows.circle import TOWNS, people_of
from tests.support.enterprises import a_uscc
from tests.support.spans import kept_spans, trace_of
from tests.support.system import System

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def consuming(bus: KafkaBus) -> AsyncIterator[None]:
    """Let the bus deliver; whoever built a system on it closes it."""
    task = asyncio.create_task(bus.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_hand_over_is_one_trace_across_the_broker(
    settings: KafkaSettings, database_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    # An epoch of its own: neither its events nor its places in them are another test's.
    own = replace(settings, epoch=uuid4().int % 1_000_000 + 2)
    ensure_topics(own, TOPICS.values(), 1)
    uscc, town, bus = a_uscc(700), TOWNS[0], KafkaBus(own)
    with kept_spans() as kept:
        async with System.started(database_url, clock, tmp_path, bus) as system, consuming(bus):
            circle = await people_of(system)
            await circle.open_offices()
            await circle.register(uscc, town)
            warning_id = await circle.on_site(uscc, town)
            path = f"/api/mobile/v1/warnings/{warning_id}/hand-over"
            await circle.act(f"grid-{town}", path, note="双方愿意调解", workers=24)
            await circle.case_of(f"mediator-{town}", "mediation", warning_id)

    opened = kept.one("mediation process warning.warning.handed_over.v1")
    assert kept.ancestry(opened) == [
        "POST /api/mobile/v1/warnings/{warning_id}/hand-over",
        "POST warning",
        "POST /warnings/{warning_id}/hand-over",
        "warning publish warning.warning.handed_over.v1",
        "mediation process warning.warning.handed_over.v1",
    ]
    told = kept.named("mediation publish mediation.case.opened.v1")
    assert trace_of(opened) in {trace_of(one) for one in told}
