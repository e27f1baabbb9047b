"""Events are promises to other services: the goldens are kept, change by addition alone, and travel as CloudEvents."""

import json
import subprocess
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cloudevents.core.bindings import kafka

from services.commands.publish import dump, event_schema, events_page
from shared.bus.port import Message
from shared.bus.records import headers_of
from shared.events import EVENT_TYPES, Emitted, Envelope, Event
from shared.events.additive import breaking_changes
from shared.events.goldens import golden, incompatibilities
from shared.events.topics import TOPICS
from shared.kernel.ids import new_id

ROOT = Path(__file__).parents[2]
GOLDENS = Path("shared/events/schemas")
FORMERLY = Path("tests/contracts/events")
DECLARED = sorted(EVENT_TYPES)


def golden_text(event_type: str) -> str:
    return (ROOT / GOLDENS / f"{event_type}.json").read_text("utf-8")


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def test_there_are_events() -> None:
    assert DECLARED


@pytest.mark.parametrize("event_type", DECLARED)
def test_an_event_does_not_break_its_golden(event_type: str) -> None:
    """If it does: declare the next version, and emit both until no consumer reads this one."""
    assert breaking_changes(golden(event_type), event_schema(event_type)) == []


@pytest.mark.parametrize("event_type", DECLARED)
def test_an_event_travels_on_a_declared_topic(event_type: str) -> None:
    declared = EVENT_TYPES[event_type]
    topic = TOPICS[declared.TOPIC]
    assert not topic.foreign
    # Of a compacted topic the newest message of a key alone is sure to be there.
    assert declared.REPLACES or not topic.compacted


def test_a_process_starts_with_events_that_others_can_read() -> None:
    assert incompatibilities() == {}


def test_an_event_that_others_cannot_read_is_found_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    class Changed(Event):
        account_id: int

    monkeypatch.setitem(EVENT_TYPES, "gateway.account.changed.v1", Changed)
    monkeypatch.setitem(EVENT_TYPES, "gateway.account.lost.v1", Changed)

    found = incompatibilities()

    assert "account_id has changed" in found["gateway.account.changed.v1"]
    assert found["gateway.account.lost.v1"] == ["it was never published"]


@pytest.mark.parametrize("event_type", DECLARED)
def test_the_golden_is_what_make_events_writes(event_type: str) -> None:
    assert golden_text(event_type) == dump(event_schema(event_type))


@pytest.mark.parametrize("event_type", DECLARED)
def test_an_event_breaks_no_golden_that_was_ever_committed(event_type: str) -> None:
    paths = [str(folder / f"{event_type}.json") for folder in (GOLDENS, FORMERLY)]
    former = [
        git("show", f"{commit}:{path}")
        for path in paths
        for commit in git("log", "--format=%H", "--", path).split()
    ]

    changes = {text: breaking_changes(json.loads(text), event_schema(event_type)) for text in former if text}

    assert [change for of_one in changes.values() for change in of_one] == []


def test_the_page_of_events_is_what_make_events_writes() -> None:
    assert (ROOT / "docs" / "events.md").read_text("utf-8") == events_page()


@pytest.mark.parametrize("event_type", DECLARED)
def test_an_emitted_event_is_a_cloud_event_that_its_golden_describes(event_type: str) -> None:
    event = EVENT_TYPES[event_type].model_validate(a_value(golden(event_type)))
    record = _as_record(event)

    received = kafka.from_structured_event(record)

    assert (received.get_specversion(), received.get_type()) == ("1.0", event_type)
    assert received.get_source() == f"/labour-warning/{event_type.partition('.')[0]}"
    assert received.get_subject() == received.get_extension("partitionkey") == record.key == event.key
    assert received.get_extension("correlationid") == "case-2026-11-18"
    assert received.get_dataschema() == f"/schemas/events/{event_type}.json"
    assert record.headers["ce_id"].decode() == received.get_id()
    assert received.get_time() == datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
    jsonschema.validate(
        received.get_data(), golden(event_type), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    assert type(event).read(received.get_data()) == event


def a_value(schema: dict[str, Any], whole: dict[str, Any] | None = None) -> Any:
    """Return the simplest value that fits a JSON schema."""
    whole = whole or schema
    if "$ref" in schema:
        return a_value(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    if "anyOf" in schema:
        return a_value(schema["anyOf"][0], whole)
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] == "object":
        return {name: a_value(field, whole) for name, field in schema["properties"].items()}
    if schema["type"] == "array":
        return [a_value(schema["items"], whole)]
    return _SIMPLE[schema.get("format") or schema["type"]]


_SIMPLE = {
    "uuid": "0199f5a0-5bd1-7a30-8c2f-0d8f3a1b2c3d",
    "date-time": "2026-11-18T10:00:00+08:00",
    "date": "2026-11-18",
    "string": "上海",
    "integer": 3,
    "number": 0.5,
    "boolean": True,
}


def _as_record(event: Event) -> kafka.KafkaMessage:
    """Return the event as the outbox keeps it and the bus sends it."""
    envelope = Emitted(new_id(), event, datetime(2026, 11, 18, 2, 0, tzinfo=UTC), "case-2026-11-18").envelope(
        event.TYPE.partition(".")[0]
    )
    message = Message(event.TOPIC, event.key, envelope.id, event.TYPE, envelope.model_dump_json().encode())
    return kafka.KafkaMessage(dict(headers_of(message)), message.key, message.body)


def test_an_event_tells_its_place_in_a_trace_only_where_there_is_one() -> None:
    """As CloudEvents' extension for distributed tracing has it (ADR 0013)."""
    known = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    event = EVENT_TYPES[DECLARED[0]].model_validate(a_value(golden(DECLARED[0])))
    emitted = Emitted(new_id(), event, datetime(2026, 11, 18, 2, 0, tzinfo=UTC), "case-2026-11-18")

    without, traced = (one.envelope("gateway") for one in (emitted, replace(emitted, traceparent=known)))

    assert "traceparent" not in json.loads(without.model_dump_json())
    assert json.loads(traced.model_dump_json())["traceparent"] == known
    assert Envelope.model_validate_json(traced.model_dump_json()) == traced


def test_an_envelope_of_a_newer_producer_is_read() -> None:
    event = EVENT_TYPES["gateway.account.changed.v1"]
    newer = {
        "specversion": "1.0",
        "id": str(new_id()),
        "source": "/labour-warning/gateway",
        "type": event.TYPE,
    }
    newer |= {"subject": "s", "time": "2026-11-18T10:00:00+08:00", "dataschema": "d", "partitionkey": "s"}
    newer |= {"correlationid": "c", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}

    assert Envelope.model_validate(newer | {"data": {}}).time == datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


OLD: dict[str, Any] = {
    "type": "object",
    "title": "Raised",
    "properties": {
        "level": {"type": "string", "enum": ["orange", "red"]},
        "note": {"type": "string", "default": ""},
        "told": {"type": "array", "items": {"$ref": "#/$defs/Recipient"}},
    },
    "required": ["level", "told"],
    "$defs": {
        "Recipient": {"type": "object", "properties": {"role": {"type": "string"}}, "required": ["role"]}
    },
}


def changed(**places: Any) -> dict[str, Any]:
    """Return OLD with values put at `a__b__c`; None takes away."""
    schema = deepcopy(OLD)
    for place, value in places.items():
        *way, last = place.split("__")
        inside = schema
        for step in way:
            inside = inside[{"defs": "$defs"}.get(step, step)]
        if value is None:
            del inside[last]
        else:
            inside[last] = value
    return schema


@pytest.mark.parametrize(
    "new",
    [
        OLD,
        changed(title="WarningRaised", description="In other words."),
        changed(properties__score={"type": "number", "default": 0}),
        changed(defs__Recipient__properties__account_id={"type": "string", "default": ""}),
    ],
    ids=["nothing", "words", "a field that may be absent", "the same inside"],
)
def test_what_readers_do_not_notice_is_additive(new: dict[str, Any]) -> None:
    assert breaking_changes(OLD, new) == []


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (changed(properties__note=None), "note is gone"),
        (changed(properties__note={"type": "integer"}), "note has changed"),
        (
            changed(properties__level={"type": "string", "enum": ["orange", "red", "black"]}),
            "level has changed",
        ),
        (changed(required=["level", "told", "note"]), "note may be absent in one of the two"),
        (changed(required=["level"]), "told may be absent in one of the two"),
        (
            changed(properties__score={"type": "number"}, required=["level", "told", "score"]),
            "score is new and required",
        ),
        (changed(defs__Recipient__properties__role={"type": "integer"}), "told[].role has changed"),
        (changed(properties__told={"type": "string"}), "told has changed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_breaks_a_reader_is_told(new: dict[str, Any], told: str) -> None:
    assert breaking_changes(OLD, new) == [told]
