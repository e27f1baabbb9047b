"""The bus over Kafka for those who have one.

Importing its client takes a tenth of what a start takes: a demo on the local bus, or a command that lists accounts,
must not pay for it.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import cast

from shared.bus.port import Bus
from shared.bus.settings import KafkaSettings


def kafka_bus(settings: KafkaSettings) -> Bus:
    """Return a bus over Kafka."""
    return cast("Bus", import_module("shared.bus.kafka").KafkaBus(settings))


def ensure_topics(settings: KafkaSettings, topics: Mapping[str, int], replication: int) -> None:
    """Create each missing topic with its number of partitions. Blocks: call it outside the event loop."""
    import_module("shared.bus.topics").ensure_topics(settings, topics, replication)
