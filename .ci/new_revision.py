"""Writes a new migration for one service: `make revision S=warning M="add sessions"`.

It migrates a throw-away PostgreSQL to head and lets Alembic compare that with the declared tables.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from services.catalog import SPECS
from shared.db import migrate
from shared.db.embedded import EmbeddedPostgres
from shared.db.engine import make_engine
from shared.runtime.prepare import history_of

ROOT = Path(__file__).resolve().parents[1]


def _compare(connection: Connection, service: str, message: str) -> None:
    config = Config(str(ROOT / "alembic.ini"), ini_section=service)
    config.attributes["connection"] = connection
    number = 1 + len(list((ROOT / "services" / service / "migrations" / "versions").glob("*.py")))
    command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")


async def _write(url: str, service: str, message: str) -> None:
    engine = make_engine(url, application="revision")
    await migrate.upgrade(engine, history_of(SPECS[service]))
    async with engine.connect() as connection:
        await connection.run_sync(_compare, service, message)
    await engine.dispose()


def main(service: str, message: str) -> None:
    """Write the file; Alembic prints where."""
    if service not in SPECS:
        sys.exit(f"没有这个服务 / no such service: {service} ({', '.join(SPECS)})")
    with (
        tempfile.TemporaryDirectory(prefix="lew-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as server,
    ):
        asyncio.run(_write(server.url, service, message))


if __name__ == "__main__":
    main(*sys.argv[1:])
