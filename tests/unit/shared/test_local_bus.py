import asyncio
from collections.abc import Sequence

import pytest

from shared.bus.local import LocalBus
from shared.bus.port import BusUnavailable, Message, Subscription
from tests.support.bus import Ear, a_message, numbered, running, subscription

pytestmark = pytest.mark.asyncio


async def test_every_subscription_of_a_topic_hears_its_messages_in_order() -> None:
    bus, mediation, inspection = LocalBus(), Ear(), Ear()
    bus.subscribe(subscription(mediation, "warning.warning", "warning.signal"))
    bus.subscribe(subscription(inspection, "warning.warning", consumer="inspection"))
    raised, accepted = a_message("warning.warning"), a_message("warning.signal")

    await bus.publish([accepted, raised, a_message("gateway.user")])

    assert mediation.heard == [accepted, raised]
    assert inspection.heard == [raised]


async def test_nobody_is_called_for_topics_nobody_subscribed() -> None:
    bus, ear = LocalBus(), Ear()
    bus.subscribe(subscription(ear, "warning.warning"))

    await bus.publish([a_message("gateway.user")])

    assert ear.batches == []


async def test_a_handler_gets_at_most_a_thousand_messages_at_once() -> None:
    bus, ear = LocalBus(), Ear()
    bus.subscribe(subscription(ear, "warning.signal"))
    messages = numbered("warning.signal", ["a", "b"], 2_500)

    await bus.publish(messages)

    assert [len(batch) for batch in ear.batches] == [1_000, 1_000, 500]
    assert ear.heard == messages


async def test_a_failing_handler_is_reported_after_the_others_had_their_turn() -> None:
    bus, failing, other = LocalBus(), Ear(failures=1), Ear()
    bus.subscribe(subscription(failing, "warning.signal"))
    bus.subscribe(subscription(other, "warning.signal", consumer="inspection"))
    message = a_message("warning.signal")

    with pytest.raises(BusUnavailable):
        await bus.publish([message])

    assert other.heard == [message]


async def test_nothing_overtakes_a_batch_that_was_not_handled() -> None:
    bus, ear = LocalBus(), Ear(failures=1)
    bus.subscribe(subscription(ear, "warning.signal"))
    messages = numbered("warning.signal", ["a"], 1_500)

    with pytest.raises(BusUnavailable):
        await bus.publish(messages)

    assert [len(batch) for batch in ear.batches] == [1_000]


async def test_publishing_the_same_again_delivers_it_again() -> None:
    bus, ear = LocalBus(), Ear(failures=1)
    bus.subscribe(subscription(ear, "warning.signal"))
    message = a_message("warning.signal")

    with pytest.raises(BusUnavailable):
        await bus.publish([message])
    await bus.publish([message])

    assert ear.heard == [message, message]


async def test_a_subscription_handles_one_batch_at_a_time() -> None:
    bus, at_work, most = LocalBus(), 0, 0

    async def handle(_messages: Sequence[Message]) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0)
        at_work -= 1

    bus.subscribe(Subscription("mediation", frozenset({"warning.signal"}), handle))

    await asyncio.gather(*(bus.publish([a_message("warning.signal")]) for _ in range(5)))

    assert most == 1


async def test_it_runs_until_it_is_cancelled() -> None:
    bus = LocalBus()
    async with running(bus) as task:
        await asyncio.sleep(0.01)
        assert not task.done()
        assert bus.healthy()

    assert task.cancelled()
    assert not bus.healthy()


async def test_a_subscription_comes_before_the_run() -> None:
    bus = LocalBus()
    async with running(bus):
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError):
            bus.subscribe(subscription(Ear(), "warning.signal"))


async def test_a_closed_bus_takes_nothing() -> None:
    bus = LocalBus()
    await bus.close()

    with pytest.raises(BusUnavailable):
        await bus.publish([a_message("warning.signal")])
