import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from shared.bus.embedded import Broker
from shared.bus.kafka import KafkaBus, KafkaSettings
from shared.bus.port import BusUnavailable, Message
from tests.support.bus import Ear, numbered, numbers_by_key, running, subscription

pytestmark = pytest.mark.asyncio

KEYS = [f"key-{number}" for number in range(40)]


class Member:
    """A consumer in another process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.heard: set[int] = set()

    async def listen(self, *, until: set[int], seconds: float = 15.0) -> None:
        assert self.process.stdout is not None
        async with asyncio.timeout(seconds):
            while not until <= self.heard:
                line = await self.process.stdout.readline()
                assert line, "the member died"
                self.heard.add(int(line))

    async def listen_for(self, seconds: float) -> None:
        """Take what comes within `seconds`."""
        try:
            await self.listen(until={-1}, seconds=seconds)
        except TimeoutError:
            return


@asynccontextmanager
async def a_member(bootstrap: str, topic: str, group: str, *, seconds: float = 0.0) -> AsyncIterator[Member]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.kafka.member", bootstrap, topic, group, str(seconds)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        assert await asyncio.wait_for(process.stdout.readline(), 15) == b"ready\n"
        yield Member(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def numbers(messages: list[Message]) -> set[int]:
    return {int(message.body) for message in messages}


async def test_the_messages_of_a_killed_consumer_go_to_the_other(
    settings: KafkaSettings, topic: str, group: str
) -> None:
    ear, bus = Ear(), KafkaBus(settings)
    bus.subscribe(subscription(ear, topic, consumer=group))
    shared, later = numbered(topic, KEYS, 400), numbered(topic, KEYS, 400)

    async with running(bus), a_member(settings.bootstrap_servers, topic, group) as member:
        await both_have_partitions(bus, topic, ear, member)
        await bus.publish(shared)
        await member.listen_for(1.0)
        here, there = numbers(ear.heard), member.heard
        assert here | there >= numbers(shared)
        assert len(here) < len(shared)

        member.process.send_signal(signal.SIGKILL)
        await bus.publish(later)
        await ear.until_heard(later)


async def both_have_partitions(bus: KafkaBus, topic: str, ear: Ear, member: Member) -> None:
    async with asyncio.timeout(20):
        while not (ear.heard and member.heard):
            await bus.publish(numbered(topic, KEYS, 40))
            await member.listen_for(0.5)


async def test_a_consumer_that_lost_its_group_in_the_middle_of_a_batch_goes_on(
    settings: KafkaSettings, topic: str, group: str
) -> None:
    bus = KafkaBus(settings)
    first, second = numbered(topic, KEYS, 50), numbered(topic, KEYS, 100)[50:]

    async with a_member(settings.bootstrap_servers, topic, group, seconds=1.0) as member:
        await bus.publish(first)
        await asyncio.sleep(0.5)
        # Longer than its session lasts: the commit after the batch comes from a member no more.
        os.kill(member.process.pid, signal.SIGSTOP)
        await asyncio.sleep(settings.session_timeout_seconds + 1.5)
        os.kill(member.process.pid, signal.SIGCONT)
        await bus.publish(second)
        await member.listen(until=numbers(first + second))

        assert member.process.returncode is None
    await bus.close()


async def test_nothing_is_lost_or_out_of_order_when_the_broker_dies_and_comes_back(
    settings: KafkaSettings, topic: str, group: str, lasting_broker: Broker
) -> None:
    ear, bus = Ear(), KafkaBus(replace(settings, publish_timeout_seconds=2.0))
    bus.subscribe(subscription(ear, topic, consumer=group))
    messages = numbered(topic, KEYS, 2_000)

    async with running(bus):
        relaying = asyncio.create_task(relay(bus, messages))
        await ear.until_heard(messages[:200])
        await asyncio.to_thread(lasting_broker.kill)
        await asyncio.sleep(1)
        await asyncio.to_thread(lasting_broker.start)
        await relaying
        await ear.until_heard(messages)
        assert bus.healthy()

    assert numbers_by_key(ear.heard) == numbers_by_key(messages)


async def relay(bus: KafkaBus, messages: list[Message]) -> None:
    """Publish as the outbox does: the same ones again until they are acknowledged, then the next."""
    for start in range(0, len(messages), 20):
        while True:
            try:
                await bus.publish(messages[start : start + 20])
            except BusUnavailable:
                await asyncio.sleep(0.1)
            else:
                break
        await asyncio.sleep(0.01)


async def test_a_consumer_is_unhealthy_while_the_broker_hangs(
    settings: KafkaSettings, topic: str, group: str, broker: Broker
) -> None:
    bus = KafkaBus(settings)
    bus.subscribe(subscription(Ear(), topic, consumer=group))

    async with running(bus):
        await until_healthy(bus, expected=True)
        broker.freeze()
        try:
            await until_healthy(bus, expected=False)
        finally:
            broker.thaw()
        await until_healthy(bus, expected=True)


async def test_a_consumer_rests_while_the_broker_hangs(
    settings: KafkaSettings, topic: str, group: str, broker: Broker
) -> None:
    bus = KafkaBus(settings)
    bus.subscribe(subscription(Ear(), topic, consumer=group))

    async with running(bus):
        await until_healthy(bus, expected=True)
        broker.freeze()
        try:
            await until_healthy(bus, expected=False)
            began = time.process_time()
            await asyncio.sleep(4)
            took = time.process_time() - began
        finally:
            broker.thaw()
        await until_healthy(bus, expected=True)

    assert took < 1


async def until_healthy(bus: KafkaBus, *, expected: bool) -> None:
    async with asyncio.timeout(15):
        while bus.healthy() is not expected:  # noqa: ASYNC110 -- the bus has no event for it
            await asyncio.sleep(0.05)
