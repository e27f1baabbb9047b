"""Two whole gateways behind real servers: across and back over TCP."""

from pathlib import Path

import pytest

from shared.bus.free_ports import free_port
from shared.kernel.clock import FixedClock
from tests.service.gateway.neighbours import Neighbours
from tests.service.gateway.server import served


@pytest.mark.asyncio
async def test_a_request_goes_across_and_its_decision_back_over_http(
    database_url: str, another_database_url: str, clock: FixedClock, tmp_path: Path
) -> None:
    ports = free_port(), free_port()
    addresses = f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}"
    urls = database_url, another_database_url
    async with Neighbours.opened(urls, clock, tmp_path, addresses) as pair:
        asked = (await pair.ask()).json()
        await pair.settle()
        assert (await pair.detail(pair.ours, asked["id"]))["delivery"] == "pending"
        async with served(pair.ours.app, ports[0]), served(pair.theirs.app, ports[1]):
            clock.advance(pair.ours.jobs["send_outgoing"].every * 120)
            await pair.settle()
            (there,) = await pair.listed(pair.theirs)
            assert there["message_id"] == asked["id"]
            await pair.decide(there["id"], "accept")
            await pair.settle()
        known = await pair.detail(pair.ours, asked["id"])
        assert (known["state"], known["attempts"]) == ("accepted", 2)
