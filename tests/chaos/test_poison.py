"""Records that nobody can handle, in every topic: each is kept aside once, and what lies behind it goes on.

A type that nobody declared is no poison: a newer release's events come beside the former ones while processes change
(CONTRIBUTING.md, An event), so they are passed over.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from services.warning.schemas.signals import LONGEST_LINE_BYTES
from shared.auth.permissions import Role
from shared.bus.client import Producer, open_producer
from shared.bus.embedded import Broker
from shared.bus.kafka import KafkaBus
from shared.bus.settings import KafkaSettings
from shared.events.base import EVENT_TYPES
from shared.events.topics import INTAKE_SIGNAL, TOPICS
from shared.events.warning import CalendarNoticeTaken
from shared.kernel.clock import FixedClock
from shared.kernel.ids import new_id
from shared.observability.metrics import EVENTS_SKIPPED
from shared.outbox.dead_letters import replay
from tests.chaos.load import tell
from tests.chaos.system_on_kafka import living, topics_of
from tests.flows import aftermath
from tests.flows.circle import TOWNS, people_of, some_enterprises
from tests.support.enterprises import a_uscc
from tests.support.system import System

pytestmark = pytest.mark.asyncio

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
# The broker takes a mebibyte.
HUGE = 1_000_000
_PATIENCE_SECONDS = 60.0

Body = dict[str, Any]


def without_data(body: Body) -> bytes:
    return json.dumps(body | {"data": {"wrong": "field"}}).encode()


def of_another_time(body: Body) -> bytes:
    return json.dumps(body | {"time": "yesterday"}).encode()


POISONS: Mapping[str, Callable[[Body], bytes]] = {
    "invalid JSON": lambda body: json.dumps(body).encode()[:-1],
    "nothing": lambda _body: b"",
    "no UTF-8": lambda _body: b"\xff\xfe\x00",
    "wrong field": without_data,
    "wrong envelope": of_another_time,
    "oversize": lambda body: json.dumps(body | {"data": {"padding": "x" * HUGE}}).encode(),
}
STRANGE_TYPES = ("", "another.thing.happened.v1", "{}.v99")
SIGNALS: Mapping[str, Callable[[Body], bytes]] = {
    "invalid JSON": lambda body: json.dumps(body).encode()[:-1],
    "nothing": lambda _body: b"",
    "no UTF-8": lambda _body: b"\xff\xfe\x00",
    "wrong field": lambda body: json.dumps(body | {"months": -1}).encode(),
    "unknown type": lambda body: json.dumps(body | {"indicator": "nobody_knows"}).encode(),
    "future version": lambda body: json.dumps(body | {"version": 99}).encode(),
    "longer than a signal": lambda body: json.dumps(body | {"note": "x" * LONGEST_LINE_BYTES}).encode(),
    "oversize": lambda body: json.dumps(body | {"note": "x" * HUGE}).encode(),
}


@dataclass(slots=True)
class Writer:
    """Writes records as they are, and remembers where they lie."""

    producer: Producer

    async def write(self, topic: str, key: str, body: bytes, **headers: str) -> tuple[int, int]:
        """Return partition and offset of a record that the broker has acknowledged."""
        loop = asyncio.get_running_loop()
        written: asyncio.Future[Any] = loop.create_future()
        given = [(name, value.encode()) for name, value in headers.items()]
        sending = await asyncio.to_thread(
            lambda: self.producer.send(topic, value=body, key=key.encode(), headers=given)
        )

        def succeeded(place: Any) -> None:
            loop.call_soon_threadsafe(written.set_result, place)

        def failed(error: BaseException) -> None:
            loop.call_soon_threadsafe(written.set_exception, error)

        sending.add_callback(succeeded)
        sending.add_errback(failed)
        place = await asyncio.wait_for(written, 20)
        return place.partition, place.offset


@asynccontextmanager
async def a_writer(settings: KafkaSettings) -> AsyncIterator[Writer]:
    producer = await asyncio.to_thread(open_producer, settings)
    try:
        yield Writer(producer)
    finally:
        await asyncio.to_thread(producer.close, 2.0)


@dataclass(frozen=True, slots=True)
class Sample:
    """A topic's event as it was once told, and who handles such."""

    topic: str
    key: str
    type: str
    body: Body
    services: tuple[str, ...]

    def again(self, event_id: UUID) -> bytes:
        """Return the same said anew."""
        return json.dumps(self.body | {"id": str(event_id)}).encode()


async def samples(system: System, url: str) -> list[Sample]:
    """Return one handled event of each topic that is ours, out of a life in which all were told."""
    circle = await people_of(system)
    await circle.all_round(some_enterprises(2))
    await system.tell(CalendarNoticeTaken(source="notice", year=None, days=()))
    found: dict[str, Sample] = {}
    for service in aftermath.SERVICES:
        for row in await aftermath.rows(url, f"SELECT * FROM {service}.outbox ORDER BY seq"):  # noqa: S608  words of ours
            handlers = tuple(
                name
                for name, hosted in system.host.hosted.items()
                if EVENT_TYPES[row["type"]] in hosted.service.handlers
            )
            if handlers:
                told = Sample(row["topic"], row["key"], row["type"], json.loads(row["body"]), handlers)
                found.setdefault(row["topic"], told)
    assert set(found) == set(TOPICS) - {INTAKE_SIGNAL}
    return list(found.values())


async def letters(url: str, service: str) -> dict[tuple[str, int, int], Mapping[str, Any]]:
    """Return what a service gave up, by the place where it lies; one place, one letter."""
    rows = await aftermath.rows(url, f"SELECT * FROM {service}.dead_letters")  # noqa: S608  words of ours
    found = {(row["topic"], row["partition"], row["offset"]): row for row in rows}
    assert len(found) == len(rows)
    return found


async def until(what: str, condition: Callable[[], Any]) -> None:
    """Wait until a look at the database says so."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not await condition():  # noqa: ASYNC110  the database has no event for it
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(what) from None


async def _event(
    writer: Writer, sample: Sample, body: bytes, event_id: UUID, event_type: str
) -> tuple[int, int]:
    return await writer.write(
        sample.topic, sample.key, body, ce_id=str(event_id), ce_type=event_type, traceparent=TRACE
    )


async def handled(url: str, service: str, event_id: UUID) -> bool:
    found = await aftermath.rows(url, f"SELECT 1 FROM {service}.inbox WHERE event_id = '{event_id}'")  # noqa: S608  an id
    return len(found) == 1


def skipped() -> float:
    samples_ = [sample for metric in EVENTS_SKIPPED.collect() for sample in metric.samples]
    return sum(sample.value for sample in samples_ if sample.name.endswith("_total"))


async def test_poison_among_events_is_kept_aside_once_and_the_next_of_its_key_goes_on(
    broker: Broker, database_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    settings = await topics_of(broker.bootstrap_servers)
    async with (
        living(database_url, clock, tmp_path, KafkaBus(settings)) as system,
        a_writer(settings) as writer,
    ):
        found = await samples(system, database_url)
        expected: dict[str, dict[tuple[str, int, int], UUID]] = {name: {} for name in aftermath.SERVICES}
        mendable: dict[tuple[str, UUID], Sample] = {}
        for sample in found:
            for kind, poison in POISONS.items():
                event_id = new_id()
                place = await _event(
                    writer, sample, poison(sample.body | {"id": str(event_id)}), event_id, sample.type
                )
                for service in sample.services:
                    expected[service][(sample.topic, *place)] = event_id
                    if kind == "wrong field":
                        mendable[service, event_id] = sample
            await _goes_on(writer, sample, database_url)
            await _passed_over(writer, sample, database_url)
        for service, places in expected.items():
            await _kept_aside(database_url, service, places)
        tell(
            f"{len(found)} topics, {len(POISONS)} poisons each: {sum(map(len, expected.values()))} dead letters"
        )
        for (service, event_id), sample in mendable.items():
            await _replayed_once(system, database_url, service, event_id, sample.again(event_id).decode())
            assert await handled(database_url, service, event_id)
        tell(f"{len(mendable)} letters mended and replayed, each once")


async def _goes_on(writer: Writer, sample: Sample, url: str) -> None:
    """Tell a good event of the same key: it is handled, wherever such are."""
    good = new_id()
    await _event(writer, sample, sample.again(good), good, sample.type)
    for service in sample.services:

        async def there(service: str = service) -> bool:
            return await handled(url, service, good)

        await until(f"{service} goes on with {sample.topic}", there)


async def _kept_aside(url: str, service: str, places: Mapping[tuple[str, int, int], UUID]) -> None:
    """See that the letters are those, each with its place, its error and its trace."""
    found = await letters(url, service)
    assert {place: letter["event_id"] for place, letter in found.items()} == places
    for letter in found.values():
        assert letter["error"]
        assert letter["error_class"]
        assert letter["traceparent"] == TRACE


async def _replayed_once(system: System, url: str, service: str, event_id: UUID, mended: str) -> None:
    """See that a letter dies again as it is, is taken once it is mended, and is gone then.

    Where a later event has said the same anew, it is taken at once: there is nothing left to do.
    """
    hosted = system.host.hosted[service]
    mailboxes = hosted.spec.mailboxes
    (letter,) = await aftermath.rows(
        url,
        f"SELECT type FROM {service}.dead_letters WHERE event_id = '{event_id}'",  # noqa: S608  an id
    )
    declared = EVENT_TYPES.get(letter["type"])
    if declared is None or not declared.REPLACES:
        assert not await replay(hosted.db, mailboxes, hosted.consumer_of, event_id, "tests")
        async with hosted.db.write() as tx:
            table = mailboxes.dead_letters
            await tx.execute(update(table).where(table.c.event_id == event_id).values(body=mended))
    assert await replay(hosted.db, mailboxes, hosted.consumer_of, event_id, "tests")
    assert not await replay(hosted.db, mailboxes, hosted.consumer_of, event_id, "tests")
    assert (
        await aftermath.rows(
            url,
            f"SELECT 1 FROM {service}.dead_letters WHERE event_id = '{event_id}' AND replayed_at IS NULL",  # noqa: S608  an id
        )
        == []
    )


async def _passed_over(writer: Writer, sample: Sample, url: str) -> None:
    """Tell of what nobody declared: it is counted, and what lies behind it goes on."""
    before = skipped()
    for strange in STRANGE_TYPES:
        event_id = new_id()
        event_type = strange.format(sample.type.removesuffix(".v1"))
        await _event(writer, sample, sample.again(event_id), event_id, event_type)
    await _goes_on(writer, sample, url)
    assert skipped() - before >= len(STRANGE_TYPES)


async def test_poison_among_signals_is_kept_aside_once_and_the_next_of_its_key_goes_on(
    broker: Broker, database_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    settings, uscc = await topics_of(broker.bootstrap_servers), a_uscc(700)
    async with (
        living(database_url, clock, tmp_path, KafkaBus(settings)) as system,
        a_writer(settings) as writer,
    ):
        circle = await people_of(system)
        await circle.register(uscc, TOWNS[0])
        token = system.token(Role.DEPARTMENT, source="hrss", indicators=frozenset({"wage_arrears"}))
        headers = {"authorization": f"Bearer {token}", "traceparent": TRACE}
        expected: dict[tuple[str, int, int], str] = {}
        for kind, poison in SIGNALS.items():
            place = await writer.write(INTAKE_SIGNAL, uscc, poison(a_signal(uscc)), **headers)
            expected[(INTAKE_SIGNAL, *place)] = kind
        unproven = await writer.write(
            INTAKE_SIGNAL, uscc, json.dumps(a_signal(uscc)).encode(), traceparent=TRACE
        )
        expected[(INTAKE_SIGNAL, *unproven)] = "unproven"
        await writer.write(INTAKE_SIGNAL, uscc, json.dumps(a_signal(uscc)).encode(), **headers)

        async def taken() -> bool:
            return await _signals(database_url) == 1

        await until("the good one is taken", taken)
        found = await letters(database_url, "warning")
        ids = {place: letter["event_id"] for place, letter in found.items()}
        assert set(ids) == set(expected)
        await _kept_aside(database_url, "warning", ids)
        tell(
            f"{len(expected)} poisons among signals: "
            + ", ".join(f"{kind} {found[place]['error_class']}" for place, kind in expected.items())
        )
        (wrong,) = [ids[place] for place, kind in expected.items() if kind == "wrong field"]
        await _replayed_once(system, database_url, "warning", wrong, json.dumps(a_signal(uscc)))
        assert await _signals(database_url) == 2


def a_signal(uscc: str) -> Body:
    return {
        "source": "hrss",
        "source_ref": uuid4().hex,
        "uscc": uscc,
        "indicator": "wage_arrears",
        "period": "2026-10",
        "months": 1,
        "workers": 5,
    }


async def _signals(url: str) -> int:
    return len(await aftermath.rows(url, "SELECT id FROM warning.signals"))
