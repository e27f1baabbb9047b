"""Messages come at least once; what they cause happens once."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from structlog.testing import capture_logs

from services.mediation.repository.tables import MAILBOXES as RECEIVED
from shared.db.tx import WriteTx
from shared.events.gateway import AccountChanged
from shared.kernel.clock import FixedClock
from shared.kernel.ids import new_id
from shared.observability.correlation import correlation_id
from shared.outbox.burial import ATTEMPTS
from shared.outbox.inbox import Inbox
from tests.service.shared.post import Post, a_change, messages

pytestmark = pytest.mark.asyncio


async def test_a_message_that_comes_again_has_no_second_effect(post: Post, clock: FixedClock) -> None:
    (message,) = messages(clock, [a_change()])

    await post.inbox.handle([message, message])
    await post.inbox.handle([message])

    assert await post.effects() == ["u0"]
    assert await post.handled() == 1


async def test_the_effects_and_the_inbox_are_one_commit(post: Post, clock: FixedClock) -> None:
    post.at_work.refused = {"u1"}

    await post.inbox.handle(messages(clock, [a_change(1)]))

    assert await post.effects() == []
    assert await post.handled() == 0


async def test_a_poison_event_goes_to_the_dead_letters_and_the_rest_go_through_in_order(
    post: Post, clock: FixedClock
) -> None:
    account_id = new_id()
    batch = messages(clock, [a_change(n, account_id) for n in range(5)])
    post.at_work.refused = {"u2"}

    await post.inbox.handle(batch)

    assert await post.effects() == ["u0", "u1", "u3", "u4"]
    (letter,) = await post.letters()
    assert (letter.event_id, letter.error_class, letter.attempts) == (
        batch[2].event_id,
        "ValueError",
        ATTEMPTS,
    )
    assert "u2 cannot be handled" in letter.error


async def test_a_failure_that_passes_is_no_death(post: Post, clock: FixedClock) -> None:
    post.at_work.failures = ATTEMPTS  # the batch, and all but the last attempt at the event alone

    await post.inbox.handle(messages(clock, [a_change()]))

    assert await post.effects() == ["u0"]
    assert await post.letters() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe\x00",
        b'{"specversion":"0.3"}',
        b'{"nul":"\x00"}',
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        "欠薪".encode("gb18030"),
    ],
    ids=["nothing", "broken", "list", "no utf-8", "other version", "NUL", "deep", "gb18030"],
)
async def test_what_cannot_be_read_is_a_dead_letter_at_once(
    post: Post, clock: FixedClock, body: bytes
) -> None:
    good, bad = messages(clock, [a_change(1), a_change(2)])

    await post.inbox.handle([replace(bad, body=body, key="9131\x00"), good])

    assert await post.effects() == ["u1"]
    (letter,) = await post.letters()
    assert (letter.event_id, letter.attempts) == (bad.event_id, 1)


async def test_an_event_that_lacks_a_field_is_a_dead_letter(post: Post, clock: FixedClock) -> None:
    (message,) = messages(clock, [a_change()])

    await post.inbox.handle([replace(message, body=message.body.replace(b'"username"', b'"user"'))])

    (letter,) = await post.letters()
    assert "username" in letter.error


async def test_fields_of_a_newer_producer_are_ignored(post: Post, clock: FixedClock) -> None:
    await post.inbox.handle(messages(clock, [a_change()], employed_since="2026-01-01"))

    assert await post.effects() == ["u0"]


@pytest.mark.parametrize("event_type", ["", "gateway.account.changed.v9", "gateway.account.painted.v1"])
async def test_unknown_types_are_passed_over(post: Post, clock: FixedClock, event_type: str) -> None:
    unknown, known = messages(clock, [a_change(1), a_change(2)])

    await post.inbox.handle([replace(unknown, type=event_type), known])

    assert await post.effects() == ["u2"]
    assert await post.letters() == []


async def test_a_death_that_repeats_is_one_letter(post: Post, clock: FixedClock) -> None:
    (message,) = messages(clock, [a_change(1)])
    post.at_work.refused = {"u1"}

    await post.inbox.handle([message])
    await post.inbox.handle([message])

    (letter,) = await post.letters()
    assert letter.attempts == 2 * ATTEMPTS


async def test_the_cause_of_an_event_is_the_cause_of_what_follows_from_it(
    post: Post, clock: FixedClock
) -> None:
    seen = []

    async def handle(_tx: WriteTx, _events: Sequence[AccountChanged]) -> None:
        seen.append(correlation_id())
        structlog.get_logger().info("handled")

    with capture_logs() as logged:
        await Inbox(post.receiver, RECEIVED, {AccountChanged: handle}).handle(messages(clock, [a_change()]))

    assert seen == ["case-2026-11-18"]
    assert [entry["event"] for entry in logged] == ["handled"]


ACCOUNTS = 3


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[tuple[int, int]]]:
    """Return batches of (account, number): each account's numbers first come in order, and may come again."""
    drawn = draw(st.lists(st.tuples(st.integers(0, ACCOUNTS - 1), st.integers(0, 3)), max_size=20))
    first_times = dict.fromkeys(range(ACCOUNTS), 0)
    sequence = []
    for account, again in drawn:
        if again and first_times[account]:
            sequence.append((account, max(0, first_times[account] - again)))
        else:
            sequence.append((account, first_times[account]))
            first_times[account] += 1
    cuts = sorted(draw(st.lists(st.integers(0, len(sequence)), max_size=3)))
    return [sequence[a:b] for a, b in zip([0, *cuts], [*cuts, len(sequence)], strict=True)]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=deliveries())
async def test_shuffled_between_keys_and_repeated_ends_in_the_same_state(
    post: Post, clock: FixedClock, batches: list[list[tuple[int, int]]]
) -> None:
    account_ids = [new_id() for _ in range(ACCOUNTS)]
    sent = {
        (account, number): messages(clock, [a_change(number, account_ids[account])])[0]
        for batch in batches
        for account, number in batch
    }

    for batch in batches:
        await post.inbox.handle([sent[pair] for pair in batch])

    for account, account_id in enumerate(account_ids):
        numbers = sorted(number for of, number in sent if of == account)
        assert await post.effects(account_id) == [f"u{number}" for number in numbers]
    assert await _handled_of(post, {message.event_id for message in sent.values()}) == len(sent)


async def _handled_of(post: Post, event_ids: set[UUID]) -> int:
    async with post.receiver.read() as tx:
        rows = await tx.rows(
            select(RECEIVED.inbox.c.event_id).where(RECEIVED.inbox.c.event_id.in_(event_ids))
        )
    return len(rows)
