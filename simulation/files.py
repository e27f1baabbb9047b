"""The district's files: what a loader takes as history, and what the departments send to the real intake."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path

import numpy as np
from pydantic_core import to_json

from simulation.feeds import DEPARTMENTS, INDICATORS, SOURCES
from simulation.outcomes import KINDS
from simulation.signals import ABSENT, NO_DETAIL, Facts, Integers
from simulation.timeline import day_of, midnight_seconds, month_text, shanghai_text
from simulation.world import World

ENTERPRISE_COLUMNS = (
    "uscc",
    "name",
    "registered_division",
    "workplace_division",
    "grid_cell",
    "industry",
    "headcount",
    "zone",
    "sole_trader",
)
_LINES_AT_ONCE = 8_192
_RECEIVED = ',"received_at":"'


def _whens(facts: Facts) -> tuple[list[str], list[str]]:
    """Return the month or day of each fact, as its JSON member and as it stands in a reference."""
    texts = {-1 - month: month_text(month) for month in np.unique(facts.period).tolist()}
    texts |= {day: day_of(day).isoformat() for day in np.unique(facts.day).tolist()}
    members = {key: f'"{"period" if key < 0 else "occurred_on"}":"{text}"' for key, text in texts.items()}
    keys = np.where(facts.period == ABSENT, facts.day, -1 - facts.period).tolist()
    return [members[key] for key in keys], [texts[key].replace("-", "") for key in keys]


def _integers(name: str, values: Integers) -> list[str]:
    return ["" if value == ABSENT else f',"{name}":{value}' for value in values.tolist()]


def _amounts(cents: Integers) -> list[str]:
    texts = (f"{value // 100}.{value % 100:02d}" for value in cents.tolist())
    return [
        "" if value == ABSENT else f',"amount_cny":"{text}"'
        for value, text in zip(cents.tolist(), texts, strict=True)
    ]


def _chunk(world: World, start: int, stop: int) -> Iterator[str]:
    positions = world.signals.fact[start:stop]
    facts = world.signals.facts.only(positions)
    members, stamps = _whens(facts)
    columns = zip(
        facts.source.tolist(),
        facts.enterprise.tolist(),
        facts.indicator.tolist(),
        members,
        stamps,
        positions.tolist(),
        _amounts(facts.cents),
        _integers("months", facts.months),
        _integers("workers", facts.workers),
        facts.detail.tolist(),
        shanghai_text(world.signals.received[start:stop]),
        strict=True,
    )
    usccs = world.enterprises.uscc
    for source, row, kind, when, stamp, number, amount, months, workers, detail, received in columns:
        sent_by = SOURCES[source]
        more = "" if detail == NO_DETAIL else f',"detail":{detail}'
        yield (
            f'{{"source":"{sent_by}","source_ref":"{sent_by.upper()}-{stamp}-{number:06d}",'
            f'"uscc":"{usccs[row]}","indicator":"{INDICATORS[kind]}",{when}{amount}{months}{workers}{more}'
            f'{_RECEIVED}{received}"}}\n'
        )


def signal_lines(world: World, start: int, stop: int) -> Iterator[str]:
    """Yield one line of JSON per signal, in the order of receipt; `received_at` is the last member."""
    for first in range(start, stop, _LINES_AT_ONCE):
        yield from _chunk(world, first, min(stop, first + _LINES_AT_ONCE))


def intake_line(line: str) -> str:
    """Return the line as a department sends it, without `received_at`, which the platform sets itself."""
    return line[: line.rindex(_RECEIVED)] + "}\n"


def _write_table(path: Path, columns: tuple[str, ...], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(chain([columns], rows))


def _write_lines(path: Path, lines: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines)


def _write_enterprises(folder: Path, world: World) -> None:
    firms = world.enterprises
    rows = zip(
        firms.uscc,
        firms.name,
        firms.registered_division,
        firms.workplace_division,
        firms.grid_cell,
        firms.industry,
        firms.headcount.tolist(),
        firms.zone,
        ("true" if sole else "false" for sole in firms.sole_trader.tolist()),
        strict=True,
    )
    _write_table(folder / "enterprises.csv", ENTERPRISE_COLUMNS, rows)


def _write_outcomes(folder: Path, world: World) -> None:
    outcomes = world.outcomes
    rows = zip(
        (world.enterprises.uscc[row] for row in outcomes.enterprise.tolist()),
        (KINDS[kind] for kind in outcomes.kind.tolist()),
        (day_of(day).isoformat() for day in outcomes.occurred.tolist()),
        shanghai_text(outcomes.recorded),
        strict=True,
    )
    _write_table(folder / "outcomes.csv", ("uscc", "kind", "occurred_on", "recorded_at"), rows)


def _write_warnings(folder: Path, world: World) -> None:
    warnings = world.warnings
    times = np.array([(warning.raised, warning.closed) for warning in warnings], dtype=np.int64).reshape(
        -1, 2
    )
    rows = zip(
        (world.enterprises.uscc[warning.enterprise] for warning in warnings),
        (warning.level for warning in warnings),
        shanghai_text(times[:, 0]),
        shanghai_text(times[:, 1]),
        (warning.reason_code for warning in warnings),
        strict=True,
    )
    columns = ("uscc", "level", "raised_at", "closed_at", "reason_code")
    _write_table(folder / "warnings.csv", columns, rows)


def _write_people(folder: Path, world: World) -> None:
    departments = [
        {
            "source": department.source,
            "name_zh": department.name_zh,
            "name_en": department.name_en,
            "indicators": department.indicators,
        }
        for department in DEPARTMENTS
    ]
    staff = {"staff": [asdict(member) for member in world.staff], "departments": departments}
    (folder / "staff.json").write_bytes(to_json(staff, indent=1))
    organisations = [asdict(organisation) for organisation in world.organisations]
    (folder / "organisations.json").write_bytes(to_json({"organisations": organisations}, indent=1))


def _summary(world: World) -> dict[str, object]:
    timeline, recent_from = world.timeline, world.recent_from
    starts_at, recent_at = shanghai_text(
        np.array([midnight_seconds(timeline.first_day), midnight_seconds(timeline.recent_day)])
    )
    return {
        "seed": world.seed,
        "today": timeline.today.isoformat(),
        "months": timeline.months,
        "starts_at": starts_at,
        "recent_from_at": recent_at,
        "counts": {
            "enterprises": len(world.enterprises),
            "signals": recent_from,
            "recent": len(world.signals) - recent_from,
            "outcomes": len(world.outcomes),
            "warnings": len(world.warnings),
            "staff": len(world.staff),
            "organisations": len(world.organisations),
        },
    }


def write_world(world: World, folder: Path) -> dict[str, object]:
    """Write all files and return what `world.json` says; it is written last, so its presence means all are."""
    folder.mkdir(parents=True, exist_ok=True)
    summary = _summary(world)
    _write_enterprises(folder, world)
    _write_lines(folder / "signals.ndjson", signal_lines(world, 0, world.recent_from))
    _write_lines(folder / "recent.ndjson", signal_lines(world, world.recent_from, len(world.signals)))
    _write_outcomes(folder, world)
    _write_warnings(folder, world)
    _write_people(folder, world)
    (folder / "world.json").write_bytes(to_json(summary, indent=1))
    return summary
