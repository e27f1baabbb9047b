"""What the metrics tell of a group's member: which partitions it holds, and how much waits in each."""

import time
from collections.abc import Mapping
from contextlib import suppress

from shared.bus.client import Consumer, Partition, ends, positions, waiting
from shared.observability.metrics import BUS_ASSIGNED_PARTITIONS, BUS_CONSUMER_LAG, BUS_REBALANCES

_EVERY_SECONDS = 2.0


class MemberWatch:
    """Looks at one consumer, in its own thread."""

    def __init__(self, consumer: Consumer, group: str) -> None:
        self._consumer = consumer
        self._group = group
        self._held: frozenset[Partition] = frozenset()
        self._next_look = 0.0

    def look(self) -> None:
        """Tell what has changed; cheap, so that it can follow every poll."""
        held = frozenset(self._consumer.assignment())
        if held != self._held:
            BUS_REBALANCES.labels(self._group).inc()
            BUS_ASSIGNED_PARTITIONS.labels(self._group).set(len(held))
            self._forget(self._held - held)
            self._held = held
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + _EVERY_SECONDS
            self._measure()

    def look_while_busy(self, unhandled: Mapping[Partition, int]) -> None:
        """Tell what waits while a batch takes long, from its first records on.

        The broker is asked: partitions that are paused are told of nothing new. Raises KafkaError.
        """
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + _EVERY_SECONDS
        reading = positions(self._consumer) | dict(unhandled)
        for partition, end in ends(self._consumer).items():
            if partition in reading:
                self._tell(partition, end - reading[partition])

    def end(self) -> None:
        """Take the member's series away: another process has its partitions now."""
        self._forget(self._held)
        BUS_ASSIGNED_PARTITIONS.labels(self._group).set(0)

    def _measure(self) -> None:
        for partition, records in waiting(self._consumer).items():
            self._tell(partition, records)

    def _tell(self, partition: Partition, records: int) -> None:
        BUS_CONSUMER_LAG.labels(self._group, partition.topic, str(partition.partition)).set(records)

    def _forget(self, partitions: frozenset[Partition]) -> None:
        for partition in partitions:
            with suppress(KeyError):
                BUS_CONSUMER_LAG.remove(self._group, partition.topic, str(partition.partition))
