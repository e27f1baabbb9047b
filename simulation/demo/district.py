"""Builds the simulated district in an empty database: world, accounts, history, model."""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import date

from pydantic_core import from_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.catalog import SPECS
from services.commands.model import train_and_install
from services.warning.domain.ports import NotEnoughOutcomes
from services.warning.jobs.assess import NIGHTLY
from services.warning.repository import assessments, job_marks
from services.warning.schemas.history_files import read_history
from services.warning.usecases.indicator_registry import IndicatorRegistry
from services.warning.usecases.load_history import load_history
from shared.db.tx import Database
from shared.kernel.clock import shanghai_day
from shared.kernel.errors import DomainError, Kind
from shared.outbox.relay import BATCH
from shared.runtime.host import Host, Hosted
from simulation.demo.folder import DemoFolder, Stage
from simulation.demo.network import open_network
from simulation.demo.people import add_people, read_staff, store_people
from simulation.demo.screen import Screen
from simulation.files import write_world
from simulation.world import build_world

ENTERPRISES = 20_000
MONTHS = 12
_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND datname = current_database()
"""
_HISTORY = ("enterprises", "signals", "outcomes", "warnings")


class DatabaseInUse(DomainError):
    """The database of the folder holds data that no demo made."""

    kind = Kind.CONFLICT
    code = "demo.database_in_use"


async def forget_half_made(engine: AsyncEngine) -> None:
    """Drop what a start that was killed left of a district."""
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        # Statements of the killed demo may still run.
        await connection.execute(text(_END_OTHERS))
        for name in SPECS:
            await connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))


async def refuse_foreign_data(engine: AsyncEngine) -> None:
    """Raise DatabaseInUse where somebody has worked with the folder's database already."""
    used = "SELECT EXISTS (SELECT FROM gateway.accounts) OR EXISTS (SELECT FROM warning.enterprises)"
    async with engine.connect() as connection:
        if (await connection.execute(text(used))).scalar_one():
            raise DatabaseInUse(
                "该目录的数据库里已有数据，演示区不能建在其中：请用 DATA= 指定另一个目录。",
                "The folder's database holds data already: choose another folder for the demo with DATA=.",
            )


async def build_district(made: Host, folder: DemoFolder, enterprises: int, screen: Screen) -> None:
    """Build everything that a first start needs; the folder's stage tells whether it came to its end."""
    gateway, warning = made.hosted["gateway"], made.hosted["warning"]
    folder.start_anew(folder.seed or secrets.randbelow(2**31))
    today = shanghai_day(warning.db.clock.now())
    counts = await _make_world(folder, enterprises, today, screen)
    await _open_accounts(gateway, folder, screen)
    await _open_network(made.hosted["mediation"].db, folder, screen)
    await _load_history(warning.db, folder, counts, screen)
    await _train(warning.db, screen)
    folder.reach(Stage.BUILT)


async def _make_world(folder: DemoFolder, enterprises: int, today: date, screen: Screen) -> Mapping[str, int]:
    with screen.step("生成模拟区 / making up the district") as step:
        counts = await asyncio.to_thread(_write, folder, enterprises, today)
        step.note = f"企业 {counts['enterprises']:,}  信号 {counts['signals'] + counts['recent']:,}"
        return counts


def _write(folder: DemoFolder, enterprises: int, today: date) -> Mapping[str, int]:
    write_world(build_world(folder.seed, enterprises, MONTHS, today), folder.world)
    counts: dict[str, int] = from_json((folder.world / "world.json").read_bytes())["counts"]
    return counts


async def _open_accounts(gateway: Hosted, folder: DemoFolder, screen: Screen) -> None:
    """The other services hear of their people before there is anything for them to do."""
    with screen.step("建立账号 / opening accounts") as step:
        people = await add_people(gateway.db, read_staff(folder.world))
        store_people(folder.path, people)
        async with gateway.db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            while await gateway.relay.publish_batch(connection) == BATCH:
                continue
        step.note = f"用户 {len(people.officials)}  部门 {len(people.departments)}"


async def _open_network(db: Database, folder: DemoFolder, screen: Screen) -> None:
    with screen.step("建立调解网络 / opening the mediation network") as step:
        step.note = f"组织 {await open_network(db, folder.world)}"


async def _load_history(db: Database, folder: DemoFolder, counts: Mapping[str, int], screen: Screen) -> None:
    done = dict.fromkeys(_HISTORY, 0)
    with screen.step("载入历史数据 / loading the history", sum(counts[part] for part in _HISTORY)) as step:

        def progress(part: str, rows: int) -> None:
            done[part] = rows
            step.reach(sum(done.values()))

        async with db.write() as tx:
            indicators = await IndicatorRegistry().current(tx)
            await load_history(tx, read_history(folder.world), indicators, progress)
        step.note = f"{sum(done.values()):,} 条 / rows"


async def _train(db: Database, screen: Screen) -> None:
    with screen.step("训练风险模型 / training the risk model") as step:
        try:
            await train_and_install(db)
        except NotEnoughOutcomes:
            # A small district has too little to learn from.
            step.note = "历史太少，仅用规则 / too little history, rules alone"
    async with db.write() as tx:
        # Everybody is due once before the first warnings; tonight's round has nothing to add.
        if not await assessments.waiting(tx):
            await assessments.enqueue_all(tx)
        await job_marks.mark(tx, NIGHTLY, shanghai_day(tx.now))
