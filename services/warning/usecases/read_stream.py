"""Tells a department how far its stream was stored."""

from uuid import UUID

from services.warning.repository import streams
from shared.db.tx import ReadTx
from shared.kernel.errors import found


async def read_stream(tx: ReadTx, stream_id: UUID, source: str) -> int:
    """Return how many lines are stored. Raises NotFound for a stream that is not the source's own."""
    return found(await streams.lines_stored(tx, stream_id, source))
