"""Background work of the demo pauses by the demo's clock: an hour that passes in five seconds has all its rounds."""

import asyncio
from datetime import timedelta

from typing_extensions import override

from shared.db.wake import Waker
from shared.kernel.clock import Clock
from shared.runtime.host import Host

_LOOK_SECONDS = 0.05


class HastyWaker(Waker):
    """Wakes as the one that it wraps, and also when so much time has passed on the given clock."""

    def __init__(self, wrapped: Waker, clock: Clock) -> None:
        """Keep both; the connection stays the wrapped one's."""
        self._wrapped = wrapped
        self._clock = clock

    @override
    async def wait(self, channel: str | None, timeout_seconds: float) -> None:
        until = self._clock.now() + timedelta(seconds=timeout_seconds)
        waiting = asyncio.ensure_future(self._wrapped.wait(channel, timeout_seconds))
        try:
            while not waiting.done() and self._clock.now() < until:
                await asyncio.wait({waiting}, timeout=_LOOK_SECONDS)
        finally:
            waiting.cancel()

    @override
    async def run(self) -> None:
        await self._wrapped.run()


def pause_by(clock: Clock, made: Host) -> None:
    """Let the jobs of all services pause by this clock."""
    for hosted in made.hosted.values():
        hosted.waker = HastyWaker(hosted.waker, clock)
