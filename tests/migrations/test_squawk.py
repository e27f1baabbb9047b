"""What a migration does to tables that the former release is using: judged by squawk, by the rules in .squawk.toml.

A service's first revision makes tables in an empty schema and is left out. Statements on tables that the same revision
makes are no risk either, which squawk sees by itself.
"""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from services.catalog import SPECS
from shared.db import migrate
from shared.db.engine import make_engine
from shared.runtime.prepare import history_of, migrations_of
from tests.architecture.tree import ROOT, SERVICES

SQUAWK = Path(sys.executable).with_name("squawk")
_EARLY = "before the first release: no running system has such a table yet"
# Revisions that break a rule all the same, each with the reason for which it may. Nothing is added for convenience.
KNOWN: dict[tuple[str, str, str], str] = {
    ("warning", "0003", "require-concurrent-index-creation"): (
        "a BRIN index, made before the first release: no running system has such a table yet"
    ),
    ("gateway", "0004", "ban-drop-not-null"): (
        "before the first release: no code that cannot read an empty employer was ever in service"
    ),
    ("gateway", "0006", "adding-field-with-default"): _EARLY,
    ("gateway", "0006", "disallowed-unique-constraint"): _EARLY,
    ("gateway", "0006", "constraint-missing-not-valid"): _EARLY,
    ("warning", "0007", "adding-serial-primary-key-field"): _EARLY,
    ("warning", "0007", "ban-drop-constraint"): _EARLY,
    ("warning", "0007", "constraint-missing-not-valid"): _EARLY,
}
REVISION = """
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "{after}", None, None


def upgrade():
    {statement}
"""


def steps(history: migrate.History) -> Iterator[tuple[str, str]]:
    """Yield each revision after the first with the one before it, the newest first."""
    for revision in ScriptDirectory.from_config(history.config()).walk_revisions():
        if isinstance(revision.down_revision, str):
            yield revision.down_revision, revision.revision


def broken_rules(sql: str) -> set[str]:
    """Return the rules that a script breaks."""
    judged = subprocess.run(
        [SQUAWK, "--config", ROOT / ".squawk.toml", "--reporter", "json"],
        input=sql,
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode in {0, 1}, judged.stderr
    return {found["rule_name"] for found in json.loads(judged.stdout)}


def history_with(service: str, folder: Path, statement: str) -> migrate.History:
    """Return a service's history with one more revision."""
    head = history_of(SPECS[service]).head()
    copy = Path(shutil.copytree(migrations_of(service), folder / "migrations"))
    written = REVISION.format(after=head, statement=statement)
    (copy / "versions" / "9999_one_more.py").write_text(written)
    return migrate.History(service, SPECS[service].metadata, copy)


@pytest.mark.parametrize("service", SERVICES)
def test_no_revision_harms_the_release_that_still_runs(service: str) -> None:
    history = history_of(SPECS[service])
    found = {
        (service, to, rule)
        for start, to in steps(history)
        for rule in broken_rules(migrate.script(history, start, to))
    }
    assert found == {known for known in KNOWN if known[0] == service}


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ('op.drop_column("cases", "uscc", schema="mediation")', "ban-drop-column"),
        ('op.drop_table("sessions", schema="mediation")', "ban-drop-table"),
        ('op.alter_column("cases", "uscc", new_column_name="code", schema="mediation")', "renaming-column"),
        ('op.rename_table("cases", "matters", schema="mediation")', "renaming-table"),
        ('op.execute("ALTER TABLE mediation.cases ALTER uscc TYPE varchar(9)")', "changing-column-type"),
        ('op.execute("ALTER TABLE mediation.cases ADD zz text NOT NULL")', "adding-required-field"),
        ('op.alter_column("cases", "uscc", nullable=False, schema="mediation")', "adding-not-nullable-field"),
        ('op.create_index("ix", "cases", ["uscc"], schema="mediation")', "require-concurrent-index-creation"),
        (
            'op.execute("CREATE INDEX CONCURRENTLY IF NOT EXISTS ix ON mediation.cases (uscc)")',
            "ban-concurrent-index-creation-in-transaction",
        ),
        (
            'op.execute("ALTER TABLE mediation.cases ADD CONSTRAINT c CHECK (workers > 0)")',
            "constraint-missing-not-valid",
        ),
    ],
)
def test_a_bad_revision_would_be_found(tmp_path: Path, statement: str, rule: str) -> None:
    history = history_with("mediation", tmp_path, statement)
    start, to = next(steps(history))
    assert rule in broken_rules(migrate.script(history, start, to))


GOOD = """op.execute("ALTER TABLE mediation.cases ADD COLUMN IF NOT EXISTS note text")
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_note ON mediation.cases (note)")"""


def test_a_good_revision_passes(tmp_path: Path) -> None:
    history = history_with("mediation", tmp_path, GOOD)
    start, to = next(steps(history))
    assert broken_rules(migrate.script(history, start, to)) == set()


@pytest.mark.asyncio
async def test_a_revision_builds_an_index_beside_others_though_many_want_to_migrate(
    empty_database_url: str, tmp_path: Path
) -> None:
    history = history_with("mediation", tmp_path, GOOD)
    engine = make_engine(empty_database_url, application="migrations")
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(migrate.upgrade(engine, history))
        assert await migrate.current(engine, history) == "9999"
    finally:
        await engine.dispose()
