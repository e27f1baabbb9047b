"""The people who handle warnings, with made-up names: coordinators, officers, inspectors, mediators, admins."""

from dataclasses import dataclass

import numpy as np

from simulation.names import person_names
from simulation.organisations import MediationOrganisation
from simulation.places import DISTRICT, TOWNS, Town, grid_cells

_COORDINATORS_PER_TOWN = 4
_LARGE_TOWN_SHARE = 0.09
_DISTRICT_OFFICERS = 3
_INSPECTORS = 4


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One account of the demo; passwords are made when the accounts are, never here."""

    username: str
    name_zh: str
    role: str
    division: str
    grid_cells: tuple[str, ...] = ()
    deputises_for: tuple[str, ...] = ()
    organisation_id: str = ""


@dataclass(frozen=True, slots=True)
class _Post:
    """A place to be filled with a name."""

    username: str
    role: str
    division: str
    grid_cells: tuple[str, ...] = ()
    deputises_for: tuple[str, ...] = ()
    organisation_id: str = ""


def _coordinators(town: Town) -> list[_Post]:
    """Deal the town's cells out in runs; each coordinator stands in for the next one."""
    runs = [tuple(cells) for cells in np.array_split(grid_cells(town), _COORDINATORS_PER_TOWN)]
    return [
        _Post(
            username=f"grid-{town.code}-{number + 1}",
            role="grid_coordinator",
            division=town.code,
            grid_cells=tuple(str(cell) for cell in run),
            deputises_for=tuple(str(cell) for cell in runs[(number + 1) % len(runs)]),
        )
        for number, run in enumerate(runs)
    ]


def _town_officers(town: Town) -> list[_Post]:
    count = 2 if town.share >= _LARGE_TOWN_SHARE else 1
    return [_Post(f"town-{town.code}-{number + 1}", "town_officer", town.code) for number in range(count)]


def _numbered(prefix: str, role: str, count: int) -> list[_Post]:
    return [_Post(f"{prefix}-{number + 1}", role, DISTRICT) for number in range(count)]


def _mediators(organisations: list[MediationOrganisation]) -> list[_Post]:
    """One mediator per organisation, two at the district's centre."""
    posts = []
    for organisation in organisations:
        for number in range(2 if organisation.tier == "district" else 1):
            name = f"mediator-{organisation.organisation_id.lower()}-{number + 1}"
            posts.append(
                _Post(name, "mediator", organisation.division, organisation_id=organisation.organisation_id)
            )
    return posts


def build_staff(rng: np.random.Generator, organisations: list[MediationOrganisation]) -> list[StaffMember]:
    posts = [
        *(post for town in TOWNS for post in _coordinators(town)),
        *(post for town in TOWNS for post in _town_officers(town)),
        *_numbered("district", "district_officer", _DISTRICT_OFFICERS),
        *_numbered("inspector", "inspector", _INSPECTORS),
        *_mediators(organisations),
        *_numbered("system-admin", "system_admin", 1),
        *_numbered("security-admin", "security_admin", 1),
        *_numbered("auditor", "auditor", 1),
    ]
    return [
        StaffMember(
            post.username,
            name,
            post.role,
            post.division,
            post.grid_cells,
            post.deputises_for,
            post.organisation_id,
        )
        for post, name in zip(posts, person_names(rng, len(posts)), strict=True)
    ]
