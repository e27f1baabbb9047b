"""Brokers that die, stop and freeze: what was published is heard once it can be, in order, and nobody hangs."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared.bus.embedded import JARS, Broker, a_cluster
from shared.bus.kafka import KafkaBus, KafkaSettings, ensure_topics
from shared.bus.port import BusUnavailable, Message
from shared.events.topics import Topic
from tests.support.bus import Ear, numbered, numbers_by_key, running, subscription

pytestmark = pytest.mark.asyncio

ROOT = Path(__file__).parents[2]
KEYS = [f"key-{number}" for number in range(40)]
_PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Broker]]:
    """Give three brokers that hold copies of each other's messages."""
    brokers = a_cluster(tmp_path_factory.mktemp("three"), 3, ROOT / JARS)
    if not brokers:
        pytest.skip("Apache Kafka cannot run here: Java or Maven is missing")
    for broker in brokers:
        broker.start(wait=False)
    for broker in brokers:
        broker.wait_until_ready()
    yield brokers
    for broker in brokers:
        broker.kill()


async def published(bus: KafkaBus, messages: list[Message]) -> None:
    """Publish as the relay does: the same ones again until the bus has them."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            try:
                await bus.publish(messages)
            except BusUnavailable:
                await asyncio.sleep(0.2)
            else:
                return


@pytest.mark.parametrize("number", [0, 1, 2])
async def test_one_of_three_brokers_may_die_at_any_time(three: list[Broker], number: int) -> None:
    settings = KafkaSettings(
        three[0].bootstrap_servers,
        connect_timeout_seconds=5,
        publish_timeout_seconds=8,
        session_timeout_seconds=6,
    )
    topic = Topic(f"test.{uuid4().hex[:12]}", 4)
    await asyncio.to_thread(ensure_topics, settings, [topic], 3)
    ear, bus = Ear(), KafkaBus(settings)
    bus.subscribe(subscription(ear, topic.name, consumer=f"group-{uuid4().hex[:8]}"))
    batches = [numbered(topic.name, KEYS, 400) for _ in range(6)]

    async with running(bus):
        for place, batch in enumerate(batches):
            if place == 2:
                three[number].kill()
            await published(bus, batch)
        await ear.until_heard([one for batch in batches for one in batch], seconds=_PATIENCE_SECONDS)

    for batch in batches:
        wanted = set(batch)
        assert numbers_by_key([one for one in ear.heard if one in wanted]) == numbers_by_key(batch)
    await asyncio.to_thread(three[number].start)


async def test_a_broker_that_freezes_holds_nobody_up_for_good(three: list[Broker]) -> None:
    settings = KafkaSettings(three[0].bootstrap_servers, connect_timeout_seconds=5, publish_timeout_seconds=8)
    topic = Topic(f"test.{uuid4().hex[:12]}", 4)
    await asyncio.to_thread(ensure_topics, settings, [topic], 3)
    bus, messages = KafkaBus(settings), numbered(topic.name, KEYS, 200)
    await bus.publish(messages)

    three[1].freeze()
    try:
        # The controllers notice, and another broker leads its partitions.
        await published(bus, messages)
    finally:
        three[1].thaw()
    await bus.close()
