"""A fleet while a department sends without pause, and the account that is taken of it afterwards."""

import asyncio
import os
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from services.gateway.usecases.add_department import ClientCredentials
from shared.bus.embedded import Broker
from shared.kernel.clock import SystemClock, shanghai_day
from tests.chaos.fleet import Fleet
from tests.flows import aftermath
from tests.flows.onslaught import Onslaught, a_plan
from tests.flows.test_kills import ENTERPRISES, Site, _come_to_rest, _examine

SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
# Few of many signals warn of something, so that there are events to tell until the end.
_TELLING = 0.015
# The machine is there for what is killed and comes back too.
_PAUSE_SECONDS = 0.2
_REST_SECONDS = 120.0
_CATCH_UP_SECONDS = 60.0
_COLLEAGUES = 30
_TOPS = " UNION ALL ".join(
    f"SELECT '{service}' AS service, max(seq) AS seq FROM {service}.outbox"  # noqa: S608  words of ours
    for service in aftermath.SERVICES
)


def tell(line: str) -> None:
    sys.stderr.write(line + "\n")


@dataclass(slots=True)
class Load:
    """Processes at work, and who keeps them at it."""

    fleet: Fleet
    onslaught: Onslaught
    credentials: ClientCredentials

    @property
    def site(self) -> Site:
        return self.fleet.site

    async def emit(self, why: str) -> None:
        """Let the gateway have something to tell, whatever the department sends."""
        await self.site.employ(why, _COLLEAGUES)

    async def acknowledged_within(self, seconds: float) -> int:
        """Return how many signals are acknowledged in so long a time."""
        before = self.onslaught.ledger.acknowledgements
        await asyncio.sleep(seconds)
        return self.onslaught.ledger.acknowledgements - before

    @asynccontextmanager
    async def fault(self, name: str) -> AsyncIterator[None]:
        """Let a fault happen inside; what there was to tell when it is over gets through soon after."""
        ledger = self.onslaught.ledger
        acknowledged, lost, began_at = ledger.acknowledgements, ledger.lost_answers, time.monotonic()
        yield
        over_at = time.monotonic()
        acknowledged, lost = ledger.acknowledgements - acknowledged, ledger.lost_answers - lost
        await self.fleet.until_ready()
        ready_at = time.monotonic()
        await self._caught_up()
        await self.onslaught.flow(100)
        tell(
            f"{name}, {over_at - began_at:.0f} s: {acknowledged} signals acknowledged meanwhile, {lost} attempts"
            f" without an answer; all ready {ready_at - over_at:.1f} s later,"
            f" all told {time.monotonic() - over_at:.1f} s later"
        )

    async def _caught_up(self) -> None:
        tops = await aftermath.rows(self.site.url, _TOPS)
        waiting = " UNION ALL ".join(
            f"SELECT event_id FROM {top['service']}.outbox WHERE published_at IS NULL AND seq <= {top['seq'] or 0}"  # noqa: S608  words of ours
            for top in tops
        )
        async with asyncio.timeout(_CATCH_UP_SECONDS):
            while await aftermath.rows(self.site.url, waiting):  # noqa: ASYNC110  the database has no event for it
                await asyncio.sleep(0.2)


@asynccontextmanager
async def under_load(broker: Broker, folder: Path) -> AsyncIterator[Load]:
    """Give the fleet while a department sends; afterwards everything must be there once."""
    site = Site(folder / "data")
    rng = random.Random(SEED)  # noqa: S311  a seed, not a secret
    tell(f"SEED={SEED}")
    with site.server:
        credentials = await site.furnish()
        plan = a_plan(ENTERPRISES, shanghai_day(SystemClock().now()), rng)
        fleet = Fleet(site, broker, folder)
        rate = {"telling": _TELLING, "pause_seconds": _PAUSE_SECONDS}
        onslaught = Onslaught(fleet.gateway.address, credentials, plan, ENTERPRISES, SEED, **rate)
        async with fleet.sailing():
            sending = asyncio.create_task(onslaught.run())
            await onslaught.flow(200)
            yield Load(fleet, onslaught, credentials)
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
        tell(await _counted(site))


async def _everything_heard(site: Site) -> None:
    unheard = (
        f"{aftermath.unpublished()} UNION ALL {aftermath.UNHEARD} UNION ALL {aftermath.NOTICES_NOT_HEARD}"
    )
    while True:
        if not await aftermath.rows(site.url, unheard):
            return
        await asyncio.sleep(0.2)


async def _counted(site: Site) -> str:
    asked = ", ".join(
        f"(SELECT count(*) FROM {table}) AS {name}"  # noqa: S608  words of ours
        for name, table in (
            ("warnings", "warning.warnings"),
            ("steps", "warning.warning_history"),
            ("told", "warning.outbox"),
            ("accounts", "gateway.outbox"),
            ("heard", "warning.inbox"),
        )
    )
    (found,) = await aftermath.rows(site.url, f"SELECT {asked}")
    return (
        f"{found['warnings']} warnings with {found['steps']} steps, told in {found['told']} events;"
        f" {found['accounts']} account events, {found['heard']} heard; no dead letter, auditor clean"
    )
