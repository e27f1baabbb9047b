"""After a restore facts are told again: those of the window, which take effect once whenever that happens."""

from datetime import timedelta

import pytest

from services.gateway.repository.tables import MAILBOXES as SENT
from services.mediation.repository.tables import MAILBOXES as RECEIVED
from shared.bus.local import LocalBus
from shared.db.locks import only_one
from shared.db.wake import Waker
from shared.kernel.clock import FixedClock
from shared.kernel.recovery import RECOVERY_WINDOW
from shared.outbox.recovery import ServiceRuns, last_fact_at, relay_again
from shared.outbox.relay import KEEP, Relay, turn_of
from tests.service.shared.post import RECEIVER, SENDER, Post, a_change, an_ear

pytestmark = pytest.mark.asyncio


async def resume(post: Post) -> int:
    async with post.sender.read() as tx:
        until = await last_fact_at(tx, SENT)
    assert until is not None
    async with post.receiver.write() as tx:
        await relay_again(tx, RECEIVER, RECEIVED, until - RECOVERY_WINDOW)
    async with post.sender.write() as tx:
        return await relay_again(tx, SENDER, SENT, until - RECOVERY_WINDOW)


async def purge(post: Post) -> None:
    relay = Relay(post.receiver, RECEIVED, LocalBus(), Waker(post.url, []))
    async with post.autocommit() as connection:
        await relay._purge_sometimes(connection)


async def test_what_was_handled_does_nothing_and_what_was_lost_on_its_way_is_handled(post: Post) -> None:
    await post.emit(a_change(1))
    await post.publish(post.bus())
    await post.emit(a_change(2))
    nobody, _ = an_ear()
    await post.publish(nobody)

    assert await resume(post) == 2
    assert await post.publish(post.bus()) == 2
    assert await post.effects() == ["u1", "u2"]


async def test_what_was_told_before_the_window_stays_told(post: Post, clock: FixedClock) -> None:
    await post.emit(a_change(1))
    await post.publish(post.bus())
    clock.advance(RECOVERY_WINDOW + timedelta(seconds=1))
    await post.emit(a_change(2))
    await post.publish(post.bus())
    assert await resume(post) == 1


async def test_a_restore_long_afterwards_repeats_nothing_though_the_inbox_is_cleared_up(
    post: Post, clock: FixedClock
) -> None:
    await post.emit(a_change(1))
    await post.publish(post.bus())
    clock.advance(KEEP * 2)

    assert await resume(post) == 1
    await purge(post)
    await post.publish(post.bus())
    assert await post.effects() == ["u1"]


async def test_nothing_is_told_again_while_a_relay_is_at_work(post: Post) -> None:
    await post.emit(a_change(1))
    await post.publish(post.bus())
    async with only_one(post.sender.engine, turn_of(SENDER)):
        with pytest.raises(ServiceRuns):
            await resume(post)
