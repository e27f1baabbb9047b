"""Messages as Kafka records, and back."""

from uuid import UUID, uuid5

from shared.bus.client import Record
from shared.bus.port import Message

_CONTENT_TYPE = b"application/cloudevents+json; charset=UTF-8"
# Names the records of senders that give no id; fixed, because the same record must keep its id.
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


def message_of(record: Record) -> Message:
    """Return any record as a message; one that is no CloudEvent of ours has the type ""."""
    headers = {name: value for name, value in record.headers if value is not None}
    return Message(
        topic=record.topic,
        key=(record.key or b"").decode(errors="replace"),
        event_id=_event_id(headers.get("ce_id"), record),
        type=headers.get("ce_type", b"").decode(errors="replace"),
        body=record.value or b"",
        traceparent=headers.get("traceparent", b"").decode(errors="replace"),
    )


def _event_id(header: bytes | None, record: Record) -> UUID:
    try:
        return UUID((header or b"").decode())
    except ValueError:  # absent, or another sender's own notation; UnicodeDecodeError is one too
        return uuid5(_FOREIGN_RECORDS, f"{record.topic}/{record.partition}/{record.offset}")
