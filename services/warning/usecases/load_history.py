"""Loads what a district knows of its past before it goes live: nothing of it is assessed, warned of or announced."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from services.warning.domain.enterprises import CheckedClaim, EnterpriseClaim, EnterpriseRefused, check_claim
from services.warning.domain.indicators import Indicator
from services.warning.domain.past import PastOutcome, PastWarning
from services.warning.repository import enterprises, history
from services.warning.usecases.signal_drafts import Intake, Sender
from services.warning.usecases.store_signals import Told, store_signals
from services.warning.usecases.upsert_enterprises import upsert_enterprises
from shared.db.tx import WriteTx
from shared.kernel.clock import shanghai_day
from shared.kernel.errors import DomainError

CHUNK = 4_000
T = TypeVar("T")
Progress = Callable[[str, int], None]
"""Told how many rows of which part are done: enterprises, signals, outcomes, warnings."""


@dataclass(frozen=True, slots=True)
class History:
    """The past in four parts, each read as it is taken; what could not be read comes as the error that it met."""

    enterprises: Iterable[EnterpriseClaim | EnterpriseRefused]
    signals: Iterable[tuple[datetime, Told]]
    outcomes: Iterable[PastOutcome | DomainError]
    warnings: Iterable[PastWarning | DomainError]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of every part's rows: created, accepted, stored, duplicate, unchanged, held, refused …"""

    parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


async def load_history(
    tx: WriteTx,
    past: History,
    indicators: Mapping[str, Indicator],
    progress: Progress = lambda _part, _done: None,
) -> Loaded:
    """Store a district's past in one transaction; loading it again changes nothing.

    Signals keep the instant at which they were received then, so that what was known when can be told.
    """
    await enterprises.lock_register(tx)
    intake = Intake(indicators, shanghai_day(tx.now))
    firms, told, happened, closed = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for chunk in _chunks(past.enterprises, "enterprises", progress):
        firms += await _enterprises(tx, chunk)
    for batch in _chunks(past.signals, "signals", progress):
        told += await _signals(tx, intake, batch)
    for chunk_of_outcomes in _chunks(past.outcomes, "outcomes", progress):
        happened += await _outcomes(tx, chunk_of_outcomes)
    for chunk_of_warnings in _chunks(past.warnings, "warnings", progress):
        closed += await _warnings(tx, chunk_of_warnings)
    await history.note_sizes(tx)
    return Loaded({"enterprises": firms, "signals": told, "outcomes": happened, "warnings": closed})


def _chunks(rows: Iterable[T], part: str, progress: Progress) -> Iterator[Sequence[T]]:
    done = 0
    chunk: list[T] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            done += len(chunk)
            progress(part, done)
            chunk = []
    if chunk:
        yield chunk
        progress(part, done + len(chunk))


async def _enterprises(tx: WriteTx, chunk: Sequence[EnterpriseClaim | EnterpriseRefused]) -> Counter[str]:
    checked = [_check(row) for row in chunk]
    sound = [one for one in checked if one is not None]
    upserted = await upsert_enterprises(tx, sound, assess=False)
    return Counter({"refused": len(chunk) - len(sound)}) + Counter(
        result.value for result in upserted.results
    )


def _check(row: EnterpriseClaim | EnterpriseRefused) -> CheckedClaim | None:
    if isinstance(row, EnterpriseRefused):
        return None
    try:
        return check_claim(row, None)
    except EnterpriseRefused:
        return None


async def _signals(tx: WriteTx, intake: Intake, chunk: Sequence[tuple[datetime, Told]]) -> Counter[str]:
    received_at = [at for at, _ in chunk]
    signals = [told for _, told in chunk]
    senders = [Sender(None)] * len(chunk)
    outcomes = await store_signals(tx, intake, senders, signals, received_at, assess=False)
    return Counter(outcome.status for outcome in outcomes)


async def _outcomes(tx: WriteTx, chunk: Sequence[PastOutcome | DomainError]) -> Counter[str]:
    read = [row for row in chunk if isinstance(row, PastOutcome)]
    return _count(await history.store_outcomes(tx, read) if read else history.Stored(0, 0), len(chunk))


async def _warnings(tx: WriteTx, chunk: Sequence[PastWarning | DomainError]) -> Counter[str]:
    read = [row for row in chunk if isinstance(row, PastWarning)]
    return _count(await history.store_warnings(tx, read) if read else history.Stored(0, 0), len(chunk))


def _count(stored: history.Stored, rows: int) -> Counter[str]:
    """What is of no known enterprise, or could not be read, is refused."""
    return Counter(
        {"stored": stored.new, "duplicate": stored.known - stored.new, "refused": rows - stored.known}
    )
