"""Makes the topics that the house needs, where they are missing."""

import logging
from collections.abc import Mapping

from shared.bus.client import KafkaError, create_topics, open_admin
from shared.bus.port import BusUnavailable
from shared.bus.settings import KafkaSettings

_log = logging.getLogger(__name__)


def ensure_topics(settings: KafkaSettings, topics: Mapping[str, int], replication: int) -> None:
    """Create each missing topic with its number of partitions. Blocks: call it outside the event loop.

    The partitions of an existing topic are left as they are. More of them would send a key's
    next messages to another partition, and so break the order for that key.
    """
    try:
        admin = open_admin(settings)
    except KafkaError as error:
        raise BusUnavailable(f"no broker answers: {error!r}") from error
    try:
        existing = {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics()}
        for name in topics.keys() & existing.keys():
            if existing[name] != topics[name]:
                _log.warning("topic %s has %d partitions, not %d", name, existing[name], topics[name])
        missing = topics.keys() - existing.keys()
        if missing:
            create_topics(admin, {name: _options(topics[name], replication) for name in missing})
    except KafkaError as error:
        raise BusUnavailable(f"the topics cannot be made: {error!r}") from error
    finally:
        admin.close()


def _options(partitions: int, replication: int) -> dict[str, object]:
    # One replica may be away without stopping the producers, which wait for all that are in sync.
    in_sync = str(max(1, replication - 1))
    return {
        "num_partitions": partitions,
        "replication_factor": replication,
        "configs": {"min.insync.replicas": in_sync},
    }
