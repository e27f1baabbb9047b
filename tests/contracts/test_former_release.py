"""The schema of the former release: this one migrates it, and leaves whole what the former one's statements need.

`make release-schema` writes the file when a release is tagged. From the first tag on, `.ci/previous_release` also runs
that release's own tests on this release's schema.
"""

from pathlib import Path

import asyncpg
import pytest

from services.catalog import SPECS
from shared.db import migrate
from shared.db.engine import make_engine
from shared.kernel.clock import SystemClock
from shared.runtime.prepare import history_of, prepare
from tests.contracts.schema_change import breaking_changes, schema_of

pytestmark = pytest.mark.asyncio

# What this release takes away though the stored schema has it, with the reason: the last step of a change over
# releases, when the former release does not name it any more. Emptied when a new schema is stored.
CONTRACTED: dict[str, str] = {
    "warning.signals lost a key: 4 18 WHERE (corrects IS NOT NULL)": "no statement names it in ON CONFLICT",
}

FORMER = Path(__file__).parent / "release" / "schema.sql"


async def load(connection: asyncpg.Connection) -> None:
    """Make the former release's database; lines for psql alone are left out."""
    lines = FORMER.read_text("utf-8").splitlines(keepends=True)
    await connection.execute("".join(line for line in lines if not line.startswith("\\")))


async def test_the_former_release_is_migrated_to_the_declared_tables_and_could_still_work_on_them(
    empty_database_url: str,
) -> None:
    connection = await asyncpg.connect(empty_database_url)
    engine = make_engine(empty_database_url, application="migrations")
    try:
        await load(connection)
        before = await schema_of(connection, list(SPECS))
        assert {table.partition(".")[0] for table in before.tables} == set(SPECS)
        for spec in SPECS.values():
            assert await migrate.current(engine, history_of(spec)) is not None
            await prepare(spec, engine, SystemClock())
            await migrate.check(engine, history_of(spec))
        assert breaking_changes(before, await schema_of(connection, list(SPECS))) == sorted(CONTRACTED)
    finally:
        await engine.dispose()
        await connection.close()


CASES = "ALTER TABLE mediation.cases"


async def test_what_would_break_the_former_release_is_found(empty_database_url: str) -> None:
    connection = await asyncpg.connect(empty_database_url)
    try:
        await load(connection)
        before = await schema_of(connection, ["mediation"])
        for statement, told in {
            "DROP TABLE mediation.sessions CASCADE": "mediation.sessions is gone",
            f"{CASES} DROP COLUMN uscc CASCADE": "mediation.cases.uscc is gone",
            f"{CASES} RENAME COLUMN uscc TO code": "mediation.cases.uscc is gone",
            f"{CASES} ALTER uscc TYPE varchar(9)": "was text, is character varying(9)",
            f"{CASES} ALTER mediator_id SET NOT NULL": "mediator_id became required",
            f"{CASES} ADD COLUMN zz text NOT NULL": "zz is new, required and without a default",
            f"{CASES} ADD CONSTRAINT c CHECK (length(uscc) > 3) NOT VALID": "new constraint",
            "CREATE UNIQUE INDEX ix ON mediation.cases (uscc)": "new key",
            f"{CASES} DROP CONSTRAINT pk_cases CASCADE": "lost a key",
            "ALTER TABLE mediation.outbox ALTER seq DROP IDENTITY": "seq lost its default",
            "CREATE TRIGGER t BEFORE UPDATE ON mediation.cases "
            "EXECUTE FUNCTION suppress_redundant_updates_trigger()": "new trigger",
        }.items():
            change = connection.transaction()
            await change.start()
            await connection.execute(statement)
            found = breaking_changes(before, await schema_of(connection, ["mediation"]))
            await change.rollback()
            assert any(told in one for one in found), (statement, found)
    finally:
        await connection.close()


async def test_what_the_former_release_does_not_notice_is_let_pass(empty_database_url: str) -> None:
    connection = await asyncpg.connect(empty_database_url)
    try:
        await load(connection)
        before = await schema_of(connection, ["mediation"])
        await connection.execute(f"""
            CREATE TABLE mediation.notes (id bigint PRIMARY KEY, case_id uuid NOT NULL);
            {CASES} ADD COLUMN zz text NOT NULL DEFAULT '', ADD COLUMN yy bigint UNIQUE CHECK (yy > 0);
            {CASES} ALTER uscc DROP NOT NULL;
            CREATE INDEX ix ON mediation.cases (zz);
        """)
        assert breaking_changes(before, await schema_of(connection, ["mediation"])) == []
    finally:
        await connection.close()
