"""The topics on the broker: makes those that are missing, and tells where one is not as declared."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.bus.client import Admin, administering, create_topics, set_topic_options
from shared.bus.settings import KafkaSettings, milliseconds
from shared.events.topics import Topic


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic on the broker; `partitions` is None where it is missing."""

    name: str
    partitions: int | None
    declared: Topic

    @property
    def as_declared(self) -> bool:
        """Whether the topic is there with the partitions that it is to have."""
        return self.partitions == self.declared.partitions


def topic_states(settings: KafkaSettings, topics: Iterable[Topic]) -> list[TopicState]:
    """Return how each topic stands on the broker. Blocks: call it outside the event loop."""
    with administering(settings, "the topics cannot be read") as admin:
        return _states(admin, settings, topics)


def ensure_topics(settings: KafkaSettings, topics: Iterable[Topic], replication: int) -> list[TopicState]:
    """Create each missing topic and give all of them their options; return how they stood. Blocks as above.

    The partitions of an existing topic are left as they are: see shared/events/topics.py.
    """
    with administering(settings, "the topics cannot be made") as admin:
        states = _states(admin, settings, topics)
        missing = {one.name: _creation(one.declared, replication) for one in states if one.partitions is None}
        if missing:
            create_topics(admin, missing)
        set_topic_options(
            admin, {one.name: _options(one.declared) for one in states if one.partitions is not None}
        )
    return states


def _states(admin: Admin, settings: KafkaSettings, topics: Iterable[Topic]) -> list[TopicState]:
    existing = {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics()}
    named = [(settings.on_the_wire(topic.name), topic) for topic in topics]
    return [TopicState(name, existing.get(name), topic) for name, topic in named]


def _creation(topic: Topic, replication: int) -> dict[str, object]:
    # One replica may be away without stopping the producers, which wait for all that are in sync.
    in_sync = {"min.insync.replicas": str(max(1, replication - 1))}
    return {
        "num_partitions": topic.partitions,
        "replication_factor": replication,
        "configs": in_sync | _options(topic),
    }


def _options(topic: Topic) -> dict[str, str]:
    kept = -1 if topic.retention is None else milliseconds(topic.retention.total_seconds())
    return {
        "cleanup.policy": "compact" if topic.compacted else "delete",
        "retention.ms": str(kept),
        "message.timestamp.type": "LogAppendTime" if topic.foreign else "CreateTime",
    }
