"""A district's past in a folder: enterprises.csv, signals.ndjson, outcomes.csv and warnings.csv."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from services.warning.domain.past import PastOutcome, PastWarning
from services.warning.schemas.csv_files import FileUnusable, Layout, layout_of, read_table
from services.warning.schemas.enterprise_files import read_enterprises
from services.warning.schemas.signals import SignalIn, SignalUnreadable, parsed_line, unreadable
from services.warning.usecases.load_history import History
from services.warning.usecases.store_signals import Told
from shared.kernel.errors import DomainError

_OUTCOMES = Layout("事件 / outcomes", frozenset({"uscc", "kind", "occurred_on", "recorded_at"}))
_WARNINGS = Layout("预警 / warnings", frozenset({"uscc", "level", "raised_at", "closed_at", "reason_code"}))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Received(SignalIn):
    """A signal with the instant at which it was received then."""

    received_at: AwareDatetime


class _Row(BaseModel):
    """A row of a table: every value was text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    uscc: str = Field(max_length=64)


class _Outcome(_Row):
    kind: str = Field(pattern=r"^[a-z][a-z_]{1,39}$")
    occurred_on: date
    recorded_at: AwareDatetime


class _Warning(_Row):
    level: Literal["orange", "red"]
    raised_at: AwareDatetime
    closed_at: AwareDatetime
    reason_code: Literal["true_resolved", "true_incident", "false_alarm", "transferred", "enterprise_gone"]


def read_history(folder: Path) -> History:
    """Return the past of a district, read as it is taken. Raises FileUnusable where a file is missing or no table."""
    layout_of(folder / "outcomes.csv", (_OUTCOMES,))
    layout_of(folder / "warnings.csv", (_WARNINGS,))
    signals = folder / "signals.ndjson"
    if not signals.is_file():
        raise FileUnusable(f"找不到文件：{signals}", f"No such file: {signals}")
    return History(
        enterprises=(claimed for _, _, claimed in read_enterprises(folder / "enterprises.csv")),
        signals=_signals(signals),
        outcomes=(_outcome(cells) for cells in _cells(folder / "outcomes.csv")),
        warnings=(_warning(cells) for cells in _cells(folder / "warnings.csv")),
    )


def rows_in(folder: Path) -> dict[str, int]:
    """Return how many rows each part has at most, for a progress bar."""
    names = {
        "enterprises": "enterprises.csv",
        "signals": "signals.ndjson",
        "outcomes": "outcomes.csv",
        "warnings": "warnings.csv",
    }
    return {part: _lines_in(folder / name) for part, name in names.items()}


def _lines_in(path: Path) -> int:
    with path.open("rb") as lines:
        return sum(1 for _ in lines)


def _signals(path: Path) -> Iterator[tuple[datetime, Told]]:
    with path.open("rb") as lines:
        for line in lines:
            if line.strip():
                yield _signal(line)


def _signal(line: bytes) -> tuple[datetime, Told]:
    try:
        received = parsed_line(line, _Received)
    except ValidationError as error:
        return _EPOCH, unreadable(error)
    except SignalUnreadable as refusal:
        return _EPOCH, refusal
    return received.received_at, received.content()


def _cells(path: Path) -> Iterator[Mapping[str, str]]:
    return (row.cells for row in read_table(path))


def _outcome(cells: Mapping[str, str]) -> PastOutcome | DomainError:
    try:
        row = _Outcome.model_validate(cells)
    except ValidationError as error:
        return unreadable(error)
    return PastOutcome(row.uscc, row.kind, row.occurred_on, row.recorded_at)


def _warning(cells: Mapping[str, str]) -> PastWarning | DomainError:
    try:
        row = _Warning.model_validate(cells)
    except ValidationError as error:
        return unreadable(error)
    return PastWarning(row.uscc, row.level, row.raised_at, row.closed_at, row.reason_code)
