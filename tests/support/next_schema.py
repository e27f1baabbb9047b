"""A schema of the release after this one, on which this release's tests then run (`.ci/previous_release`)."""

import asyncio
import os
import subprocess
from pathlib import Path

import asyncpg

from services.catalog import SPECS
from shared.runtime.prepare import history_of


async def migrate_with(release: Path, url: str) -> None:
    """Let another release's command migrate a database, which then passes for one of this release.

    Processes of this release refuse to start on a newer schema; what is asked here is whether those that run, and
    their statements, get along with it.
    """
    command = [str(release / ".venv" / "bin" / "labour-warning"), "migrate"]
    environment = {**os.environ, "DATABASE_URL": url}
    await asyncio.to_thread(subprocess.run, command, cwd=release, env=environment, check=True)
    connection = await asyncpg.connect(url)
    try:
        for name, spec in SPECS.items():
            head = history_of(spec).head()
            await connection.execute(f"UPDATE {name}.alembic_version SET version_num = '{head}'")  # noqa: S608 -- a test's
    finally:
        await connection.close()
