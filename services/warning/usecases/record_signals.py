"""Takes a batch of signals from one department."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.warning.domain.indicators import Indicator
from services.warning.repository import streams
from services.warning.usecases.signal_drafts import Intake, Sender
from services.warning.usecases.store_signals import Outcome, Told, store_signals
from shared.db.tx import WriteTx
from shared.kernel.clock import shanghai_day

MOST_SIGNALS = 1_000


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """Where a batch stands in its stream: `first_line` lines came before it."""

    stream_id: UUID
    first_line: int


async def record_signals(
    tx: WriteTx,
    sender: Sender,
    told: Sequence[Told],
    indicators: Mapping[str, Indicator],
    stream: StreamPosition | None = None,
) -> list[Outcome]:
    """Store at most MOST_SIGNALS signals and note how far their stream got, in one transaction."""
    intake = Intake(sender, indicators, shanghai_day(tx.now))
    outcomes = await store_signals(tx, intake, told, [tx.now] * len(told), assess=True)
    if stream is not None:
        await streams.advance(tx, stream.stream_id, sender.source or "", stream.first_line + len(told))
    return outcomes
