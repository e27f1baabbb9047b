"""Ten processes over Kafka under load: restarted one by one, and killed at random, the broker and the database too.

KILLS says how often, SEED repeats a run.
"""

import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.bus.embedded import JARS, Broker, a_broker
from shared.kernel.clock import SystemClock, shanghai_day
from tests.chaos.fleet import MEMBERS, Fleet
from tests.flows import aftermath
from tests.flows.onslaught import Onslaught, a_plan
from tests.flows.test_kills import ENTERPRISES, Site, _come_to_rest, _examine

pytestmark = pytest.mark.asyncio

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("KILLS", "40"))
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
KINDS = (*MEMBERS, "broker", "postgres")
_LEAST_OF_EACH = 3
_REST_SECONDS = 120.0


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """Give a broker whose messages survive its death."""
    found = a_broker(tmp_path / "kafka", ROOT / JARS)
    if not found.keeps_messages:
        pytest.skip(f"{found.name} keeps its messages in memory only")
    found.start()
    yield found
    found.stop()


@asynccontextmanager
async def under_load(broker: Broker, folder: Path) -> AsyncIterator[tuple[Fleet, Onslaught]]:
    """Give the fleet while a department sends; afterwards everything must be there once."""
    site = Site(folder / "data")
    rng = random.Random(SEED)  # noqa: S311  a seed, not a secret
    with site.server:
        credentials = await site.furnish()
        plan = a_plan(ENTERPRISES, shanghai_day(SystemClock().now()), rng)
        fleet = Fleet(site, broker, folder)
        onslaught = Onslaught(fleet.gateway.address, credentials, plan, ENTERPRISES, SEED)
        async with fleet.sailing():
            sending = asyncio.create_task(onslaught.run())
            await onslaught.flow(200)
            yield fleet, onslaught
            await fleet.until_ready()
            await onslaught.flow(200)
            onslaught.finish()
            await asyncio.wait_for(sending, _REST_SECONDS)
            async with asyncio.timeout(_REST_SECONDS):
                await _come_to_rest(site)
                await _everything_heard(site)
        assert onslaught.ledger.faults == []
        await _examine(site, onslaught, plan.expected)
        signals, lost = len(onslaught.ledger.ids), onslaught.ledger.lost_answers
        tell(f"{signals} signals acknowledged and there once, {lost} attempts without an answer")


async def _everything_heard(site: Site) -> None:
    while True:
        if not await aftermath.rows(site.url, f"{aftermath.unpublished()} UNION ALL {aftermath.UNHEARD}"):
            return
        await asyncio.sleep(0.2)


def tell(line: str) -> None:
    sys.stderr.write(line + "\n")


async def test_a_rolling_restart_under_load_fails_no_request(broker: Broker, tmp_path: Path) -> None:
    async with under_load(broker, tmp_path) as (fleet, onslaught):
        for name in MEMBERS:
            await fleet.restart(name)
            await onslaught.flow(50)
        assert [member.starts for member in fleet.members.values()] == [2] * len(MEMBERS)
        assert fleet.gateway.failures == []
        assert fleet.warning.failures == []
        assert onslaught.ledger.lost_answers == 0
        tell(f"{len(MEMBERS)} processes restarted one by one")


async def test_random_kills_lose_nothing_and_double_nothing(broker: Broker, tmp_path: Path) -> None:
    rng = random.Random(SEED)  # noqa: S311  a seed, not a secret
    kinds = [*KINDS * _LEAST_OF_EACH, *rng.choices(KINDS, k=max(0, KILLS - _LEAST_OF_EACH * len(KINDS)))]
    rng.shuffle(kinds)
    tell(f"SEED={SEED} KILLS={KILLS}")
    async with under_load(broker, tmp_path) as (fleet, onslaught):
        for number, kind in enumerate(kinds[:KILLS], 1):
            await fleet.until_ready()
            await onslaught.flow(rng.randint(1, 100))
            fleet.kill(kind)
            tell(f"kill {number}: {kind}")
            await asyncio.sleep(0.2)
    counted = Counter(kinds[:KILLS])
    tell("killed: " + ", ".join(f"{kind} {counted[kind]}" for kind in KINDS))
