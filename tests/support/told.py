"""What a service told the others: its events, as they lie in its outbox."""

from typing import Any

from pydantic_core import from_json
from sqlalchemy import text

from shared.events.base import Event
from tests.support.system import System


async def told(system: System, event: type[Event]) -> list[dict[str, Any]]:
    """Return the data of every event of a type that its owner emitted, oldest first."""
    service = event.TYPE.partition(".")[0]
    async with system.db(service).read() as tx:
        rows = await tx.rows(
            text(f"SELECT body FROM {service}.outbox WHERE type = :type ORDER BY seq"),  # noqa: S608  our own name
            {"type": event.TYPE},
        )
    return [from_json(row.body)["data"] for row in rows]
