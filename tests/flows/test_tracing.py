"""One trace leads from a request at the door through outbox and bus to what other services did about it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from opentelemetry.trace import SpanKind
from sqlalchemy import text

from shared.events.warning import WarningHandedOver, WarningRaised
from shared.kernel.clock import FixedClock
from shared.observability import spans
from tests.flows.circle import TOWNS, Circle, people_of
from tests.support.enterprises import a_uscc
from tests.support.spans import Kept, id_of, kept_spans, links_of, trace_of, traceparent_of
from tests.support.system import System

pytestmark = pytest.mark.asyncio

USCC, TOWN = a_uscc(700), TOWNS[0]
DOOR = "POST /api/mobile/v1/warnings/{warning_id}/hand-over"
A_STRANGERS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def kept() -> Iterator[Kept]:
    with kept_spans() as kept:
        yield kept


@pytest_asyncio.fixture
async def traced(kept: Kept, database_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[System]:
    """A system that was built where spans are made."""
    assert kept.all() == ()
    async with System.started(database_url, clock, tmp_path) as running:
        yield running


async def handed_over(circle: Circle) -> str:
    await circle.open_offices()
    await circle.register(USCC, TOWN)
    warning_id = await circle.on_site(USCC, TOWN)
    path = f"/api/mobile/v1/warnings/{warning_id}/hand-over"
    await circle.act(f"grid-{TOWN}", path, note="双方愿意调解", workers=24, amount_cny="412600.00")
    await circle.case_of(f"mediator-{TOWN}", "mediation", warning_id)
    return warning_id


async def envelope_of(system: System, event_type: str) -> dict[str, str]:
    async with system.db("warning").read() as tx:
        (row,) = await tx.rows(
            text("SELECT body::json AS it FROM warning.outbox WHERE type = :type"), {"type": event_type}
        )
    return dict(row.it)


async def test_a_hand_over_is_one_trace_from_the_door_to_the_case_and_to_who_is_told_of_it(
    traced: System, kept: Kept
) -> None:
    await handed_over(await people_of(traced))

    asked = kept.one(DOOR)
    assert asked.parent is None
    assert asked.kind is SpanKind.SERVER
    opened = kept.one("mediation process warning.warning.handed_over.v1")
    assert opened.kind is SpanKind.CONSUMER
    assert kept.ancestry(opened) == [
        DOOR,
        "POST warning",
        "POST /warnings/{warning_id}/hand-over",
        "warning publish warning.warning.handed_over.v1",
        "mediation process warning.warning.handed_over.v1",
    ]
    (told,) = [
        one
        for one in kept.named("gateway process mediation.case.opened.v1")
        if trace_of(one) == trace_of(asked)
    ]
    assert kept.ancestry(told) == [
        *kept.ancestry(opened),
        "mediation publish mediation.case.opened.v1",
        "gateway process mediation.case.opened.v1",
    ]


async def test_the_envelope_tells_where_the_event_came_to_be(traced: System, kept: Kept) -> None:
    await handed_over(await people_of(traced))

    envelope = await envelope_of(traced, WarningHandedOver.TYPE)
    assert envelope["traceparent"] == traceparent_of(kept.one("POST /warnings/{warning_id}/hand-over"))


async def test_the_trace_of_a_signal_leads_through_the_queue_to_the_warning_that_it_raises(
    traced: System, kept: Kept
) -> None:
    circle = await people_of(traced)
    await circle.open_offices()
    await circle.register(USCC, TOWN)
    await circle.raised(USCC, TOWN)

    stored = kept.one("POST /signals:together")
    assert kept.ancestry(stored) == [
        "POST /api/intake/v1/signals",
        "gateway send signals together",
        "POST warning",
        "POST /signals:together",
    ]
    raised = kept.one("gateway process warning.warning.raised.v1")
    assert trace_of(raised) == trace_of(stored)
    assert (await envelope_of(traced, WarningRaised.TYPE))["traceparent"] == traceparent_of(stored)
    assert id_of(stored) in {one.parent.span_id for one in kept.named("warning assess") if one.parent}


async def test_what_is_done_at_once_for_many_is_linked_to_each_of_them(traced: System, kept: Kept) -> None:
    await handed_over(await people_of(traced))

    batches = [*kept.named("producer batch"), *kept.named("consumer batch")]
    assert batches
    for batch in batches:
        assert batch.parent is not None
        assert batch.attributes is not None
        members = {batch.parent.span_id, *links_of(batch)}
        assert len(members) == batch.attributes["messaging.batch.message_count"]
        kinds = {one.kind for one in kept.all() if id_of(one) in members}
        assert len(kinds) == 1
        assert kinds <= {SpanKind.PRODUCER, SpanKind.CONSUMER}


async def test_a_strangers_trace_is_linked_to_and_not_gone_on_with(traced: System, kept: Kept) -> None:
    await traced.client("gateway").get("/api/mobile/v1/worklist", headers={"traceparent": A_STRANGERS})
    await traced.client("warning").get("/warnings", headers={"traceparent": A_STRANGERS})

    at_the_door, between_services = kept.all()
    assert (at_the_door.parent, links_of(at_the_door)) == (None, {0xB7AD6B7169203331})
    assert between_services.parent is not None
    assert between_services.parent.span_id == 0xB7AD6B7169203331


async def test_spans_hold_nothing_that_a_caller_sent(traced: System, kept: Kept) -> None:
    await handed_over(await people_of(traced))

    told = "\n".join(one.to_json() for one in kept.all())
    assert len(told) > 1000
    assert [word for word in (USCC, "双方愿意调解", "412600", "Bearer") if word in told] == []


async def test_probes_are_not_told(traced: System, kept: Kept) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert (await traced.client("gateway").get(path)).status_code == 200

    assert kept.all() == ()


async def test_where_no_spans_are_made_nothing_of_them_is_stored(system: System) -> None:
    assert not spans.on()
    await handed_over(await people_of(system))

    assert "traceparent" not in await envelope_of(system, WarningHandedOver.TYPE)
