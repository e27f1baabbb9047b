"""Which indexes PostgreSQL uses for what a piece of code asks, by EXPLAIN of the very statements."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from shared.db.tx import Database

Statement = tuple[str, tuple[Any, ...]]


@contextmanager
def statements_of(db: Database) -> Iterator[list[Statement]]:
    """Collect the statements that run on this database inside the block."""
    seen: list[Statement] = []

    def remember(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, tuple(parameters)))

    engine = db.engine.sync_engine
    event.listen(engine, "before_cursor_execute", remember)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", remember)


async def plan_of(db: Database, statement: Statement) -> str:
    """Return the plan of one statement as JSON text."""
    async with db.read() as tx:
        driver = await tx.driver()
        rows = await driver.fetch(f"EXPLAIN (FORMAT JSON) {statement[0]}", *statement[1])
    found = rows[0][0]
    return found if isinstance(found, str) else json.dumps(found)
