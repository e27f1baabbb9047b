"""Fixtures that every kind of test may ask for: a real PostgreSQL, a fixed clock, a running system."""

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import pytest_asyncio
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine
from typing_extensions import override
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from services.catalog import SPECS
from shared.db.embedded import EmbeddedPostgres
from shared.db.engine import make_engine
from shared.kernel.clock import FixedClock, SystemClock
from shared.runtime.prepare import prepare
from tests.support.databases import Databases
from tests.support.next_schema import migrate_with
from tests.support.system import System

# Logged exceptions would otherwise be drawn with every local variable, seconds each.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)

# The collector would go through thousands of modules and collected tests again and again, a fifth of the time.
gc.set_threshold(100_000, 50, 100)

# How long one example takes says more about what else the machine does.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

# Memory, where a test's files fit into it: they are waited for more than anything else, and taken away again.
_MEMORY = Path("/dev/shm")  # noqa: S108  private folders are made in it
_MEMORY_BYTES = 6 * 2**30
if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _MEMORY_BYTES:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


# What these folders share between their files is dear: a broker, a trained model.
_TOGETHER = ("tests/kafka/", "tests/ml/", "tests/unit/simulation/")


class _ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist publishes no types
    """Gives each worker whole files, so that what a file or a dear folder shares is made once."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in _TOGETHER if file.startswith(folder)), file)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folder that takes longest, which would otherwise end long after all the others."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/kafka/"))


def pytest_collection_finish() -> None:
    """Leave what was loaded and collected out of every collection of garbage from here on."""
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Share out the tests among the workers of `-n`."""
    return _ByFile(config, log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the address of this worker's private PostgreSQL; gives up crash safety for speed."""
    root = os.environ.get("PYTEST_DEBUG_TEMPROOT")
    with (
        tempfile.TemporaryDirectory(prefix="lew-", dir=root) as folder,
        EmbeddedPostgres(Path(folder), durable=False) as server,
    ):
        yield server.url


@pytest.fixture(scope="session")
def databases(postgres: str) -> Databases:
    """Give the databases of this worker."""
    return Databases(postgres, migrated)


async def migrated(url: str) -> None:
    """Bring every schema of a database to head, or to that of the release whose folder SCHEMA_FROM names."""
    if release := os.environ.get("SCHEMA_FROM"):
        await migrate_with(Path(release), url)
    engine = make_engine(url, application="tests")
    for spec in SPECS.values():
        await prepare(spec, engine, SystemClock())
    await engine.dispose()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class _LastingEngine(AsyncEngine):
    """Serves one test after the other, with the same connections and compiled statements."""

    @override
    async def dispose(self, close: bool = True) -> None:
        """Stay: who closes a system would close it for the next one too."""


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def lasting_engines() -> AsyncIterator[None]:
    """Let the engines of services last; a loop of its own, such as a command's, gets engines of its own."""
    here = asyncio.get_running_loop()

    @cache
    def lasting(url: str, **settings: Any) -> AsyncEngine:
        return _LastingEngine(make_engine(url, **settings).sync_engine)

    def made(url: str, **settings: Any) -> AsyncEngine:
        return (lasting if _running_loop() is here else make_engine)(url, **settings)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shared.runtime.host.make_engine", made)
        yield


@pytest_asyncio.fixture
async def database_url(databases: Databases) -> AsyncIterator[str]:
    """Give the address of a migrated database."""
    async with databases.one() as url:
        yield url


@pytest_asyncio.fixture
async def another_database_url(databases: Databases) -> AsyncIterator[str]:
    """Give a second one."""
    async with databases.one() as url:
        yield url


@pytest_asyncio.fixture
async def empty_database_url(databases: Databases) -> AsyncIterator[str]:
    """Give the address of a database without any schema."""
    async with databases.empty() as url:
        yield url


@pytest.fixture
def clock() -> FixedClock:
    """Stand on Wednesday 2026-11-18, 10:00 in Shanghai, a working day."""
    return FixedClock(datetime(2026, 11, 18, 2, 0, tzinfo=UTC))


@pytest_asyncio.fixture
async def system(database_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[System]:
    """Give all four services in this process on the local bus, with nothing running by itself."""
    async with System.started(database_url, clock, tmp_path) as running:
        yield running
