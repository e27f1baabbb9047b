"""The bare application that the platform stands beside: FastAPI and asyncpg, no rights, no rules, no warnings."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from pydantic_core import to_json

TABLES = """
CREATE SCHEMA IF NOT EXISTS bench;
DROP TABLE IF EXISTS bench.singles;
CREATE TABLE bench.singles (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source text NOT NULL, source_ref text NOT NULL,
  uscc text NOT NULL, indicator text NOT NULL, period text, occurred_on date, amount_cny numeric(16, 2),
  months integer, workers integer, detail jsonb, received_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (source, source_ref)
);
"""
_INSERT = """
INSERT INTO bench.singles
  (source, source_ref, uscc, indicator, period, occurred_on, amount_cny, months, workers, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7::text::numeric, $8, $9, $10) RETURNING seq
"""
# The platform's worklist: the same columns, order and page.
_WORKLIST = """
SELECT w.id, w.level, w.state, w.uscc, w.division, w.due_at, w.raised_at, w.assignee_id, w.queue_division,
  w.escalated_to, w.paused_at IS NOT NULL AS paused, e.name
FROM warning.warnings w JOIN warning.enterprises e ON e.id = w.enterprise_id
WHERE w.state <> 'closed' AND w.assignee_id = $1
ORDER BY coalesce(w.due_at, 'infinity'), w.id LIMIT 51
"""


class Signal(BaseModel):
    """A signal as it comes."""

    source: str
    source_ref: str
    uscc: str
    indicator: str
    period: str | None = None
    occurred_on: date | None = None
    amount_cny: str | None = None
    months: int | None = None
    workers: int | None = None
    detail: dict[str, Any] | None = None


class Row(BaseModel):
    """A line of the worklist."""

    id: UUID
    level: str
    state: str
    uscc: str
    name: str
    division: str
    due_at: datetime | None
    raised_at: datetime
    assignee_id: UUID | None
    queue_division: str | None
    escalated_to: str | None
    paused: bool


def make_app(dsn: str) -> FastAPI:
    """Return the app."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=8, max_size=8) as pool:
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/ready")
    async def ready() -> None: ...

    @app.post("/signals", status_code=201)
    async def insert(signal: Signal) -> dict[str, int]:
        detail = None if signal.detail is None else to_json(signal.detail).decode()
        fields = signal.model_dump(exclude={"detail"})
        async with app.state.pool.acquire() as connection, connection.transaction():
            return {"seq": await connection.fetchval(_INSERT, *fields.values(), detail)}

    @app.get("/worklist/{assignee_id}")
    async def worklist(assignee_id: UUID) -> list[Row]:
        async with app.state.pool.acquire() as connection:
            return [Row.model_construct(**row) for row in await connection.fetch(_WORKLIST, assignee_id)]

    return app


if __name__ == "__main__":
    uvicorn.run(
        make_app(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False
    )
