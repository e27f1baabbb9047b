"""Each service's history: up to head, no difference from the declared tables, down to nothing, up again."""

import subprocess
import sys

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from services.catalog import SPECS
from shared.db import migrate
from shared.db.engine import make_engine
from shared.runtime.prepare import history_of
from tests.architecture.tree import ROOT, SERVICES

TABLES = text("SELECT table_name FROM information_schema.tables WHERE table_schema = :schema ORDER BY 1")


def test_the_catalog_holds_the_four_services() -> None:
    assert sorted(SPECS) == list(SERVICES)


def test_a_process_that_knows_the_catalog_alone_knows_every_table() -> None:
    """Else a migration that it generates would drop the others."""
    show = "print(sorted(name for spec in SPECS.values() for name in spec.metadata.tables))"
    alone = "from services.catalog import SPECS; " + show
    rooms = sorted(ROOT.glob("services/*/repository/*.py"))
    modules = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in rooms]
    everything = "".join(f"import {module}; " for module in modules) + alone
    known, declared = (
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for code in (alone, everything)
    )
    assert known == declared


@pytest.mark.parametrize("service", SERVICES)
def test_history_is_one_line(service: str) -> None:
    script = ScriptDirectory.from_config(history_of(SPECS[service]).config())
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("service", SERVICES)
async def test_history_goes_up_matches_the_tables_goes_down_and_up_again(
    empty_database_url: str, service: str
) -> None:
    history = history_of(SPECS[service])
    engine = make_engine(empty_database_url, application="migrations")
    try:
        await migrate.upgrade(engine, history)
        assert await migrate.current(engine, history) == history.head()
        await migrate.check(engine, history)
        await migrate.downgrade(engine, history)
        async with engine.connect() as connection:
            left = (await connection.execute(TABLES, {"schema": service})).scalars().all()
        assert left == ["alembic_version"]
        await migrate.upgrade(engine, history)
        await migrate.check(engine, history)
    finally:
        await engine.dispose()


@pytest.mark.asyncio
async def test_a_database_of_a_newer_release_is_refused_in_one_line(empty_database_url: str) -> None:
    history = history_of(SPECS["mediation"])
    engine = make_engine(empty_database_url, application="migrations")
    try:
        await migrate.upgrade(engine, history)
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE mediation.alembic_version SET version_num = 'of_tomorrow'"))
        with pytest.raises(migrate.SchemaTooNew):
            await migrate.upgrade(engine, history)
    finally:
        await engine.dispose()
