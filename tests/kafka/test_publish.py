import asyncio
import time
from dataclasses import replace

import pytest

from shared.bus.embedded import Broker
from shared.bus.free_ports import free_port
from shared.bus.kafka import KafkaBus, KafkaSettings, ensure_topics
from shared.bus.port import BusUnavailable, MessageRefused
from shared.events.topics import Topic
from tests.support.bus import Ear, a_message, numbered, numbers_by_key, running, subscription

pytestmark = pytest.mark.asyncio

KEYS = [f"key-{number}" for number in range(20)]


@pytest.fixture
def nobody(settings: KafkaSettings) -> KafkaSettings:
    """Give settings that lead to a port where nobody listens."""
    return replace(settings, bootstrap_servers=f"127.0.0.1:{free_port()}", connect_timeout_seconds=1.0)


async def test_the_messages_of_a_key_arrive_in_the_order_in_which_they_were_published(
    settings: KafkaSettings, topic: str, group: str
) -> None:
    bus, ear = KafkaBus(settings), Ear()
    bus.subscribe(subscription(ear, topic, consumer=group))
    messages = numbered(topic, KEYS, 5_000)

    async with running(bus):
        for start in range(0, len(messages), 500):
            await bus.publish(messages[start : start + 500])
        await ear.until_heard(messages)

    assert numbers_by_key(ear.heard) == numbers_by_key(messages)
    assert max(len(batch) for batch in ear.batches) <= 1_000


async def test_publishing_nothing_needs_no_broker(nobody: KafkaSettings) -> None:
    bus = KafkaBus(nobody)
    await bus.publish([])
    await bus.close()


async def test_publish_says_in_time_that_no_broker_answers(nobody: KafkaSettings) -> None:
    bus = KafkaBus(nobody)
    started = time.monotonic()

    with pytest.raises(BusUnavailable):
        await bus.publish([a_message("warning.signal")])

    assert time.monotonic() - started < nobody.publish_timeout_seconds + 1
    assert not bus.healthy()
    await bus.close()


async def test_publish_says_in_time_that_the_broker_hangs_and_works_once_it_goes_on(
    settings: KafkaSettings, topic: str, broker: Broker
) -> None:
    bus = KafkaBus(replace(settings, publish_timeout_seconds=2.0))
    await bus.publish([a_message(topic)])
    broker.freeze()
    started = time.monotonic()
    try:
        with pytest.raises(BusUnavailable):
            await bus.publish([a_message(topic)])
        took = time.monotonic() - started
    finally:
        broker.thaw()

    assert took < 3
    assert not bus.healthy()
    await until_published(bus, topic)
    assert bus.healthy()
    await bus.close()


async def until_published(bus: KafkaBus, topic: str) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                await bus.publish([a_message(topic)])
            except BusUnavailable:
                continue
            return


async def test_a_message_that_no_broker_takes_is_named_and_the_next_goes_through(
    settings: KafkaSettings, topic: str
) -> None:
    bus = KafkaBus(settings)
    monster = replace(a_message(topic), body=b"x" * 2_000_000)

    with pytest.raises(MessageRefused) as refused:
        await bus.publish([a_message(topic), monster])
    await bus.publish([a_message(topic)])

    assert refused.value.event_id == monster.event_id
    await bus.close()


async def test_publishing_does_not_hold_up_the_event_loop(nobody: KafkaSettings) -> None:
    bus, ticks = KafkaBus(nobody), 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    with pytest.raises(BusUnavailable):
        await bus.publish([a_message("warning.signal")])
    ticking.cancel()

    assert ticks > 20
    await bus.close()


async def test_topics_are_made_once_and_then_left_as_they_are(
    settings: KafkaSettings, topic: str, group: str
) -> None:
    await asyncio.to_thread(ensure_topics, settings, [Topic(topic, 8), Topic(f"{topic}.other", 1)], 1)
    bus, ear = KafkaBus(settings), Ear()
    bus.subscribe(subscription(ear, topic, f"{topic}.other", consumer=group))
    messages = [*numbered(topic, KEYS, 100), a_message(f"{topic}.other")]

    async with running(bus):
        await bus.publish(messages)
        await ear.until_heard(messages)


async def test_processes_that_start_together_make_the_topics_together(
    settings: KafkaSettings, topic: str
) -> None:
    wanted = [Topic(f"{topic}.{number}", 2) for number in range(8)]
    async with asyncio.TaskGroup() as group:
        for _ in range(6):
            group.create_task(asyncio.to_thread(ensure_topics, settings, wanted, 1))


async def test_a_topic_that_the_broker_refuses_is_named(broker: Broker, settings: KafkaSettings) -> None:
    if not broker.keeps_messages:
        pytest.skip(f"{broker.name} takes any name")
    with pytest.raises(BusUnavailable, match=r"no/topic"):
        await asyncio.to_thread(ensure_topics, settings, [Topic("no/topic", 1)], 1)


async def test_making_topics_says_that_no_broker_answers(nobody: KafkaSettings) -> None:
    with pytest.raises(BusUnavailable):
        await asyncio.to_thread(ensure_topics, nobody, [Topic("warning.signal", 1)], 1)
