"""The district that is measured: invented enterprises with a past, officials, departments, and signals to send."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from services.commands.database import Databases, open_databases
from services.gateway.domain.accounts import NewAccount, NewDepartment
from services.gateway.usecases.add_accounts import add_accounts
from services.gateway.usecases.add_department import ClientCredentials, add_department
from services.gateway.usecases.password_hashing import Passwords
from services.warning.schemas.history_files import read_history
from services.warning.usecases.indicator_registry import IndicatorRegistry
from services.warning.usecases.load_history import load_history
from shared.kernel.divisions import MINHANG
from simulation.feeds import DEPARTMENTS
from simulation.files import intake_line, signal_lines, write_world
from simulation.world import World, build_world

BY = "benchmarks"
_SEED = 20_261_122


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured, and for how long."""

    enterprises: int
    months: int
    signals: int
    singles_seconds: float
    floor_seconds: float
    latency_seconds: float
    worklist_seconds: float
    circles: int
    repeats: int


OFFICER, MEDIATOR = "bench-officer", "bench-mediator"
FULL = Sizes(20_000, 24, 60_000, 15, 6, 20, 8, 300, 5)
QUICK = Sizes(2_000, 18, 3_000, 2, 1, 3, 1, 20, 2)


@dataclass(frozen=True, slots=True)
class Line:
    """A signal as a department sends it."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class District:
    """Who may send and read, and what there is to send; people by name, with their passwords.

    No two of the signals share a reference, and none was sent before.
    """

    departments: Mapping[str, ClientCredentials]
    coordinators: Mapping[str, str]
    offices: Mapping[str, str]
    signals: Sequence[Line]


async def prepare(url: str, folder: Path, sizes: Sizes, today: date) -> District:
    """Build the world, load its past, and add its people; nothing of the newest signals is loaded."""
    world = build_world(_SEED, sizes.enterprises, sizes.months, today)
    begins, newest = _newest(world, sizes.signals)
    write_world(world, folder)
    with (folder / "signals.ndjson").open("w", encoding="utf-8") as file:
        file.writelines(signal_lines(world, 0, begins))
    async with open_databases(url) as databases:
        async with databases["warning"].write() as tx:
            await load_history(tx, read_history(folder), await IndicatorRegistry().current(tx))
        coordinators = await _add_coordinators(databases, world)
        offices = await _add_people(databases, _OFFICES)
        departments = await _add_departments(databases)
    return District(departments, coordinators, offices, newest)


def _newest(world: World, count: int) -> tuple[int, list[Line]]:
    """Return the newest reports, those left out that repeat another, and where the first of them stands."""
    _, first_told = np.unique(world.signals.fact, return_index=True)
    chosen = np.sort(first_told)[-count:]
    assert len(chosen) == count, f"the world has only {len(chosen)} different signals"
    begins = int(chosen[0])
    lines = list(signal_lines(world, begins, len(world.signals)))
    return begins, [_line(lines[place - begins]) for place in chosen.tolist()]


def _line(told: str) -> Line:
    text = intake_line(told).strip()
    return Line(json.loads(text)["source"], text)


async def _add_coordinators(databases: Databases, world: World) -> dict[str, str]:
    people = [one for one in world.staff if one.role == "grid_coordinator"]
    new = [
        NewAccount(one.username, _password(), one.role, one.division, one.grid_cells, one.deputises_for)
        for one in people
    ]
    return await _add_people(databases, new)


def _password() -> str:
    return secrets.token_urlsafe(12)


_OFFICES = (
    NewAccount(OFFICER, _password(), "district_officer", MINHANG),
    NewAccount(MEDIATOR, _password(), "mediator", MINHANG),
)


async def _add_people(databases: Databases, new: Sequence[NewAccount]) -> dict[str, str]:
    await add_accounts(databases["gateway"], Passwords(), new, BY)
    return {one.username: one.password for one in new}


async def _add_departments(databases: Databases) -> dict[str, ClientCredentials]:
    added = {}
    async with databases["gateway"].write() as tx:
        for one in DEPARTMENTS:
            new = NewDepartment(one.source, one.indicators, MINHANG)
            added[one.source] = await add_department(tx, new, BY)
    return added
