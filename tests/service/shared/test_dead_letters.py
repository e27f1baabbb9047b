"""A dead letter waits until somebody replays it, works once, and is never lost."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
import pytest_asyncio
from sqlalchemy import select

from services.mediation.repository.tables import MAILBOXES as RECEIVED
from shared.bus.port import Message, Origin
from shared.db.tx import WriteTx
from shared.events.gateway import AccountChanged
from shared.kernel.clock import FixedClock
from shared.kernel.ids import new_id
from shared.outbox.dead_letters import replay
from shared.outbox.inbox import Inbox
from tests.service.shared.post import Post, a_change, messages

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def dead(post: Post, clock: FixedClock) -> Message:
    """Give a message that died because of a fault that has been mended since."""
    (message,) = messages(clock, [a_change(1)])
    post.at_work.refused = {"u1"}
    await post.inbox.handle([message])
    post.at_work.refused = set()
    return message


async def test_a_replayed_letter_is_handled_and_waits_no_more(post: Post, dead: Message) -> None:
    assert await replay(post.receiver, RECEIVED, post.consumer_of, dead.event_id, "wang")

    assert await post.effects() == ["u1"]
    assert await post.letters() == []
    async with post.receiver.read() as tx:
        row = await tx.row(select(RECEIVED.dead_letters))
    assert row is not None
    assert row.replayed_by == "wang"


async def test_a_second_replay_finds_no_letter(post: Post, dead: Message) -> None:
    replays = [
        await replay(post.receiver, RECEIVED, post.consumer_of, dead.event_id, "wang") for _ in range(2)
    ]

    assert replays == [True, False]
    assert await post.effects() == ["u1"]


async def test_two_replays_at_once_have_one_effect(post: Post, dead: Message) -> None:
    await asyncio.gather(
        *(replay(post.receiver, RECEIVED, post.consumer_of, dead.event_id, who) for who in ("wang", "zhang"))
    )

    assert await post.effects() == ["u1"]
    assert await post.letters() == []


async def test_a_letter_that_came_again_by_itself_is_not_handled_twice(post: Post, dead: Message) -> None:
    await post.inbox.handle([dead])

    assert await replay(post.receiver, RECEIVED, post.consumer_of, dead.event_id, "wang")
    assert await post.effects() == ["u1"]


async def test_a_letter_that_dies_again_stays(post: Post, dead: Message) -> None:
    post.at_work.refused = {"u1"}

    assert not await replay(post.receiver, RECEIVED, post.consumer_of, dead.event_id, "wang")

    assert [letter.event_id for letter in await post.letters()] == [dead.event_id]


async def test_a_letter_is_still_there_when_the_replaying_process_dies(post: Post, dead: Message) -> None:
    async def die(_tx: WriteTx, _events: Sequence[AccountChanged]) -> None:
        raise asyncio.CancelledError

    dying = Inbox(post.receiver, RECEIVED, {AccountChanged: die})
    with pytest.raises(asyncio.CancelledError):
        await replay(post.receiver, RECEIVED, lambda _: dying, dead.event_id, "wang")

    assert [letter.event_id for letter in await post.letters()] == [dead.event_id]
    assert await replay(post.receiver, RECEIVED, post.consumer_of, dead.event_id, "wang")


async def test_a_letter_for_which_there_is_no_handler_stays(post: Post, dead: Message) -> None:
    assert not await replay(
        post.receiver, RECEIVED, lambda _: Inbox(post.receiver, RECEIVED, {}), dead.event_id, "wang"
    )

    assert [letter.event_id for letter in await post.letters()] == [dead.event_id]


async def test_an_unknown_letter_cannot_be_replayed(post: Post) -> None:
    assert not await replay(post.receiver, RECEIVED, post.consumer_of, new_id(), "wang")


async def test_a_replay_does_not_overwrite_what_a_later_event_has_said(post: Post, clock: FixedClock) -> None:
    account = new_id()
    (old,) = messages(clock, [a_change(1, account)])
    (new,) = messages(clock, [a_change(2, account)])
    post.at_work.refused = {"u1"}
    await post.inbox.handle([old, new])
    post.at_work.refused = set()

    assert await replay(post.receiver, RECEIVED, post.consumer_of, old.event_id, "wang")

    assert await post.effects() == ["u2"]
    assert await post.letters() == []


async def test_a_replay_goes_through_where_only_others_were_handled_since(
    post: Post, dead: Message, clock: FixedClock
) -> None:
    await post.inbox.handle(messages(clock, [a_change(2)]))

    assert await replay(post.receiver, RECEIVED, post.consumer_of, dead.event_id, "wang")

    assert await post.effects() == ["u2", "u1"]


async def test_a_letter_tells_where_on_the_broker_it_came_from(post: Post, clock: FixedClock) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    (message,) = messages(clock, [a_change(1)])
    post.at_work.refused = {"u1"}

    await post.inbox.handle([replace(message, traceparent=trace, origin=Origin(3, 17))])

    (letter,) = await post.letters()
    assert (letter.topic, letter.partition, letter.offset) == ("gateway.account", 3, 17)
    assert letter.traceparent == trace
    assert letter.error_class == "ValueError"
