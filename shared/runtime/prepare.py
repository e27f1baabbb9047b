"""Brings a service's schema and reference data to this release."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db import migrate
from shared.db.tx import Database
from shared.kernel.clock import Clock
from shared.runtime.spec import ServiceSpec


def migrations_of(name: str) -> Path:
    """Return the folder of a service's migrations."""
    return Path(__file__).parents[2] / "services" / name / "migrations"


def history_of(spec: ServiceSpec) -> migrate.History:
    """Return a service's migration history."""
    return migrate.History(spec.name, spec.metadata, migrations_of(spec.name))


async def prepare(spec: ServiceSpec, engine: AsyncEngine, clock: Clock) -> None:
    """Bring a service's schema to head and its reference data into place. Raises SchemaTooNew."""
    await migrate.upgrade(engine, history_of(spec))
    if spec.seed is not None:
        async with Database(engine, spec.name, spec.mailboxes.outbox, clock).write() as tx:
            await spec.seed(tx)
