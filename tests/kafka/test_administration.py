"""What an administrator does on the broker: topics, who may write signals, and a reading that goes back in time."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from shared.auth.tokens import generate_key
from shared.bus.administration import GroupStillReads, admit, dismiss, rewind
from shared.bus.embedded import JARS, Broker, a_broker
from shared.bus.free_ports import free_port
from shared.bus.kafka import KafkaBus, KafkaSettings, ensure_topics
from shared.bus.port import BusUnavailable, Message
from shared.bus.topics import topic_states
from shared.events.topics import INTAKE_SIGNAL, TOPICS, Topic
from tests.flows.running import run
from tests.support.bus import Ear, a_message, running, subscription

ROOT = Path(__file__).parents[2]
ADMIN_PASSWORD = uuid4().hex
_LOGIN = "org.apache.kafka.common.security"


def secured(port: int, controller_login: str = "ANONYMOUS") -> dict[str, str]:
    """Return the settings of a broker at which everybody logs in, and may do what they were allowed."""
    return {
        "listener.security.protocol.map": "BROKER:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
        "advertised.listeners": f"BROKER://127.0.0.1:{port}",
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "listener.name.broker.plain.sasl.jaas.config": (
            f'{_LOGIN}.plain.PlainLoginModule required username="admin" password="{ADMIN_PASSWORD}"'
            f' user_admin="{ADMIN_PASSWORD}";'
        ),
        "listener.name.broker.scram-sha-256.sasl.jaas.config": f"{_LOGIN}.scram.ScramLoginModule required;",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:admin;User:{controller_login}",
    }


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Give a broker at which everybody has to log in."""
    port = free_port()
    found = a_broker(tmp_path_factory.mktemp("guarded"), ROOT / JARS, port, secured(port))
    if not found.keeps_messages:
        pytest.skip(f"{found.name} knows no users")
    found.start()
    yield found
    found.stop()


def as_user(broker: Broker, user: str, password: str, mechanism: str = "SCRAM-SHA-256") -> KafkaSettings:
    return KafkaSettings(
        broker.bootstrap_servers,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism=mechanism,
        sasl_plain_username=user,
        sasl_plain_password=password,
        publish_timeout_seconds=5.0,
    )


async def publish(settings: KafkaSettings, message: Message) -> None:
    bus = KafkaBus(settings)
    try:
        await bus.publish([message])
    finally:
        await bus.close()


@pytest.mark.asyncio
async def test_a_department_may_write_signals_and_nothing_else_until_it_is_dismissed(guarded: Broker) -> None:
    admin = as_user(guarded, "admin", ADMIN_PASSWORD, "PLAIN")
    other = f"other.{uuid4().hex[:8]}"
    wanted = [TOPICS[INTAKE_SIGNAL], Topic(other, 1)]
    await asyncio.to_thread(ensure_topics, admin, wanted, 1)
    await asyncio.to_thread(admit, admin, "hrss", "a-long-password", INTAKE_SIGNAL)
    hrss = as_user(guarded, "hrss", "a-long-password")

    await publish(hrss, a_message(INTAKE_SIGNAL))
    with pytest.raises(BusUnavailable):
        await publish(hrss, a_message(other))
    with pytest.raises(BusUnavailable):
        await publish(as_user(guarded, "hrss", "a-wrong-password"), a_message(INTAKE_SIGNAL))
    with pytest.raises(BusUnavailable):
        await asyncio.to_thread(ensure_topics, hrss, [Topic(f"{other}.more", 1)], 1)

    await asyncio.to_thread(dismiss, admin, "hrss")
    with pytest.raises(BusUnavailable):
        await publish(hrss, a_message(INTAKE_SIGNAL))


def test_the_commands_make_the_topics_and_a_departments_user(guarded: Broker, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(ADMIN_PASSWORD + "\n")
    settings = {
        "KAFKA_BOOTSTRAP_SERVERS": guarded.bootstrap_servers,
        "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "KAFKA_SASL_MECHANISM": "PLAIN",
        "KAFKA_SASL_USERNAME": "admin",
        "KAFKA_SASL_PASSWORD_FILE": str(tmp_path / "password"),
        "KAFKA_EPOCH": "77",
    }

    before = run(["kafka", "topics", "--json"], **settings)
    made = run(["kafka", "topics", "--create", "--json"], **settings)
    admitted = run(["kafka", "admit", "tax"], **settings)
    ours = [run(["kafka", "admit", name], **settings) for name in ("inspection", "admin")]
    dismissed = run(["kafka", "dismiss", "tax"], **settings)

    assert before.returncode == 1
    assert {"topic": "e77.mediation.case", "partitions": None, "declared": 6} in json.loads(before.stdout)
    assert made.returncode == 0, made.stderr
    named = {one["topic"]: one["partitions"] for one in json.loads(made.stdout)}
    assert named[INTAKE_SIGNAL] == TOPICS[INTAKE_SIGNAL].partitions
    assert named["e77.gateway.account"] == TOPICS["gateway.account"].partitions
    assert admitted.returncode == 0, admitted.stderr
    assert [(one.returncode, "our own" in one.stderr) for one in ours] == [(2, True)] * 2
    assert dismissed.returncode == 0, dismissed.stderr


def test_a_topic_that_an_earlier_build_made_with_other_partitions_is_told_and_left(
    settings: KafkaSettings,
) -> None:
    earlier = replace(settings, epoch=uuid4().int % 1_000_000 + 2)
    ensure_topics(earlier, [Topic("mediation.case", 4)], replication=1)

    told = run(
        ["kafka", "topics", "--create"],
        KAFKA_BOOTSTRAP_SERVERS=earlier.bootstrap_servers,
        KAFKA_EPOCH=str(earlier.epoch),
    )

    assert told.returncode == 1
    (line,) = (one for one in told.stdout.splitlines() if "mediation.case" in one)
    assert "4 partitions, not the 6 declared" in line


def test_where_everybody_may_write_nobody_is_admitted(kafka_bootstrap: str) -> None:
    refused = run(["kafka", "admit", "tax"], KAFKA_BOOTSTRAP_SERVERS=kafka_bootstrap)

    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert "no access control" in line


@pytest.mark.asyncio
async def test_a_group_that_reads_is_not_sent_back(settings: KafkaSettings, group: str, topic: str) -> None:
    ear, told = Ear(), a_message(topic)
    bus = KafkaBus(settings)
    bus.subscribe(subscription(ear, topic, consumer=group))
    async with running(bus):
        await bus.publish([told])
        await ear.until_heard([told])
        await asyncio.sleep(1)
        with pytest.raises(GroupStillReads):
            await asyncio.to_thread(rewind, settings, group, topic, datetime(2026, 1, 1, tzinfo=UTC))


def test_a_broker_that_does_not_answer_is_told_in_one_line() -> None:
    refused = run(["kafka", "topics"], KAFKA_BOOTSTRAP_SERVERS=f"127.0.0.1:{free_port()}")

    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert "KAFKA_BOOTSTRAP_SERVERS" in line


def test_services_do_not_start_before_their_topics_are_made(
    kafka_bootstrap: str, database_url: str, tmp_path: Path
) -> None:
    from_gateway = tmp_path / "token.pem"
    from_gateway.write_bytes(generate_key())
    refused = run(
        ["up", "mediation"],
        DATABASE_URL=database_url,
        TOKEN_KEY_FILE=str(from_gateway),
        BUS="kafka",
        KAFKA_BOOTSTRAP_SERVERS=kafka_bootstrap,
        KAFKA_EPOCH="999",
    )

    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert "labour-warning kafka topics --create" in line


def test_topics_are_made_as_they_are_declared(settings: KafkaSettings) -> None:
    ensure_topics(settings, TOPICS.values(), 1)
    ensure_topics(settings, TOPICS.values(), 1)

    states = topic_states(settings, TOPICS.values())

    assert [state.name for state in states] == list(TOPICS)
    assert all(state.as_declared for state in states)


@pytest.mark.asyncio
@pytest.mark.usefixtures("lasting_broker")
async def test_a_group_reads_again_from_a_moment_on(settings: KafkaSettings, group: str) -> None:
    topic = Topic(f"test.{uuid4().hex[:12]}", 2, foreign=True)
    await asyncio.to_thread(ensure_topics, settings, [topic], 1)
    early, late = a_message(topic.name, number=1), a_message(topic.name, number=2)
    ear = Ear()
    bus = KafkaBus(settings)
    bus.subscribe(subscription(ear, topic.name, consumer=group))
    async with running(bus):
        await bus.publish([early])
        await ear.until_heard([early])
        await asyncio.sleep(0.05)
        moment = datetime.now(UTC)
        await bus.publish([late])
        await ear.until_heard([late])
    origin = ear.heard[-1].origin
    assert origin is not None
    assert origin.appended_at is not None
    assert abs(origin.appended_at - moment) < timedelta(seconds=5)

    waiting = a_message(topic.name, number=3)
    bus = KafkaBus(settings)
    await bus.publish([waiting])
    await bus.close()
    # Nothing that waits is passed over, whatever moment is named.
    assert await asyncio.to_thread(rewind, settings, group, topic.name, moment + timedelta(days=1)) == 0
    assert await asyncio.to_thread(rewind, settings, group, topic.name, moment) == 1

    again = Ear()
    bus = KafkaBus(settings)
    bus.subscribe(subscription(again, topic.name, consumer=group))
    async with running(bus):
        await again.until_heard([late, waiting])
    assert sorted(one.event_id for one in again.heard) == sorted([late.event_id, waiting.event_id])
