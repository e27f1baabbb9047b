import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from shared.bus import consumer
from shared.bus.client import open_producer
from shared.bus.kafka import ConsumerDied, KafkaBus, KafkaSettings, ensure_topics
from shared.bus.port import Message, Subscription
from shared.events.topics import Topic
from shared.observability.metrics import BUS_CONSUMER_LAG
from tests.support.bus import Ear, a_message, numbered, running, subscription

pytestmark = pytest.mark.asyncio

KEYS = [f"key-{number}" for number in range(20)]


def a_bus(settings: KafkaSettings, *subscriptions: Subscription) -> KafkaBus:
    bus = KafkaBus(settings)
    for each in subscriptions:
        bus.subscribe(each)
    return bus


async def test_a_consumer_that_starts_again_hears_all_that_came_since_and_nothing_twice(
    settings: KafkaSettings, topic: str, group: str
) -> None:
    before, since = numbered(topic, KEYS, 300), numbered(topic, KEYS, 300)
    first, second = Ear(), Ear()

    bus = a_bus(settings, subscription(first, topic, consumer=group))
    async with running(bus):
        await bus.publish(before)
        await first.until_heard(before)
        await asyncio.sleep(0.3)
    other = KafkaBus(settings)
    await other.publish(since)
    await other.close()
    bus = a_bus(settings, subscription(second, topic, consumer=group))
    async with running(bus):
        await second.until_heard(since)

    assert set(second.heard) == set(since)


async def test_every_group_hears_every_message(settings: KafkaSettings, topic: str, group: str) -> None:
    mediation, inspection = Ear(), Ear()
    bus = a_bus(
        settings,
        subscription(mediation, topic, consumer=f"{group}-mediation"),
        subscription(inspection, topic, consumer=f"{group}-inspection"),
    )
    messages = numbered(topic, KEYS, 100)

    async with running(bus):
        await bus.publish(messages)
        await mediation.until_heard(messages)
        await inspection.until_heard(messages)


async def test_a_handler_that_failed_gets_the_same_batch_again(
    settings: KafkaSettings, make_topic: Callable[[int], str], group: str
) -> None:
    topic, ear = make_topic(1), Ear(failures=1)
    messages = numbered(topic, ["a", "b"], 50)
    bus = a_bus(settings, subscription(ear, topic, consumer=group))
    await bus.publish(messages)

    async with running(bus), asyncio.timeout(20):
        while len(ear.heard) < 2 * len(messages):  # noqa: ASYNC110 -- heard twice has no event
            await asyncio.sleep(0.02)

    assert ear.batches == [messages, messages]


async def test_what_was_not_handled_when_the_consumer_stopped_is_delivered_to_the_next(
    settings: KafkaSettings, topic: str, group: str
) -> None:
    begun = asyncio.Event()

    async def hang(_messages: Sequence[Message]) -> None:
        begun.set()
        await asyncio.sleep(3_600)

    messages, ear = numbered(topic, KEYS, 20), Ear()
    bus = a_bus(settings, Subscription(group, frozenset({topic}), hang))
    await bus.publish(messages)
    async with running(bus):
        await begun.wait()
        stopped_at = time.monotonic()
    assert time.monotonic() - stopped_at < 5

    bus = a_bus(settings, subscription(ear, topic, consumer=group))
    async with running(bus):
        await ear.until_heard(messages)


async def test_a_handler_may_take_longer_than_the_poll_interval(
    settings: KafkaSettings, make_topic: Callable[[int], str], group: str
) -> None:
    topic, ear = make_topic(1), Ear()
    slow, later = a_message(topic), a_message(topic)

    async def take_long(messages: Sequence[Message]) -> None:
        if slow in messages:
            await asyncio.sleep(3)
        await ear.hear(messages)

    impatient = replace(settings, max_poll_interval_seconds=1.5)
    bus = a_bus(impatient, Subscription(group, frozenset({topic}), take_long))
    await bus.publish([slow])
    async with running(bus):
        await ear.until_heard([slow])
        assert bus.healthy()
        await bus.publish([later])
        await ear.until_heard([later])

    assert ear.heard == [slow, later]


async def test_a_record_that_is_no_event_of_ours_is_passed_through(
    settings: KafkaSettings, topic: str, group: str
) -> None:
    ear = Ear()
    producer = open_producer(settings)
    producer.send(topic, value=b'{"indicator":"wage_arrears"}', key=b"91310112MA1GBNT55X", headers=[])
    await asyncio.to_thread(producer.close, 2.0)

    async with running(a_bus(settings, subscription(ear, topic, consumer=group))), asyncio.timeout(10):
        while not ear.heard:  # noqa: ASYNC110 -- its id is not known beforehand
            await asyncio.sleep(0.02)

    assert [(message.key, message.type) for message in ear.heard] == [("91310112MA1GBNT55X", "")]


async def test_a_consumer_that_cannot_go_on_ends_the_run(settings: KafkaSettings, group: str) -> None:
    bus = a_bus(settings, subscription(Ear(), "no topic has such a name", consumer=group))

    with pytest.raises(ConsumerDied):
        await asyncio.wait_for(bus.run(), 10)

    assert not bus.healthy()
    await bus.close()


async def test_a_consumer_joins_though_every_single_poll_is_too_short_for_it(
    settings: KafkaSettings, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "_POLL_MS", 1)
    topic = f"test.{group}"
    ear = Ear()
    bus = a_bus(settings, subscription(ear, topic, consumer=group))
    messages = numbered(topic, KEYS, 100)

    async with running(bus):
        # It joins before there is a topic, so that it is the topic's appearance that makes it join again.
        await asyncio.sleep(1)
        await asyncio.to_thread(ensure_topics, settings, [Topic(topic, 4)], 1)
        await bus.publish(messages)
        await ear.until_heard(messages)


async def test_what_waits_behind_a_batch_that_takes_long_is_told(
    settings: KafkaSettings, topic: str, group: str
) -> None:
    begun, over = asyncio.Event(), asyncio.Event()

    async def take_long(_messages: Sequence[Message]) -> None:
        begun.set()
        await over.wait()

    def lag() -> float:
        (metric,) = BUS_CONSUMER_LAG.collect()
        return sum(one.value for one in metric.samples if one.labels["group"] == group)

    patient = replace(settings, max_poll_interval_seconds=3.0)
    bus = a_bus(patient, Subscription(group, frozenset({topic}), take_long))
    async with running(bus):
        await bus.publish([a_message(topic)])
        await begun.wait()
        await bus.publish(numbered(topic, ["91310112MA1GBNT55X"], 6))
        async with asyncio.timeout(30):
            while lag() < 7:  # noqa: ASYNC110 -- nobody tells of a metric
                await asyncio.sleep(0.1)
        over.set()
