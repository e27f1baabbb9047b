"""Runs a service's own alembic history in its own schema."""

from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.locks import only_one
from shared.kernel.errors import DomainError, Kind

_LOCK = "labour-warning.migrate"
_LOCK_TIMEOUT = "SET lock_timeout = '30s'"


class SchemaTooNew(DomainError):
    """The database was migrated by a newer release than this one."""

    kind = Kind.UNAVAILABLE
    code = "schema_too_new"
    message_zh = "数据由更新版本的程序建立，本版本无法打开。请升级程序，或用 DATA= 指定另一个数据目录。"
    message_en = (
        "The data was made by a newer version. Upgrade this program, or choose another folder with DATA=."
    )


@dataclass(frozen=True, slots=True)
class History:
    """One service's migrations."""

    service: str
    metadata: MetaData
    folder: Path

    def config(self) -> Config:
        """Return alembic's configuration for this history."""
        config = Config()
        config.set_main_option("script_location", str(self.folder))
        config.set_main_option("path_separator", "os")
        config.attributes["service"] = self.service
        return config

    def revisions(self) -> frozenset[str]:
        """Return the revisions that this release knows."""
        return frozenset(one.revision for one in ScriptDirectory.from_config(self.config()).walk_revisions())

    def head(self) -> str | None:
        """Return the newest revision that this release knows."""
        return ScriptDirectory.from_config(self.config()).get_current_head()


def _with_connection(history: History, connection: Connection) -> Config:
    config = history.config()
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, history: History) -> None:
    try:
        connection.execute(text(_LOCK_TIMEOUT))
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {history.service}"))
        connection.commit()
        command.upgrade(_with_connection(history, connection), "head")
    except CommandError as error:
        raise SchemaTooNew from error
    finally:
        connection.rollback()
        connection.execute(text("RESET lock_timeout"))
        connection.commit()


async def upgrade(engine: AsyncEngine, history: History) -> None:
    """Bring a service's schema to head, each revision in a transaction of its own. Raises SchemaTooNew.

    One transaction for all would not let a revision step out of it, as CREATE INDEX CONCURRENTLY must; and that waits
    for every session with a transaction, so that nobody may wait for their turn inside one.
    """
    async with engine.connect() as connection, only_one(engine, _LOCK):
        await connection.run_sync(_upgrade, history)


def script(history: History, start: str, end: str) -> str:
    """Return the SQL that leads from one revision to another, as `upgrade` runs it; needs no database."""
    config = history.config()
    config.output_buffer = written = StringIO()
    command.upgrade(config, f"{start}:{end}", sql=True)
    return f"{_LOCK_TIMEOUT};\n{written.getvalue()}"


def _downgrade(connection: Connection, history: History) -> None:
    command.downgrade(_with_connection(history, connection), "base")


async def downgrade(engine: AsyncEngine, history: History) -> None:
    """Take a service's schema back to nothing; for tests of the histories."""
    async with engine.begin() as connection:
        await connection.run_sync(_downgrade, history)


def _check(connection: Connection, history: History) -> None:
    command.check(_with_connection(history, connection))


async def check(engine: AsyncEngine, history: History) -> None:
    """Raise alembic's CommandError when the tables as declared differ from the schema."""
    async with engine.begin() as connection:
        await connection.run_sync(_check, history)


def _current(connection: Connection, history: History) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table_schema": history.service})
    return context.get_current_revision()


async def current(engine: AsyncEngine, history: History) -> str | None:
    """Return the revision that the database is at, None when it was never migrated."""
    async with engine.connect() as connection:
        return await connection.run_sync(_current, history)


def run_environment(context: Any, metadata: MetaData) -> None:
    """Body of every `migrations/env.py`: this schema alone, its version table inside it."""
    schema = metadata.schema
    if context.is_offline_mode():
        reached: dict[str, Any] = {"dialect_name": "postgresql", "literal_binds": True}
    else:
        reached = {"connection": context.config.attributes["connection"]}
    context.configure(
        **reached,
        target_metadata=metadata,
        version_table_schema=schema,
        transaction_per_migration=True,
        include_schemas=True,
        include_name=lambda name, kind, _parents: name == schema if kind == "schema" else True,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()
