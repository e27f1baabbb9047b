"""Fixtures that every kind of test may ask for: a real PostgreSQL, a fixed clock, a running system."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
import structlog

from services.catalog import SPECS
from shared.db.embedded import EmbeddedPostgres
from shared.db.engine import make_engine
from shared.kernel.clock import FixedClock, SystemClock
from shared.runtime.host import prepare
from tests.support.system import System

# Logged exceptions would otherwise be drawn with every local variable, seconds each.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)

TEMPLATE = "template_labour_warning"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the address of this worker's private PostgreSQL; gives up crash safety for speed."""
    with (
        tempfile.TemporaryDirectory(prefix="lew-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as server,
    ):
        yield server.url


@pytest.fixture(scope="session")
def template(postgres: str) -> str:
    """Give the name of a database that the migrations built."""
    asyncio.run(_make_template(postgres))
    return TEMPLATE


async def _make_template(postgres: str) -> None:
    await _administer(postgres, f"CREATE DATABASE {TEMPLATE}")
    engine = make_engine(database_at(postgres, TEMPLATE), application="tests")
    for spec in SPECS.values():
        await prepare(spec, engine, SystemClock())
    await engine.dispose()


def database_at(postgres: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return postgres.replace("/postgres?", f"/{name}?", 1)


async def _administer(postgres: str, statement: str) -> None:
    connection = await asyncpg.connect(postgres)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@asynccontextmanager
async def a_database(postgres: str, template: str) -> AsyncIterator[str]:
    """Make a fresh, migrated database, and take it away again."""
    name = f"test_{uuid4().hex[:12]}"
    await _administer(postgres, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY WAL_LOG")
    yield database_at(postgres, name)
    await _administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture
async def database_url(postgres: str, template: str) -> AsyncIterator[str]:
    """Give the address of a fresh, migrated database."""
    async with a_database(postgres, template) as url:
        yield url


@pytest_asyncio.fixture
async def another_database_url(postgres: str, template: str) -> AsyncIterator[str]:
    """Give a second one."""
    async with a_database(postgres, template) as url:
        yield url


@pytest_asyncio.fixture
async def empty_database_url(postgres: str) -> AsyncIterator[str]:
    """Give the address of a database without any schema."""
    name = f"empty_{uuid4().hex[:12]}"
    await _administer(postgres, f"CREATE DATABASE {name}")
    yield database_at(postgres, name)
    await _administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def clock() -> FixedClock:
    """Stand on Wednesday 2026-11-18, 10:00 in Shanghai, a working day."""
    return FixedClock(datetime(2026, 11, 18, 2, 0, tzinfo=UTC))


@pytest_asyncio.fixture
async def system(database_url: str, clock: FixedClock, tmp_path: Path) -> AsyncIterator[System]:
    """Give all four services in this process on the local bus, with nothing running by itself."""
    async with System.started(database_url, clock, tmp_path) as running:
        yield running
