"""What was measured, beside its floor and its aim; printed as a table and written as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

_WIDTH_OF_LOGS = 120
Goal = Literal["ratio at least", "value at least", "value at most"]


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure should be by now."""

    goal: Goal
    target: float


@dataclass(frozen=True, slots=True)
class Result:
    """One figure. `floor` says what it stands beside, measured in the same run."""

    name: str
    value: float
    unit: str
    aim: Aim | None
    floor: str | None = None
    floor_value: float | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """Return the value as a share of its floor."""
        return self.value / self.floor_value if self.floor_value else None

    @property
    def reached(self) -> bool | None:
        """Tell whether the aim is reached; None where there is none."""
        if self.aim is None:
            return None
        figure = self.ratio if self.aim.goal == "ratio at least" else self.value
        if figure is None:
            return None
        return figure <= self.aim.target if self.aim.goal == "value at most" else figure >= self.aim.target


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return p50, p95 and p99 in milliseconds."""
    ordered = sorted(seconds)
    last = len(ordered) - 1
    return {f"p{share}_ms": round(ordered[round(last * share / 100)] * 1000, 1) for share in (50, 95, 99)}


def write(results: Sequence[Result], path: Path) -> None:
    """Write the results as a JSON list."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps([_document(one) for one in results], ensure_ascii=False, indent=1) + "\n", "utf-8"
    )


def _document(one: Result) -> dict[str, Any]:
    aim = None if one.aim is None else asdict(one.aim) | {"reached": one.reached}
    return {
        "name": one.name,
        "value": _short(one.value),
        "unit": one.unit,
        "floor": one.floor,
        "floor_value": None if one.floor_value is None else _short(one.floor_value),
        "ratio": None if one.ratio is None else round(one.ratio, 4),
        "parameters": {**one.parameters, "aim": aim},
    }


def _short(value: float) -> float:
    return round(value, 4 if abs(value) < 10 else 1)  # noqa: PLR2004  seconds need their decimals, rates do not


def show(results: Sequence[Result]) -> None:
    """Print the table, and below it what each figure rests on."""
    table = Table(title="性能测量 / benchmarks", title_justify="left")
    table.add_column("项目 / what", no_wrap=True)
    for heading in ("数值 / value", "参照 / floor", "比 / ratio", "目标 / aim"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in results:
        table.add_row(
            one.name,
            f"{_short(one.value):,} {one.unit}",
            "" if one.floor_value is None else f"{_short(one.floor_value):,}",
            "" if one.ratio is None else f"{one.ratio:.1%}",
            _told(one),
        )
    terminal = Console()
    # A pipe has no width of its own, and a folded table is hard to read in a log.
    console = terminal if terminal.is_terminal else Console(width=_WIDTH_OF_LOGS)
    console.print(table)
    for one in results:
        console.print(f"{one.name}: {_notes(one)}", highlight=False, soft_wrap=True)


def _told(one: Result) -> str:
    if one.aim is None:
        return ""
    sign = "≤" if one.aim.goal == "value at most" else "≥"
    target = f"{one.aim.target:.0%}" if one.aim.goal == "ratio at least" else f"{one.aim.target:,g}"
    return f"{sign} {target} {'✓' if one.reached else '✗'}"


def _notes(one: Result) -> str:
    parts = [] if one.floor is None else [f"参照 / floor = {one.floor}"]
    parts += [f"{name} {value}" for name, value in one.parameters.items() if isinstance(value, int | float)]
    return ", ".join(parts)
