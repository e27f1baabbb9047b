"""Where a command finds its database: DATABASE_URL, else the private PostgreSQL of a data folder."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy.exc import ArgumentError

from services.catalog import SPECS
from services.commands.faults import explained
from shared.db.embedded import EmbeddedPostgres
from shared.db.engine import async_url, make_engine
from shared.db.tx import Database
from shared.kernel.clock import Clock, SystemClock
from shared.kernel.errors import DomainError
from shared.runtime.prepare import prepare
from shared.runtime.settings import CommonSettings

DEFAULT_FOLDER = Path(".demo")
# Through which the simulation tells its clock, because no service imports it.
CLOCKS = "labour_warning.clocks"
T = TypeVar("T")
Databases = Mapping[str, Database]

DataFolder = Annotated[
    Path | None,
    typer.Option(
        "--data",
        envvar="DATA",
        help="数据目录，缺省 ./.demo；设置了 DATABASE_URL 时不用 / data folder, ./.demo unless DATABASE_URL is set",
        show_default=False,
    ),
]


class AddressMalformed(DomainError):
    """DATABASE_URL is no address."""

    code = "database_url_malformed"
    message_zh = "DATABASE_URL 无法识别，应形如 postgresql://用户:密码@主机:5432/数据库。"
    message_en = "DATABASE_URL is not an address such as postgresql://user:password@host:5432/database."


def clock_of(data: Path | None) -> Clock:
    """Return the clock of what is in a data folder: a simulated district's may be ahead of the machine's."""
    if CommonSettings().database_url.get_secret_value():
        return SystemClock()
    known = entry_points(group=CLOCKS)
    return next((one.load()(data or DEFAULT_FOLDER) for one in known), SystemClock())


def token_key_of(data: Path | None) -> Path:
    """Return where an installation's token key lies in its data folder, unless a setting names another."""
    return (data or DEFAULT_FOLDER) / "token.pem"


@contextmanager
def database_address(data: Path | None) -> Iterator[str]:
    """Give the address of DATABASE_URL, else of the folder's private server, which is started when none runs.

    The server is stopped again by the last process that leaves it. Raises EmbeddedPostgresFailed.
    """
    configured = CommonSettings().database_url.get_secret_value()
    if configured:
        yield _checked(configured)
        return
    with embedded_address(data) as url:
        yield url


@contextmanager
def embedded_address(data: Path | None) -> Iterator[str]:
    """Give the address of the folder's private server, whatever DATABASE_URL says. Raises EmbeddedPostgresFailed."""
    with EmbeddedPostgres(data or DEFAULT_FOLDER) as server:
        yield server.url


def _checked(url: str) -> str:
    try:
        async_url(url)
    except ArgumentError as error:
        raise AddressMalformed from error
    return url


@asynccontextmanager
async def open_databases(url: str, clock: Clock | None = None) -> AsyncIterator[Databases]:
    """Give every service's database, brought to this release first. Raises SchemaTooNew."""
    clock = clock or SystemClock()
    opened: dict[str, Database] = {}
    try:
        for name, spec in SPECS.items():
            engine = make_engine(url, application=f"command {name}", pool_size=4)
            opened[name] = Database(engine, name, spec.mailboxes.outbox, clock)
            await prepare(spec, engine, clock)
        yield opened
    finally:
        for database in opened.values():
            await database.close()


def run_with_databases(data: Path | None, work: Callable[[Databases], Awaitable[T]]) -> T:
    """Run `work` on the databases; what goes wrong for a reason that a person can act on ends in one line."""

    async def run(url: str) -> T:
        async with open_databases(url, clock_of(data)) as databases:
            return await work(databases)

    with explained(), database_address(data) as url:
        return asyncio.run(run(url))
