"""A district is lost and comes back as it was at one moment, in all four schemas, and works on from there."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from typing_extensions import override

from services.catalog import SPECS
from shared.bus.local import LocalBus
from shared.bus.port import Message
from shared.db.archive import Store
from shared.db.embedded import EmbeddedPostgres
from shared.db.engine import make_engine
from shared.db.locks import only_one
from shared.kernel.clock import FixedClock, shanghai_day
from shared.kernel.recovery import WINDOW_MARGIN
from shared.outbox.relay import turn_of
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
    """A district that has come to rest: what its people see, and every table but mailboxes and the gateway's."""

    state: Json
    content: Content
    told: object
    cases: object


async def settled(url: str, folder: Path, lost: Lost) -> Settled:
    async with System.started(url, FixedClock(NOW), folder) as system:
        await system.settle()
        circle = Circle(
            lambda: system.client("gateway"), lost.circle.credentials, system.settle, shanghai_day(NOW)
        )
        state = await end_state(circle, lost.warnings)
    content = {
        name: seen
        for name, seen in (await content_of(url)).items()
        if not name.endswith(MAILBOXES) and not name.startswith("gateway.")
    }
    return Settled(
        state,
        content,
        await value(url, "SELECT count(*) FROM gateway.notifications"),
        await value(url, f"SELECT count(*) FROM mediation.cases WHERE warning_id = '{lost.handed_over}'"),  # noqa: S608 -- an id of ours
    )


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

        before = asyncio.run(settled(server.url, tmp_path, lost))
        assert before.cases == 0
        told = done("resume", "--epoch", 2, "--data", data)
        assert f"KAFKA_EPOCH=2, labour-warning kafka rewind --to {NOW - WINDOW_MARGIN:%Y-%m-%d}" in told
        after = asyncio.run(settled(server.url, tmp_path, lost))
        assert after.cases == 1, told
        done("resume", "--data", data)
        again = asyncio.run(settled(server.url, tmp_path, lost))
    assert before.state == after.state == again.state == lost.state
    assert changed(after.content, again.content) == set()
    assert (after.told, after.cases) == (again.told, again.cases)


def test_without_a_moment_everything_that_was_archived_comes_back(lost: Lost, tmp_path: Path) -> None:
    done("restore", "--from", lost.backup, "--data", tmp_path / "restored")
    with EmbeddedPostgres(tmp_path / "restored") as server:
        assert changed(lost.afterwards, asyncio.run(content_of(server.url))) == set()
        told = asyncio.run(beside_a_relay(server.url, tmp_path / "restored"))
    assert "mediation" in told


async def beside_a_relay(url: str, data: Path) -> str:
    """Return what `resume` says while a relay is at work."""
    engine = make_engine(url, application="tests")
    async with only_one(engine, turn_of("mediation")):
        told = await asyncio.to_thread(refused, "resume", "--data", data)
    await engine.dispose()
    return told


def refused(*arguments: object) -> str:
    """Return the one line in which a command refuses."""
    ended = command(*arguments)
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    return line


def test_a_restore_needs_an_empty_place_and_a_moment_that_the_backup_covers(
    lost: Lost, tmp_path: Path
) -> None:
    source = ("restore", "--from", lost.backup)
    moment = datetime.fromisoformat(lost.moment)
    (tmp_path / "full" / "kept").mkdir(parents=True)
    assert "not an empty folder" in refused(*source, "--data", tmp_path / "full")
    new = ("--data", tmp_path / "new")
    for asked, told in {
        "yesterday": "offset",
        "2026-11-26T10:00:00": "offset",
        (moment - timedelta(days=1)).isoformat(): "before the end of the earliest backup",
        (moment + timedelta(days=1)).isoformat(): "does not reach the moment",
    }.items():
        assert told in refused(*source, *new, "--to-time", asked)
    assert "no whole backup" in refused("restore", "--from", tmp_path / "nothing", *new)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full"]


def spoil_a_file(backup: Path) -> None:
    newest = max((backup / "base").iterdir())
    file = newest / "global" / "pg_filenode.map"
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)


def lose_a_file(backup: Path) -> None:
    (max((backup / "base").iterdir()) / "PG_VERSION").unlink()


def spoil_the_manifest(backup: Path) -> None:
    manifest = max((backup / "base").iterdir()) / "backup_manifest"
    manifest.write_bytes(manifest.read_bytes().replace(b'"Size": 3,', b'"Size": 4,'))


def lose_the_manifest(backup: Path) -> None:
    (max((backup / "base").iterdir()) / "backup_manifest").unlink()


def lose_the_copies_log(backup: Path) -> None:
    shutil.rmtree(max((backup / "base").iterdir()) / "pg_wal")


@pytest.mark.parametrize(
    "spoil", [spoil_a_file, lose_a_file, spoil_the_manifest, lose_the_manifest, lose_the_copies_log]
)
def test_a_copy_that_is_not_whole_is_not_restored(
    lost: Lost, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    backup = tmp_path / "backup"
    newest = max((lost.backup / "base").iterdir())
    shutil.copytree(newest, backup / "base" / newest.name)
    spoil(backup)
    assert "not whole" in refused("restore", "--from", backup, "--data", tmp_path / "new")
    assert "not whole" in refused("verify", "--from", backup)
    assert not (tmp_path / "new").exists()


def test_a_log_with_a_gap_or_a_torn_segment_is_found(lost: Lost, tmp_path: Path) -> None:
    backup = Path(shutil.copytree(lost.backup, tmp_path / "backup"))
    segments = Store(backup).segments()
    assert len(segments) > 2
    segments[1].unlink()
    assert segments[0].name in refused("verify", "--from", backup)
    shutil.rmtree(max((backup / "base").iterdir()))  # it lies behind the gap, and could do without
    assert "gap" in refused("restore", "--from", backup, "--data", tmp_path / "new")
    os.truncate(segments[-1], 1000)
    assert segments[-1].name in refused("verify", "--from", backup)


def test_a_copy_that_was_left_half_made_is_not_found(lost: Lost, tmp_path: Path) -> None:
    newest = max((lost.backup / "base").iterdir())
    shutil.copytree(newest, tmp_path / "backup" / "base" / "making.abc")
    assert "no whole backup" in refused("restore", "--from", tmp_path / "backup", "--data", tmp_path / "new")
