"""One broker for the tests of this folder (one per worker in parallel runs); topics and groups are per test."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from shared.bus.embedded import JARS, Broker, a_broker
from shared.bus.kafka import KafkaSettings, ensure_topics
from shared.events.topics import Topic
from tests.support.forgotten_sockets import excuse, pytest_runtest_teardown

__all__ = ["pytest_runtest_teardown"]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Broker]:
    """Give a running broker, and say which one it is."""
    found = a_broker(tmp_path_factory.mktemp("kafka"), ROOT / JARS)
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        # Standard error, because it is the one that reaches the terminal from a parallel worker too.
        sys.stderr.write(f"\nThe tests of the bus run on {found.name}.\n")
    found.start()
    try:
        yield found
    finally:
        found.stop()


@pytest.fixture(scope="session")
def kafka_bootstrap(broker: Broker) -> str:
    """Give the address of the broker."""
    return broker.bootstrap_servers


@pytest.fixture
def lasting_broker(broker: Broker) -> Broker:
    """Give the broker where it survives its own death."""
    if not broker.keeps_messages:
        pytest.skip(f"{broker.name} keeps its messages in memory only")
    return broker


@pytest.fixture
def settings(kafka_bootstrap: str) -> KafkaSettings:
    """Give settings with which a silent member is noticed soon."""
    return KafkaSettings(
        kafka_bootstrap,
        connect_timeout_seconds=2.0,
        publish_timeout_seconds=5.0,
        session_timeout_seconds=2.0,
    )


@pytest.fixture
def make_topic(settings: KafkaSettings) -> Callable[[int], str]:
    """Give a function that makes a new topic."""

    def make(partitions: int) -> str:
        name = f"test.{uuid4().hex[:12]}"
        ensure_topics(settings, [Topic(name, partitions)], replication=1)
        return name

    return make


@pytest.fixture
def topic(make_topic: Callable[[int], str]) -> str:
    """Give a new topic with four partitions."""
    return make_topic(4)


@pytest.fixture
def group() -> str:
    """Give the name of a new consumer group."""
    return f"group-{uuid4().hex[:12]}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies here."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.kafka)
    excuse(here)
