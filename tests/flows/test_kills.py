"""kill -9, again and again, in the middle of everything: nothing acknowledged is lost, and nothing happens twice.

KILLS says how often, SEED repeats a run.
"""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from services.catalog import SPECS
from services.gateway.domain.accounts import NewAccount, NewDepartment
from services.gateway.domain.passwords import HashCost
from services.gateway.usecases.add_accounts import add_accounts
from services.gateway.usecases.add_department import ClientCredentials, add_department
from services.gateway.usecases.password_hashing import Passwords
from services.warning.domain.enterprises import EnterpriseClaim, check_claim
from services.warning.usecases.audit_warnings import audit_warnings
from services.warning.usecases.upsert_enterprises import upsert_enterprises
from shared.auth.permissions import Role
from shared.bus.free_ports import free_port
from shared.db.embedded import EmbeddedPostgres
from shared.db.engine import make_engine
from shared.db.tx import Database
from shared.kernel.clock import SystemClock, shanghai_day
from shared.runtime.prepare import prepare
from tests.flows import aftermath
from tests.flows.onslaught import INDICATORS, SOURCE, Onslaught, a_plan
from tests.flows.running import Running, answers, up
from tests.support.enterprises import a_uscc

KILLS = int(os.environ.get("KILLS", "5"))
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
TOWNS = ("310112101", "310112102", "310112103")
ENTERPRISES = [a_uscc(number) for number in range(300)]
CHEAP = HashCost(8, 1, 1, "for tests")
MOMENTS = ("intake", "assessment", "publishing", "relay", "power")
_PER_KILL_SECONDS = 60.0
_REST_SECONDS = 30.0
_MOMENT_SECONDS = 2.0
_WORK = {"assessment": "to_assess", "publishing": "to_publish"}


@dataclass(slots=True)
class Site:
    """A data folder with a district in it."""

    folder: Path

    @property
    def server(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.folder)

    @property
    def url(self) -> str:
        return self.server.url

    @asynccontextmanager
    async def database(self, service: str) -> AsyncIterator[Database]:
        engine = make_engine(self.url, application="tests")
        yield Database(engine, service, SPECS[service].mailboxes.outbox, SystemClock())
        await engine.dispose()

    async def furnish(self) -> ClientCredentials:
        """Make the schemas, the enterprises, a first coordinator for each town, and a department."""
        for spec in SPECS.values():
            async with self.database(spec.name) as db:
                await prepare(spec, db.engine, db.clock)
        async with self.database("warning") as db, db.write() as tx:
            await upsert_enterprises(
                tx, [check_claim(_claim(n, code), None) for n, code in enumerate(ENTERPRISES)]
            )
        await self.employ("first", len(TOWNS))
        async with self.database("gateway") as db, db.write() as tx:
            return await add_department(tx, NewDepartment(SOURCE, INDICATORS, "310112"), "tests")

    async def employ(self, name: str, count: int) -> None:
        """Add coordinators, of whom the warning service hears by event."""
        new = [
            NewAccount(f"{name}-{n}", "corner-lantern-42", Role.GRID_COORDINATOR, TOWNS[n % len(TOWNS)])
            for n in range(count)
        ]
        async with self.database("gateway") as db:
            await add_accounts(db, Passwords(CHEAP), new, "tests")

    def cut_the_power(self) -> None:
        """End the database too, without letting it write anything more."""
        postmaster = psutil.Process(int(self.server._pid_file()[0]))
        processes = [postmaster, *postmaster.children()]
        for process in processes:
            # A worker of the server may end by itself just now.
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=10)


def _claim(number: int, uscc: str) -> EnterpriseClaim:
    return EnterpriseClaim(
        uscc, f"上海第{number}电子有限公司", workplace_division=TOWNS[number % 3], headcount=200
    )


@dataclass(slots=True)
class Killer:
    """Ends the process at a moment of its choosing, and looks at what it left undone."""

    site: Site
    onslaught: Onslaught
    rng: random.Random
    struck: int = 0
    undone: int = 0

    async def strike(self, running: Running, moment: str) -> None:
        self.struck += 1
        await self.onslaught.flow(self.rng.randint(1, 200))
        if moment in _WORK:
            # Once every enterprise has its warning, new signals need not leave work of that kind: strike all the same.
            with suppress(TimeoutError):
                async with asyncio.timeout(_MOMENT_SECONDS):
                    await aftermath.until_work_is_left(self.site.url, _WORK[moment])
        elif moment == "relay":
            await self.site.employ(f"kill{self.struck}", 30)
            await asyncio.sleep(self.rng.uniform(0, 0.02))
        else:
            await asyncio.sleep(self.rng.uniform(0, 0.05))
        running.process.kill()
        to_assess, to_publish = await aftermath.work_left(self.site.url)
        self.undone += (to_assess > 0) + (to_publish > 0)
        _tell(f"kill {self.struck} at {moment}: {to_assess} to assess, {to_publish} events to publish")
        if moment == "power":
            self.site.cut_the_power()


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


async def _come_to_rest(site: Site) -> None:
    async with asyncio.timeout(_REST_SECONDS):
        while True:
            if await aftermath.work_left(site.url) == (0, 0):
                return
            await asyncio.sleep(0.1)


async def _suffer(site: Site, log: Path, rng: random.Random) -> tuple[Onslaught, dict[str, str]]:
    """Let the department send while the process dies and comes back; return what it was told, and what must be."""
    with site.server:
        credentials = await site.furnish()
    plan = a_plan(ENTERPRISES, shanghai_day(SystemClock().now()), rng)
    settings = {"PORT": str(free_port()), "DATA": str(site.folder), "LOG_LEVEL": "WARNING"}
    address = f"http://127.0.0.1:{settings['PORT']}"
    onslaught = Onslaught(address, credentials, plan, ENTERPRISES, rng.randrange(10**9))
    killer = Killer(site, onslaught, rng)
    moments = [MOMENTS[n % len(MOMENTS)] for n in range(KILLS)]
    rng.shuffle(moments)
    async with asyncio.TaskGroup() as group:
        group.create_task(onslaught.run())
        for moment in moments:
            with up(["--embedded"], log, **settings) as running:
                await asyncio.to_thread(running.wait_until, answers)
                await killer.strike(running, moment)
        with up(["--embedded"], log, **settings) as running:
            await asyncio.to_thread(running.wait_until, answers)
            await onslaught.flow(100)
            onslaught.finish()
            await asyncio.wait_for(onslaught.done.wait(), _REST_SECONDS)
            await _come_to_rest(site)
            assert await asyncio.to_thread(running.stop) == 0
    assert site.server._state() is None, "the last one to leave stops the database"
    assert len(MOMENTS) > KILLS or killer.undone > 0, "no kill came in the middle of anything"
    return onslaught, plan.expected


async def _examine(site: Site, onslaught: Onslaught, expected: dict[str, str]) -> None:
    url, ledger = site.url, onslaught.ledger
    stored = await aftermath.stored_signals(url)
    assert sorted(stored) == sorted(ledger.ids.items())
    assert await aftermath.open_warnings(url) == expected
    for question in (
        aftermath.DOUBLED_OR_MISSING_STEPS,
        aftermath.EVENTS_NOT_HEARD,
        aftermath.EVENTS_NEVER_SENT,
        aftermath.NOTICES_NOT_HEARD,
        aftermath.HEARD_OUT_OF_ORDER,
        aftermath.NOT_ASSESSED,
        aftermath.UNKNOWN_COORDINATORS,
        aftermath.unpublished(),
        aftermath.dead_letters(),
    ):
        assert await aftermath.rows(url, question) == [], question
    async with site.database("warning") as db, db.write() as tx:
        assert await audit_warnings(tx) == 0


@pytest.mark.slow
@pytest.mark.asyncio
async def test_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    _tell(f"SEED={SEED} KILLS={KILLS}")
    site = Site(tmp_path / "data")
    rng = random.Random(SEED)  # noqa: S311  a seed, not a secret
    try:
        async with asyncio.timeout(_PER_KILL_SECONDS * (KILLS + 1)):
            onslaught, expected = await _suffer(site, tmp_path / "log", rng)
        assert onslaught.ledger.faults == []
        with site.server:
            await _examine(site, onslaught, expected)
    finally:
        with site.server:  # takes over what a kill left running, and stops it
            pass
    _tell(f"{len(onslaught.ledger.ids)} signals, {onslaught.ledger.lost_answers} attempts without an answer")
