"""Departments that write to the topic `intake.signal`, each with its token, at a rate or as fast as they can."""

import json
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from benchmarks.district import Line
from shared.events.topics import INTAKE_SIGNAL

_numbers = count()


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the topic: key, value and the header that proves the sender."""

    uscc: bytes
    value: bytes
    proof: bytes


def records(
    lines: Sequence[Line], usccs: Sequence[str], tokens: Mapping[str, str], draw: random.Random
) -> tuple[list[Record], dict[str, float]]:
    """Return a record about each of these enterprises, and the share of each indicator among them.

    The reports are the district's newest, drawn with their frequencies, under references that were never used.
    """
    made, kinds = [], Counter[str]()
    for uscc, line in zip(usccs, draw.choices(lines, k=len(usccs)), strict=True):
        document = json.loads(line.text)
        kinds[document["indicator"]] += 1
        document |= {"uscc": uscc, "source_ref": f"{document['source_ref']}-k{next(_numbers)}"}
        value = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        made.append(record(uscc, value, tokens[line.source]))
    return made, {kind: round(number / len(made), 3) for kind, number in kinds.most_common()}


def record(uscc: str, value: bytes, token: str) -> Record:
    """Return the record of one signal."""
    return Record(uscc.encode(), value, f"Bearer {token}".encode())


class Feed:
    """A producer, and where the topic ends."""

    def __init__(self, bootstrap_servers: str) -> None:
        """Connect."""
        self._servers = bootstrap_servers
        self._producer = KafkaProducer(bootstrap_servers=bootstrap_servers, acks="all", linger_ms=2)

    def close(self) -> None:
        """Disconnect."""
        self._producer.close()

    def send_all(self, these: Sequence[Record]) -> None:
        """Write all of them, and return when the broker has them."""
        receipts = [self._send(one) for one in these]
        self._producer.flush()
        for receipt in receipts:
            receipt.get(0)

    def send_at(self, these: Sequence[Record], per_second: float, began: float) -> list[float]:
        """Write at a fixed rate from `began` on; return when each was due."""
        due = [began + place / per_second for place in range(len(these))]
        for at, one in zip(due, these, strict=True):
            time.sleep(max(0.0, at - time.perf_counter()))
            self._send(one)
        self._producer.flush()
        return due

    def _send(self, one: Record) -> Any:
        return self._producer.send(INTAKE_SIGNAL, one.value, one.uscc, [("authorization", one.proof)])

    def read_newest(self, number: int) -> float:
        """Return the seconds that a bare client takes to read the newest `number` records."""
        consumer = KafkaConsumer(bootstrap_servers=self._servers, max_poll_records=5_000)
        try:
            partitions = [
                TopicPartition(INTAKE_SIGNAL, one) for one in consumer.partitions_for_topic(INTAKE_SIGNAL)
            ]
            consumer.assign(partitions)
            ends = consumer.end_offsets(partitions)
            share = number // len(partitions)
            for partition in partitions:
                consumer.seek(partition, max(0, ends[partition] - share))
            began, left = time.perf_counter(), share * len(partitions)
            while left > 0:
                left -= sum(map(len, consumer.poll(1_000).values()))
            return time.perf_counter() - began
        finally:
            consumer.close()
