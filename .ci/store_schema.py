"""Writes the schema of this release, with its reference data, for the releases that follow: `make release-schema`.

Run once when a release is tagged. Until the next one, the tests migrate from this file as a running system would.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from services.catalog import SPECS
from shared.db.embedded import EmbeddedPostgres
from shared.db.engine import make_engine
from shared.db.programs import run
from shared.kernel.clock import SystemClock
from shared.runtime.prepare import prepare

FILE = Path(__file__).resolve().parents[1] / "tests" / "contracts" / "release" / "schema.sql"


async def _migrate(url: str) -> None:
    engine = make_engine(url, application="store schema")
    for spec in SPECS.values():
        await prepare(spec, engine, SystemClock())
    await engine.dispose()


def main() -> None:
    """Write the file."""
    with (
        tempfile.TemporaryDirectory(prefix="lew-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as server,
    ):
        asyncio.run(_migrate(server.url))
        # A key of its own at every dump would make every dump another file.
        options = [
            "--no-owner",
            "--no-privileges",
            "--inserts",
            "--rows-per-insert=100",
            "--restrict-key=release",
        ]
        done = run("pg_dump", [*server.reached_by, *options])
    if done.returncode:
        sys.exit(done.stdout.decode("utf-8", "replace"))
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_bytes(done.stdout)


if __name__ == "__main__":
    main()
