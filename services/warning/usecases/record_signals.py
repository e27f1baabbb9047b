"""Takes a batch of signals as they come in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from prometheus_client import Counter

from services.warning.domain.indicators import Indicator
from services.warning.repository import streams
from services.warning.usecases.signal_drafts import Intake, Sender
from services.warning.usecases.store_signals import Outcome, Told, store_signals
from shared.db.tx import WriteTx
from shared.kernel.clock import shanghai_day
from shared.kernel.errors import DomainError, FieldProblem, Kind

MOST_SIGNALS = 1_000
SIGNALS = Counter("warning_signals_total", "Signals told, by what became of them", ["status"])


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """Where a batch stands in a department's stream: `first_line` lines came before it."""

    stream_id: UUID
    first_line: int
    source: str


class StreamGap(DomainError):
    """The batch begins behind lines that were never stored."""

    kind = Kind.CONFLICT
    code = "stream_gap"


async def record_signals(
    tx: WriteTx,
    senders: Sequence[Sender],
    told: Sequence[Told],
    indicators: Mapping[str, Indicator],
    stream: StreamPosition | None = None,
) -> list[Outcome]:
    """Store at most MOST_SIGNALS signals, each as its sender's, and note how far their stream got: one transaction.

    Raises StreamGap when lines of the stream are missing between what is stored and these.
    """
    if stream is not None:
        await _no_gap(tx, stream)
    intake = Intake(indicators, shanghai_day(tx.now))
    outcomes = await store_signals(tx, intake, senders, told, [tx.now] * len(told), assess=True)
    if stream is not None:
        await streams.advance(tx, stream.stream_id, stream.source, stream.first_line + len(told))
    _count([outcome.status for outcome in outcomes])
    return outcomes


def _count(statuses: Sequence[str]) -> None:
    for status in set(statuses):
        SIGNALS.labels(status).inc(statuses.count(status))


async def _no_gap(tx: WriteTx, stream: StreamPosition) -> None:
    stored = await streams.lock(tx, stream.stream_id, stream.source)
    if stream.first_line > stored:
        zh = f"此流已存储 {stored} 行，不能从第 {stream.first_line} 行之后继续：请从已存储的行数续传。"
        en = f"{stored} lines of this stream are stored: go on from there, not from {stream.first_line}."
        raise StreamGap(
            fields=[FieldProblem("First-Line", StreamGap.code, zh, en)], facts={"lines_stored": stored}
        )
