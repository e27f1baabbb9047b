"""All services in this process over a real broker, moved by hand but for what the broker delivers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from shared.bus.kafka import KafkaSettings, ensure_topics
from shared.bus.port import Bus
from shared.events.topics import TOPICS
from shared.kernel.clock import FixedClock
from tests.support.system import System


async def topics_of(bootstrap_servers: str, epoch: int = 1) -> KafkaSettings:
    """Make every topic of an epoch; return the settings that lead to them."""
    settings = KafkaSettings(bootstrap_servers, session_timeout_seconds=6.0, epoch=epoch)
    await asyncio.to_thread(ensure_topics, settings, TOPICS.values(), 1)
    return settings


@asynccontextmanager
async def living(url: str, clock: FixedClock, folder: Path, bus: Bus) -> AsyncIterator[System]:
    """Give a system whose bus delivers."""
    async with System.started(url, clock, folder, bus) as system:
        delivering = asyncio.create_task(bus.run())
        try:
            yield system
        finally:
            delivering.cancel()
            with suppress(asyncio.CancelledError):
                await delivering
