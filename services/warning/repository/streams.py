"""How far each stream of signals was stored."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.warning.repository.tables import intake_streams
from shared.db.tx import ReadTx, WriteTx


async def lines_stored(tx: ReadTx, stream_id: UUID, source: str) -> int | None:
    """Return how many lines of the source's own stream are stored, None for a stream that is not known."""
    stored: int | None = await tx.value(
        select(intake_streams.c.lines_stored).where(
            intake_streams.c.id == stream_id, intake_streams.c.source == source
        )
    )
    return stored


async def lock(tx: WriteTx, stream_id: UUID, source: str) -> int:
    """Return how many lines are stored, the stream held until the commit; a new stream begins at 0."""
    begun = insert(intake_streams).values(id=stream_id, source=source, lines_stored=0, updated_at=tx.now)
    await tx.execute(begun.on_conflict_do_nothing())
    held = select(intake_streams.c.lines_stored).where(
        intake_streams.c.id == stream_id, intake_streams.c.source == source
    )
    return int(await tx.value(held.with_for_update()))


async def advance(tx: WriteTx, stream_id: UUID, source: str, upto: int) -> None:
    """Note that the first `upto` lines are stored; a repeated chunk never takes the count back."""
    statement = insert(intake_streams).values(
        id=stream_id, source=source, lines_stored=upto, updated_at=tx.now
    )
    ahead = {"lines_stored": statement.excluded.lines_stored, "updated_at": tx.now}
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[intake_streams.c.id, intake_streams.c.source],
            set_=ahead,
            where=intake_streams.c.lines_stored < statement.excluded.lines_stored,
        )
    )
