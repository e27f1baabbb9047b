"""The bus over Kafka for those who have one.

Importing its client takes a tenth of what a start takes: a demo on the local bus, or a command that lists accounts,
must not pay for it.
"""

from collections.abc import Iterable
from importlib import import_module
from typing import cast

from shared.bus.port import Bus
from shared.bus.settings import KafkaSettings
from shared.events.topics import Topic


def kafka_bus(settings: KafkaSettings) -> Bus:
    """Return a bus over Kafka."""
    return cast("Bus", import_module("shared.bus.kafka").KafkaBus(settings))


def missing_topics(settings: KafkaSettings, topics: Iterable[Topic]) -> list[str]:
    """Return the topics that nobody has made yet. Blocks: call it outside the event loop. Raises BusUnavailable."""
    states = import_module("shared.bus.topics").topic_states(settings, topics)
    return [state.name for state in states if state.partitions is None]
