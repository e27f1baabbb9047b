"""Load on an HTTP server: so many clients as fast as they are answered, or so many requests a second regardless."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.http_client import Address, Connection, Reply, in_parallel


@dataclass(slots=True)
class Load:
    """What came back: each answer's time in seconds, and how many there were of each status."""

    began: float
    ended: float = 0.0
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    replies: list[Reply] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Return answers per second."""
        return len(self.seconds) / (self.ended - self.began)

    def joined(self, other: "Load") -> "Load":
        """Return both as one; the pause between them does not count."""
        lasted = (self.ended - self.began) + (other.ended - other.began)
        return Load(
            0.0,
            lasted,
            self.seconds + other.seconds,
            self.statuses + other.statuses,
            self.replies + other.replies,
        )

    def add(self, since: float, reply: Reply) -> None:
        """Count an answer."""
        self.seconds.append(time.perf_counter() - since)
        self.statuses[reply.status] += 1

    def only(self, *allowed: int) -> None:
        """Raise AssertionError when anything else was answered: the figure would mean nothing."""
        others = {status: count for status, count in self.statuses.items() if status not in allowed}
        assert not others, f"unexpected answers: {others}"
        assert self.seconds, "no answer at all"


async def for_seconds(address: Address, clients: int, requests: Iterator[bytes], seconds: float) -> Load:
    """Let `clients` send one request after the other for a while."""
    load = Load(time.perf_counter())
    until = load.began + seconds

    async def client(connection: Connection) -> None:
        while (sent := time.perf_counter()) < until:
            load.add(sent, await connection.ask(next(requests)))

    await in_parallel(address, clients, client)
    load.ended = time.perf_counter()
    return load


async def all_of(address: Address, clients: int, requests: Sequence[bytes]) -> Load:
    """Send all requests, at most `clients` of them at a time, and keep the answers."""
    load = Load(time.perf_counter())
    waiting = iter(requests)

    async def client(connection: Connection) -> None:
        for raw in waiting:
            sent = time.perf_counter()
            reply = await connection.ask(raw)
            load.add(sent, reply)
            load.replies.append(reply)

    await in_parallel(address, clients, client)
    load.ended = time.perf_counter()
    return load


async def at_rate(
    address: Address, connections: int, requests: Sequence[bytes], per_second: float
) -> tuple[Load, list[float]]:
    """Send at a fixed rate; return also when each was due, from which its time counts even if it had to wait."""
    load = Load(time.perf_counter())
    due = [load.began + place / per_second for place in range(len(requests))]
    places = iter(range(len(requests)))

    async def client(connection: Connection) -> None:
        for place in places:
            await asyncio.sleep(due[place] - time.perf_counter())
            load.add(due[place], await connection.ask(requests[place]))

    await in_parallel(address, connections, client)
    load.ended = time.perf_counter()
    return load, due
