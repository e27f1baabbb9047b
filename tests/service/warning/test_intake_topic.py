"""The topic `intake.signal`: what departments stream is taken like what they post, and nothing stops the topic."""

import json
from collections.abc import Sequence
from uuid import uuid4

import pytest
import stamina
from sqlalchemy import text

from services.warning.consumers.intake_topic import TOPIC
from services.warning.repository.tables import MAILBOXES
from shared.bus.port import Message
from shared.db.tx import WriteTx
from shared.kernel.ids import new_id
from shared.outbox.burial import ATTEMPTS
from shared.outbox.feed import Feed, Refused
from tests.support.district import USCC, District
from tests.support.system import System

pytestmark = pytest.mark.asyncio


def streamed(body: bytes | None = None, **fields: object) -> Message:
    """Return a record of the topic."""
    signal = {
        "source": "hrss",
        "source_ref": uuid4().hex,
        "uscc": USCC,
        "indicator": "wage_arrears",
        "period": "2026-10",
        "months": 3,
        "workers": 41,
    } | fields
    return Message(TOPIC, USCC, new_id(), "", body or json.dumps(signal).encode())


async def counts(system: System) -> tuple[int, int]:
    """Return how many signals and how many dead letters there are."""
    async with system.db("warning").read() as tx:
        signals = await tx.value(text("SELECT count(*) FROM warning.signals"))
        return signals, await tx.value(text("SELECT count(*) FROM warning.dead_letters"))


async def test_a_streamed_signal_raises_a_warning_once_however_often_it_comes(system: System) -> None:
    district = District(system)
    assert (await district.register()).status_code == 200
    record = streamed()

    await system.host.bus.publish([record, record])
    await system.host.bus.publish([record])
    await system.settle()

    assert [one["level"] for one in await district.warnings()] == ["red"]
    assert await counts(system) == (1, 0)


async def test_what_cannot_be_taken_is_kept_aside_and_the_rest_is_stored(system: System) -> None:
    assert (await District(system).register()).status_code == 200
    broken = [streamed(b'{"source":'), streamed(b"\xff\xfe"), streamed(b"[1]"), streamed(months=-1)]

    await system.host.bus.publish([broken[0], streamed(), *broken[1:], streamed(period="2026-09")])

    assert await counts(system) == (2, len(broken))


async def test_a_record_on_which_the_handler_fails_does_not_stop_the_topic(system: System) -> None:
    taken: list[bytes] = []

    async def handle(_tx: WriteTx, messages: Sequence[Message]) -> Sequence[Refused]:
        if any(message.body == b"poison" for message in messages):
            raise ZeroDivisionError
        taken.extend(message.body for message in messages)
        return []

    feed = Feed(system.db("warning"), MAILBOXES, handle)
    with stamina.set_testing(True, attempts=ATTEMPTS):
        await feed.handle([streamed(b"one"), streamed(b"poison"), streamed(b"two")])

    assert taken == [b"one", b"two"]
    assert await counts(system) == (0, 1)
