"""kafka-python, as much of it as the bus needs, with types: the one place that imports it.

Read against 3.0.12. The library is synchronous for its callers and publishes no types.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, cast

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata
from kafka import errors as kafka_errors
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor

from shared.bus.port import BusUnavailable
from shared.bus.settings import KafkaSettings, milliseconds

KafkaError: type[Exception] = kafka_errors.KafkaError
MessageSizeTooLargeError: type[Exception] = kafka_errors.MessageSizeTooLargeError

# The group moved on without this member. It joins again at its next poll, so these are no failure.
_REBALANCED: tuple[type[Exception], ...] = (
    kafka_errors.CommitFailedError,
    kafka_errors.IllegalGenerationError,
    kafka_errors.RebalanceInProgressError,
    kafka_errors.UnknownMemberIdError,
)
_REST_SECONDS = 0.1


class Partition(Protocol):
    """A partition of a topic; hashable."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...


class Record(Protocol):
    """What a poll returns."""

    topic: str
    partition: int
    offset: int
    leader_epoch: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


class Consumer(Protocol):
    """A member of a consumer group; for one thread only."""

    def poll(self, timeout_ms: int, max_records: int | None = None) -> dict[Partition, list[Record]]: ...
    def commit(self, offsets: Mapping[Partition, Any], timeout_ms: int) -> None: ...
    def assignment(self) -> set[Partition]: ...
    def end_offsets(self, partitions: list[Partition]) -> dict[Partition, int]: ...
    def seek(self, partition: Partition, offset: int) -> None: ...
    def pause(self, *partitions: Partition) -> None: ...
    def paused(self) -> set[Partition]: ...
    def resume(self, *partitions: Partition) -> None: ...
    def metrics(self, *, raw: bool) -> dict[Any, Any]: ...
    def close(self, *, autocommit: bool, timeout_ms: int) -> None: ...


class Sending(Protocol):
    """The pending acknowledgement of one record; callbacks run in the producer's own thread."""

    def add_callback(self, callback: Callable[[Any], None]) -> object: ...
    def add_errback(self, callback: Callable[[BaseException], None]) -> object: ...


class Producer(Protocol):
    """An idempotent producer that waits for all in-sync replicas."""

    def send(self, topic: str, *, value: bytes, key: bytes, headers: list[tuple[str, bytes]]) -> Sending: ...
    def close(self, timeout: float) -> None: ...


class Admin(Protocol):
    """Topic administration."""

    def describe_topics(self, topics: list[str] | None = None) -> list[dict[str, Any]]: ...
    def create_topics(
        self, new_topics: Mapping[str, Mapping[str, Any]], *, raise_errors: bool
    ) -> dict[str, Any]: ...
    def wait_for_topics(self, topic_names: list[str]) -> None: ...
    def alter_configs(self, config_resources: list[Any]) -> Any: ...
    def alter_user_scram_credentials(self, alterations: list[Any]) -> Mapping[str, str | None]: ...
    def create_acls(self, acls: list[Any]) -> Mapping[str, Any]: ...
    def delete_acls(self, acl_filters: list[Any]) -> Any: ...
    def list_group_offsets(
        self, group_specs: Mapping[str, None]
    ) -> Mapping[str, Mapping[Partition, Any]]: ...
    def list_partition_offsets(
        self, topic_partition_specs: Mapping[Partition, Any]
    ) -> Mapping[Partition, Any]: ...
    def reset_group_offsets(self, group_id: str, offset_specs: Mapping[Any, Any]) -> Mapping[Any, Any]: ...
    def close(self) -> None: ...


def is_transient(error: Exception) -> bool:
    """Whether the same call can succeed later without anybody's help."""
    return isinstance(error, _REBALANCED) or bool(getattr(error, "retriable", False))


def open_consumer(settings: KafkaSettings, group: str, topics: Iterable[str]) -> Consumer:
    """Return a member of `group`; blocks until a broker answers, at most the connect timeout."""

    def build(make_client: Callable[..., Any]) -> Any:
        return KafkaConsumer(
            *sorted(topics),
            **settings.connection(),
            kafka_client=make_client,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            partition_assignment_strategy=(CooperativeStickyAssignor,),
            session_timeout_ms=milliseconds(settings.session_timeout_seconds),
            heartbeat_interval_ms=milliseconds(min(3.0, settings.session_timeout_seconds / 4)),
            max_poll_interval_ms=milliseconds(settings.max_poll_interval_seconds),
            # A topic made after the consumer joined is found within this time.
            metadata_max_age_ms=30_000,
        )

    consumer = _cleaned_up_on_failure(KafkaConsumer, build)
    _let_it_rest(consumer)
    return cast("Consumer", consumer)


def open_producer(settings: KafkaSettings) -> Producer:
    """Return a producer; blocks until a broker answers, at most the connect timeout."""
    patience = milliseconds(settings.publish_timeout_seconds)

    def build(make_client: Callable[..., Any]) -> Any:
        return KafkaProducer(
            **settings.connection(),
            kafka_client=make_client,
            acks="all",
            enable_idempotence=True,
            linger_ms=5,
            # A thousand messages over a few partitions then leave in one round trip for each.
            batch_size=131_072,
            allow_auto_create_topics=False,
            max_block_ms=milliseconds(settings.connect_timeout_seconds),
            request_timeout_ms=max(1_000, patience * 2 // 3),
            # Later than the publish itself is given up, so that no single batch expires while a
            # later one of its partition goes through: that would break the order for a key.
            delivery_timeout_ms=2 * patience + 1_000,
        )

    return cast("Producer", _cleaned_up_on_failure(KafkaProducer, build))


def open_admin(settings: KafkaSettings) -> Admin:
    """Return an administration client; blocks as the others do."""

    def build(make_client: Callable[..., Any]) -> Any:
        return KafkaAdminClient(**settings.connection(), kafka_client=make_client)

    return cast("Admin", _cleaned_up_on_failure(KafkaAdminClient, build))


@contextmanager
def administering(settings: KafkaSettings, failing: str) -> Iterator[Admin]:
    """Give an administration client. Raises BusUnavailable where no broker answers, or with what is `failing`."""
    try:
        admin = open_admin(settings)
    except KafkaError as error:
        raise BusUnavailable(f"no broker answers: {error!r}") from error
    try:
        yield admin
    except KafkaError as error:
        raise BusUnavailable(f"{failing}: {error!r}") from error
    finally:
        admin.close()


def create_topics(admin: Admin, topics: Mapping[str, Mapping[str, Any]]) -> None:
    """Create topics and wait until all can be used; one that another process made meanwhile is there too."""
    made = admin.create_topics(topics, raise_errors=False)
    for topic in made["topics"]:
        error = kafka_errors.for_code(topic["error_code"])
        if error not in {kafka_errors.NoError, kafka_errors.TopicAlreadyExistsError}:
            raise error(f"{topic['name']}: {topic['error_message']}")
    admin.wait_for_topics(list(topics))


def set_topic_options(admin: Admin, topics: Mapping[str, Mapping[str, str]]) -> None:
    """Give existing topics their options; setting the same again changes nothing."""
    admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name, dict(topics[name])) for name in topics]
    )


def abort(producer: Producer) -> None:
    """Fail everything the producer still holds; returns at once, safe in its own callbacks.

    `close(timeout)` cannot do this in 3.0.12: with records on the way it raises from its flush
    and leaves the sending thread alive.
    """
    cast("Any", producer)._sender.force_close()  # noqa: SLF001 -- as said above


def offset_after(record: Record) -> Any:
    """Return what to commit once `record` is handled."""
    return OffsetAndMetadata(record.offset + 1, "", record.leader_epoch)


def poll(
    consumer: Consumer, timeout_ms: int, max_records: int | None = None
) -> dict[Partition, list[Record]]:
    """Return what has come by then; take up first the join that an earlier poll did not live to see.

    Where new metadata called for a join, 3.0.12 takes it for needless as soon as its leader has assigned: if the
    poll ends before, none completes it, and the member sits in its group without partitions for good.
    """
    coordinator = cast("Any", consumer)._coordinator  # noqa: SLF001 -- as said above
    if coordinator.rejoining:
        coordinator.request_rejoin()
    return consumer.poll(timeout_ms, max_records)


def waiting(consumer: Consumer) -> dict[Partition, int]:
    """Return how many records lie ahead of the consumer in each of its partitions, as far as it has been told.

    From what it has learnt with its last fetches: `position()` would ask the broker, and hold up the next poll.
    """
    return {
        partition: max(0, state.highwater - state.position.offset)
        for partition, state in _positioned(consumer)
        if state.highwater is not None
    }


def positions(consumer: Consumer) -> dict[Partition, int]:
    """Return which record each of the consumer's partitions would give next, as far as it knows by itself."""
    return {partition: state.position.offset for partition, state in _positioned(consumer)}


def _positioned(consumer: Consumer) -> list[tuple[Partition, Any]]:
    assignment = cast("Any", consumer)._subscription.assignment  # noqa: SLF001 -- as said above
    return [(partition, state) for partition, state in list(assignment.items()) if state.position is not None]


def ends(consumer: Consumer) -> dict[Partition, int]:
    """Return where each of the consumer's partitions ends, as the broker knows it. Raises KafkaError."""
    return consumer.end_offsets(list(consumer.assignment()))


def heartbeat_age(consumer: Consumer) -> Callable[[], float]:
    """Return a function that tells, from any thread, the seconds since the consumer's last heartbeat."""
    metrics = consumer.metrics(raw=True)
    metric = next(metrics[name] for name in metrics if name.name == "last-heartbeat-seconds-ago")
    return cast("Callable[[], float]", metric.value)


def _let_it_rest(consumer: Any) -> None:
    """Make a poll wait for a while though a heartbeat is due.

    One that is on its way to a broker that hangs stays due: 3.0.12 then asks again and again without a pause, and
    takes a whole processor until the broker answers. Heartbeats are sent by a thread of their own.
    """
    coordinator = consumer._coordinator  # noqa: SLF001 -- as said above
    due_in_seconds = coordinator.time_to_next_poll
    coordinator.time_to_next_poll = lambda: max(due_in_seconds(), _REST_SECONDS)


def _cleaned_up_on_failure(kind: Any, build: Callable[[Callable[..., Any]], Any]) -> Any:
    """Build a client; where its constructor raises, close the sockets and the thread it leaves behind."""
    made: list[Any] = []

    def make_client(**options: Any) -> Any:
        made.append(kind.DEFAULT_CONFIG["kafka_client"](**options))
        return made[-1]

    try:
        return build(make_client)
    except BaseException:
        for client in made:
            client.close()
        raise
