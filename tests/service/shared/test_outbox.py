"""A fact leaves with its transaction's commit, in order for its key, and none is lost on the way."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql
from typing_extensions import override

from services.gateway.repository.tables import MAILBOXES as SENT
from services.mediation.repository.tables import MAILBOXES as RECEIVED
from shared.bus.local import LocalBus
from shared.bus.port import BusUnavailable, Message, MessageRefused, Subscription
from shared.db.tx import ForeignEvent
from shared.db.wake import Waker
from shared.events.gateway import AccountChanged
from shared.kernel.clock import FixedClock
from shared.kernel.ids import new_id
from shared.outbox.dead_letters import waiting
from shared.outbox.relay import BATCH, KEEP, Relay, unpublished
from tests.service.shared.post import Post, a_change, an_ear, messages

pytestmark = pytest.mark.asyncio


def keys(heard: Sequence[Message]) -> list[str]:
    return [message.key for message in heard]


async def test_an_event_leaves_with_the_commit(post: Post) -> None:
    bus, ear = an_ear()
    event = a_change()

    async with post.sender.write() as tx:
        tx.emit(event)
        await post.sender.flush(tx)
        assert await post.publish(bus) == 0

    assert await post.publish(bus) == 1
    assert keys(ear.heard) == [event.key]


async def test_a_transaction_that_fails_tells_nobody(post: Post) -> None:
    async def fail() -> None:
        async with post.sender.write() as tx:
            tx.emit(a_change())
            await post.sender.flush(tx)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert await unpublished(post.sender, SENT) == 0


async def test_a_transaction_that_commits_late_loses_nothing(post: Post) -> None:
    """Its row has the lower number and appears after the higher one was published."""
    bus, ear = an_ear()
    late, early = a_change(1), a_change(2)

    async with post.sender.write() as slow:
        slow.emit(late)
        await post.sender.flush(slow)
        await post.emit(early)
        await post.publish(bus)
        assert keys(ear.heard) == [early.key]

    await post.publish(bus)

    assert keys(ear.heard) == [early.key, late.key]


async def test_events_of_a_key_leave_in_the_order_in_which_they_were_emitted(post: Post) -> None:
    bus, accounts = post.bus(), [new_id(), new_id(), new_id()]
    for start in range(0, 30, 6):
        await post.emit(*(a_change(n, accounts[n % 3]) for n in range(start, start + 6)))

    await post.publish(bus)

    for place, account_id in enumerate(accounts):
        assert await post.effects(account_id) == [f"u{n}" for n in range(place, 30, 3)]


async def test_more_than_a_batch_leaves_in_turns(post: Post) -> None:
    bus, ear = an_ear()
    await post.emit(*(a_change(n) for n in range(BATCH + 7)))

    assert [await post.publish(bus) for _ in range(3)] == [BATCH, 7, 0]
    assert len({message.event_id for message in ear.heard}) == BATCH + 7


async def test_an_event_is_marked_only_after_the_bus_has_it(post: Post) -> None:
    seen = []

    async def look(_: Sequence[Message]) -> None:
        seen.append(await unpublished(post.sender, SENT))

    bus = LocalBus()
    bus.subscribe(Subscription("mediation", frozenset({AccountChanged.TOPIC}), look))
    await post.emit(a_change())

    await post.publish(bus)

    assert seen == [1]
    assert await unpublished(post.sender, SENT) == 0


async def test_what_the_bus_did_not_take_stays_and_goes_out_again(post: Post) -> None:
    bus, ear = an_ear(failures=1)
    event = a_change()
    await post.emit(event)

    with pytest.raises(BusUnavailable):
        await post.publish(bus)
    assert await unpublished(post.sender, SENT) == 1
    await post.publish(bus)

    assert keys(ear.heard) == [event.key, event.key]
    assert await unpublished(post.sender, SENT) == 0


async def test_a_service_cannot_tell_of_what_another_one_owns(post: Post) -> None:
    async def usurp() -> None:
        async with post.receiver.write() as tx:
            await tx.execute(sql("INSERT INTO effects (username) VALUES ('u0')"))
            tx.emit(a_change())

    with pytest.raises(ForeignEvent):
        await usurp()

    assert await post.effects() == []


async def test_an_event_that_the_bus_never_takes_does_not_hold_up_the_others(post: Post) -> None:
    bus, ear = an_ear()
    events = [a_change(n) for n in range(3)]
    await post.emit(*events)
    picky = _Picky(bus, events[1].key)
    relay = post.relay(picky)

    async with post.autocommit() as connection:
        with pytest.raises(MessageRefused) as refused:
            await relay.publish_batch(connection)
        await relay._bury(connection, refused.value)
        assert await relay.publish_batch(connection) == 2

    assert keys(ear.heard) == [events[0].key, events[2].key]
    async with post.sender.read() as tx:
        (letter,) = await waiting(tx, SENT)
    assert (letter.key, letter.error_class) == (events[1].key, "MessageRefused")


class _Picky(LocalBus):
    """A bus that will never take the messages of one key, as a broker with a size limit."""

    def __init__(self, behind: LocalBus, key: str) -> None:
        super().__init__()
        self._behind, self._key = behind, key

    @override
    async def publish(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if message.key == self._key:
                raise MessageRefused(message, "too large")
        await self._behind.publish(messages)


async def test_what_was_sent_long_ago_is_thrown_away_and_what_was_not_sent_is_kept(
    post: Post, clock: FixedClock
) -> None:
    bus, _ = an_ear()
    await post.emit(a_change())
    await post.publish(bus)
    await post.emit(a_change())

    clock.advance(KEEP * 2)
    async with post.autocommit() as connection:
        await post.relay(bus)._purge_sometimes(connection)
        rows = (await connection.execute(select(SENT.outbox))).all()

    assert [row.published_at for row in rows] == [None]


async def test_the_inbox_forgets_what_can_hardly_come_again(post: Post, clock: FixedClock) -> None:
    await post.inbox.handle(messages(clock, [a_change()]))
    clock.advance(KEEP)
    await post.inbox.handle(messages(clock, [a_change()]))
    clock.advance(KEEP / 2)

    relay = Relay(post.receiver, RECEIVED, LocalBus(), Waker(post.url, []))
    async with post.autocommit() as connection:
        await relay._purge_sometimes(connection)

    assert await post.handled() == 1
