from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.bus.port import Message, Origin
from shared.bus.records import headers_of, message_of
from tests.support.bus import a_message


@dataclass
class ARecord:
    """What kafka-python hands out."""

    topic: str = "intake.signal"
    partition: int = 3
    offset: int = 17
    leader_epoch: int = 0
    timestamp: int = 1_795_140_000_000
    timestamp_type: int = 0
    key: bytes | None = b"91310112MA1GBNT55X"
    value: bytes | None = b'{"indicator":"wage_arrears"}'
    headers: Sequence[tuple[str, bytes | None]] = ()


def record_of(message: Message) -> ARecord:
    return ARecord(
        message.topic,
        partition=1,
        offset=2,
        key=message.key.encode(),
        value=message.body,
        headers=headers_of(message),
    )


def test_a_message_crosses_the_broker_unchanged() -> None:
    message = replace(a_message("warning.signal", key="上海市闵行区"), body='{"data":"欠薪"}'.encode())

    assert message_of(record_of(message)) == replace(message, origin=Origin(1, 2))


def test_a_message_takes_its_place_in_a_trace_along() -> None:
    message = replace(
        a_message("warning.signal"), traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    )

    assert ("traceparent", message.traceparent.encode()) in headers_of(message)
    assert message_of(record_of(message)) == message


def test_a_foreign_record_is_a_message_without_a_type() -> None:
    message = message_of(ARecord())

    assert message.type == ""
    assert message.key == "91310112MA1GBNT55X"
    assert message.body == b'{"indicator":"wage_arrears"}'


def test_a_foreign_record_has_the_same_id_each_time_it_is_delivered() -> None:
    assert message_of(ARecord()).event_id == message_of(ARecord()).event_id
    assert message_of(ARecord()).event_id != message_of(ARecord(offset=18)).event_id


def test_of_a_foreign_topic_no_sender_s_id_is_believed() -> None:
    """Two records under one id would be one dead letter."""
    headers = [("ce_id", b"0199f5a0-5bd1-7a30-8c2f-0d8f3a1b2c3d")]
    one, other = (ARecord(topic="intake.signal", offset=offset, headers=headers) for offset in (1, 2))
    assert message_of(one).event_id != message_of(other).event_id
    assert message_of(one).event_id == message_of(ARecord(topic="intake.signal", offset=1)).event_id


def test_the_sender_s_id_and_type_are_kept() -> None:
    sent = UUID("0199f5a0-5bd1-7a30-8c2f-0d8f3a1b2c3d")
    record = ARecord(
        topic="warning.warning", headers=[("ce_id", str(sent).encode()), ("ce_type", b"hrss.signal")]
    )

    assert message_of(record).event_id == sent
    assert message_of(record).type == "hrss.signal"


@pytest.mark.parametrize("header", [None, b"", b"not-a-uuid", b"\xff\xfe", b"2026/10/000017"])
def test_an_id_that_is_no_uuid_is_replaced_by_the_record_s_place(header: bytes | None) -> None:
    assert message_of(ARecord(headers=[("ce_id", header)])).event_id == message_of(ARecord()).event_id


def test_a_record_may_lack_key_and_value_and_decency() -> None:
    message = message_of(ARecord(key=None, value=None))
    assert (message.key, message.body) == ("", b"")

    assert message_of(ARecord(key=b"\xff91")).key == "\ufffd91"


@pytest.mark.parametrize(
    ("header", "credential"),
    [(b"Bearer abc.def", "abc.def"), (b"bearer  abc ", "abc"), (b"Basic abc", ""), (b"abc", ""), (b"", "")],
)
def test_a_sender_proves_itself_by_a_bearer_token(header: bytes, credential: str) -> None:
    origin = message_of(ARecord(headers=[("authorization", header)])).origin

    assert origin is not None
    assert origin.credential == credential
    assert "abc" not in repr(origin)


def test_only_the_brokers_own_time_is_believed() -> None:
    from_sender = message_of(ARecord(timestamp_type=0)).origin
    from_broker = message_of(ARecord(timestamp_type=1)).origin

    assert from_sender is not None
    assert from_broker is not None
    assert from_sender.appended_at is None
    assert from_broker.appended_at == datetime.fromtimestamp(1_795_140_000, UTC)


def test_a_record_is_of_the_topic_that_it_is_told_to_be_of() -> None:
    assert message_of(ARecord(topic="e2.mediation.case"), "mediation.case").topic == "mediation.case"
