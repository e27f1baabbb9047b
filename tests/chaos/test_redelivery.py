"""Events that come twice, late and in another order than they were told: what follows from them happens once.

SEED repeats a run.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shared.bus.embedded import Broker
from shared.bus.kafka import KafkaBus
from shared.bus.port import Bus, Message
from shared.kernel.clock import FixedClock
from shared.observability.metrics import BUS_RECORDS
from tests.chaos.load import SEED, tell
from tests.chaos.system_on_kafka import living, topics_of
from tests.chaos.unruly import UnrulyBus, shuffled
from tests.flows import aftermath
from tests.flows.circle import end_state, people_of, some_enterprises
from tests.support.system import System

pytestmark = pytest.mark.asyncio

ENTERPRISES = 4
_TABLES = """SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema = ANY($1) ORDER BY 1"""
_PATIENCE_SECONDS = 60.0


async def gone_round(system: System) -> dict[str, Any]:
    """Take some enterprises all the way round; return how everything stands, in words that tell no run from another."""
    circle = await people_of(system)
    return await end_state(circle, await circle.all_round(some_enterprises(ENTERPRISES)))


async def recorded(url: str) -> list[Message]:
    """Return all that was ever told, in the order of its telling."""
    found: list[Message] = []
    for service in aftermath.SERVICES:
        rows = await aftermath.rows(url, f"SELECT * FROM {service}.outbox ORDER BY seq")  # noqa: S608  words of ours
        found += [Message(r["topic"], r["key"], r["event_id"], r["type"], r["body"].encode()) for r in rows]
    return found


async def everything(url: str) -> Mapping[str, Sequence[str]]:
    """Return every row of every table."""
    connection = await asyncpg.connect(url)
    try:
        tables = [row["name"] for row in await connection.fetch(_TABLES, list(aftermath.SERVICES))]
        found = {}
        for name in tables:
            rows = await connection.fetch(f"SELECT t::text AS row FROM {name} t ORDER BY 1")  # noqa: S608  a table's name
            found[name] = [row["row"] for row in rows]
        return found
    finally:
        await connection.close()


def taken() -> float:
    """Return how many records all services have taken from the broker."""
    samples = [sample for metric in BUS_RECORDS.collect() for sample in metric.samples]
    return sum(sample.value for sample in samples if sample.name.endswith("_total"))


async def _at_rest() -> None:
    """Wait until nobody takes anything any more."""
    before = -1.0
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while (now := taken()) != before:
            before = now
            await asyncio.sleep(2)


def deliveries(system: System, messages: Sequence[Message]) -> int:
    """Return how often the services together will take these messages."""
    listeners = [hosted.inbox.topics for hosted in system.host.hosted.values() if hosted.service.handlers]
    return sum(message.topic in topics for message in messages for topics in listeners)


async def test_a_bus_that_repeats_and_shuffles_leads_to_the_same_end(
    broker: Broker,
    database_url: str,
    another_database_url: str,
    clock: FixedClock,
    tmp_path: Path,
) -> None:
    tell(f"SEED={SEED}")
    rng = random.Random(SEED)  # noqa: S311  a seed, not a secret
    first, second = [await topics_of(broker.bootstrap_servers, epoch) for epoch in (1, 2)]
    orderly = KafkaBus(first)
    async with living(database_url, clock, tmp_path, orderly) as system:
        expected = await gone_round(system)

    unruly = UnrulyBus(second, rng)
    async with living(another_database_url, clock, tmp_path, unruly) as system:
        assert await gone_round(system) == expected
        assert await aftermath.rows(another_database_url, aftermath.dead_letters()) == []
        told, orderly_again = await recorded(another_database_url), KafkaBus(second)
        await _at_rest()
        try:
            await _again_from_the_beginning(system, another_database_url, orderly_again, told, rng)
        finally:
            await orderly_again.close()
    tell(
        f"{len(told)} events in another order, {unruly.repeats} repeats among them, then all of them twice more"
    )


async def _again_from_the_beginning(
    system: System, url: str, bus: Bus, told: Sequence[Message], rng: random.Random
) -> None:
    """Let all events come twice more, shuffled; nothing in any table changes."""
    before, taken_before = await everything(url), taken()
    again = shuffled(told, rng) + shuffled(told, rng)
    await bus.publish(again)
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while taken() - taken_before < deliveries(system, again):  # noqa: ASYNC110  a counter has no event
            await asyncio.sleep(0.1)
    assert await everything(url) == before
