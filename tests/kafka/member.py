"""A consumer in a process of its own, to be frozen and killed.

It prints "ready" once it is in its group, and then the number of each message when it is handled.
"""

import asyncio
import logging
import sys
from collections.abc import Sequence

from shared.bus.kafka import KafkaBus, KafkaSettings
from shared.bus.port import Message, Subscription
from tests.support.bus import running


async def consume(bootstrap: str, topic: str, group: str, seconds_per_batch: float) -> None:
    bus = KafkaBus(KafkaSettings(bootstrap, session_timeout_seconds=2.0))

    async def handle(messages: Sequence[Message]) -> None:
        await asyncio.sleep(seconds_per_batch)
        for message in messages:
            say(message.body.decode())

    bus.subscribe(Subscription(group, frozenset({topic}), handle))
    async with running(bus) as task:
        while not bus.healthy():  # noqa: ASYNC110 -- the bus has no event for it
            await asyncio.sleep(0.02)
        say("ready")
        await task


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    _, bootstrap, topic, group, seconds = sys.argv
    asyncio.run(consume(bootstrap, topic, group, float(seconds)))
