"""A district is lost and comes back as it was at one moment, in all four schemas, and works on from there."""

import asyncio
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from typing_extensions import override

from services.catalog import SPECS
from shared.bus.local import LocalBus
from shared.bus.port import Message
from shared.db.embedded import EmbeddedPostgres
from shared.kernel.clock import FixedClock, shanghai_day
from tests.conftest import migrated
from tests.flows.circle import Circle, Json, end_state, people_of, some_enterprises
from tests.service.commands.ending import Ended, run
from tests.support.system import System

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
(FIRST, SECOND, WAITING, LATER) = some_enterprises(4).items()
MAILBOXES = ("outbox", "inbox", "dead_letters")

Content = Mapping[str, str | None]


class ForgetfulBus(LocalBus):
    """Takes messages like a broker whose consumers are away, while `forgets` holds."""

    forgets = False

    @override
    async def publish(self, messages: Sequence[Message]) -> None:
        if not self.forgets:
            await super().publish(messages)


@dataclass(frozen=True, slots=True)
class Lost:
    """What is left of a district whose data folder is gone, and what somebody remembers of it."""

    backup: Path
    moment: str
    content: Content
    afterwards: Content
    state: Json
    circle: Circle
    warnings: Mapping[str, str]
    handed_over: str


async def content_of(url: str) -> Content:
    """Return a checksum of every table in all four schemas."""
    connection = await asyncpg.connect(url)
    try:
        names = await connection.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = ANY($1)",
            list(SPECS),
        )
        one = (
            "SELECT '{0}' AS name, (SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {0} t) AS sum"
        )
        rows = await connection.fetch(" UNION ALL ".join(one.format(row["name"]) for row in names))
        return {row["name"]: row["sum"] for row in rows}
    finally:
        await connection.close()


def changed(before: Content, after: Content) -> set[str]:
    return {name for name in {**before, **after} if before.get(name) != after.get(name)}


async def value(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def command(*arguments: object) -> Ended:
    return run(["backup", *map(str, arguments)])


def done(*arguments: object) -> str:
    ended = command(*arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


async def lives(url: str, folder: Path, data: Path, backup: Path) -> Lost:
    """Let a district work, be backed up while it does, and work on beyond the moment."""
    bus = ForgetfulBus()
    async with System.started(url, FixedClock(NOW), folder, bus) as system:
        circle = await people_of(system)
        warnings = await circle.all_round(dict([FIRST, SECOND]))
        await asyncio.to_thread(done, "base", "--to", backup, "--data", data)
        await circle.register(*WAITING)
        handed_over = await circle.on_site(*WAITING)
        bus.forgets = True
        await circle.act(
            f"grid-{WAITING[1]}",
            f"/api/mobile/v1/warnings/{handed_over}/hand-over",
            note="双方愿意调解",
            workers=24,
            amount_cny="412600.00",
        )
        await system.settle()
        state = await end_state(circle, warnings)
        content = await content_of(url)
        moment = str(await value(url, "SELECT to_json(clock_timestamp()) #>> '{}'"))
        bus.forgets = False
        await circle.register(*LATER)
        await circle.through_inspection(*LATER)
        await circle.call("district-1", "PUT", "/api/dashboard/v1/organisations/X1", OFFICE)
        await system.settle()
        afterwards = await content_of(url)
    return Lost(backup, moment, content, afterwards, state, circle, warnings, handed_over)


OFFICE = {"name": "后来的调解中心", "tier": "town", "division": WAITING[1]}


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lost]:
    """Give a district's backup, after its data folder was destroyed."""
    folder = tmp_path_factory.mktemp("lost")
    data, backup = folder / "data", folder / "backup"
    with EmbeddedPostgres(data, durable=False) as server:
        asyncio.run(migrated(server.url))
    done("base", "--to", backup, "--data", data)
    with EmbeddedPostgres(data) as server:
        found = asyncio.run(lives(server.url, folder, data, backup))
    shutil.rmtree(data)
    yield found
    shutil.rmtree(folder)


@dataclass(frozen=True, slots=True)
class Settled:
    """A restored district that has come to rest."""

    state: Json
    content: Content
    told: object
    cases: object


async def works_on(url: str, folder: Path, lost: Lost) -> Settled:
    async with System.started(url, FixedClock(NOW), folder) as system:
        await system.settle()
        circle = Circle(
            lambda: system.client("gateway"), lost.circle.credentials, system.settle, shanghai_day(NOW)
        )
        await circle.case_of(f"mediator-{WAITING[1]}", "mediation", lost.handed_over)
        state = await end_state(circle, lost.warnings)
        content = {
            name: seen
            for name, seen in (await content_of(url)).items()
            if not name.endswith(MAILBOXES) and not name.startswith("gateway.")
        }
        told = await value(url, "SELECT count(*) FROM gateway.notifications")
        cases = await value(url, "SELECT count(*) FROM mediation.cases")
        return Settled(state, content, told, cases)


def test_everything_is_as_it_was_at_the_moment_and_facts_on_their_way_arrive(
    lost: Lost, tmp_path: Path
) -> None:
    data = tmp_path / "restored"
    written_later = {name.split(".")[0] for name in changed(lost.content, lost.afterwards)}
    assert written_later == set(SPECS)

    done("verify", "--from", lost.backup)
    done("restore", "--from", lost.backup, "--to-time", lost.moment, "--data", data)
    with EmbeddedPostgres(data) as server:
        assert changed(lost.content, asyncio.run(content_of(server.url))) == set()
        opened = asyncio.run(value(server.url, "SELECT count(*) FROM mediation.cases"))

        assert "warning: 0 " not in done("resume", "--data", data)
        settled = asyncio.run(works_on(server.url, tmp_path, lost))
        assert (opened, settled.cases) == (1, 2)
        done("resume", "--data", data)
        again = asyncio.run(works_on(server.url, tmp_path, lost))
    assert changed(settled.content, again.content) == set()
    assert (settled.state, settled.told) == (again.state, again.told)
