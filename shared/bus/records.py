"""Messages as Kafka records, and back."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID, uuid5

from shared.bus.client import Record
from shared.bus.port import Message, Origin
from shared.events.topics import TOPICS

CREDENTIAL = "authorization"
"""The header in which a foreign sender proves itself: `Bearer <access token>`."""
_APPENDED_BY_THE_BROKER = 1
_CONTENT_TYPE = b"application/cloudevents+json; charset=UTF-8"
# Names the records of others; fixed, because the same record must keep its id.
_FOREIGN_RECORDS = UUID("6f6a3f0e-3a0c-5d3b-9a52-8e0c5d5a7b11")


def headers_of(message: Message) -> list[tuple[str, bytes]]:
    """Return the headers by which a consumer knows a message without parsing its body."""
    headers = [
        ("content-type", _CONTENT_TYPE),
        ("ce_id", str(message.event_id).encode()),
        ("ce_type", message.type.encode()),
    ]
    if message.traceparent:
        headers.append(("traceparent", message.traceparent.encode()))
    return headers


def message_of(record: Record, topic: str = "") -> Message:
    """Return any record as a message of `topic`; one that is no CloudEvent of ours has the type ""."""
    headers = {name: value for name, value in record.headers if value is not None}
    return Message(
        topic=topic or record.topic,
        key=(record.key or b"").decode(errors="replace"),
        event_id=_event_id(headers.get("ce_id"), record),
        type=headers.get("ce_type", b"").decode(errors="replace"),
        body=record.value or b"",
        traceparent=_text(headers.get("traceparent")),
        origin=Origin(record.partition, record.offset, _appended_at(record), _credential(headers)),
    )


def _appended_at(record: Record) -> datetime | None:
    if record.timestamp_type != _APPENDED_BY_THE_BROKER:
        return None
    return datetime.fromtimestamp(record.timestamp / 1_000, UTC)


def _credential(headers: dict[str, bytes]) -> str:
    scheme, _, token = _text(headers.get(CREDENTIAL)).partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _text(header: bytes | None) -> str:
    return (header or b"").decode("ascii", "replace")


def _event_id(header: bytes | None, record: Record) -> UUID:
    """Return our own events' id; whatever id a stranger gives, it names no record but theirs at its place."""
    topic = TOPICS.get(record.topic)
    if topic is None or not topic.foreign:
        # Absent, or of another notation; UnicodeDecodeError is a ValueError too.
        with suppress(ValueError):
            return UUID((header or b"").decode())
    return uuid5(_FOREIGN_RECORDS, f"{record.topic}/{record.partition}/{record.offset}")
