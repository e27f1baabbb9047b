"""Mediation organisations in the four tiers: district, street or town, park, enterprise."""

from dataclasses import dataclass

import numpy as np

from simulation.enterprises import Enterprises
from simulation.places import DISTRICT, HONGQIAO_ZONE, SOUTHERN_ZONE, TOWNS, grid_cells

_ENTERPRISE_COMMITTEES = 8
_PARK_CELLS = 3
# Two of them are zones that reach over more than one town; the others are some cells of their town.
_PARKS = (
    ("莘庄工业区", "310112501", ""),
    ("紫竹园区", "310112110", ""),
    ("漕河泾浦江园区", "310112114", ""),
    ("南部闵开发园区", "310112001", SOUTHERN_ZONE),
    ("虹桥商务区", "310112008", HONGQIAO_ZONE),
    ("马桥产业园", "310112112", ""),
)


@dataclass(frozen=True, slots=True)
class MediationOrganisation:
    """One organisation; `parent_id` is the tier above it, `uscc` is set for those inside an enterprise.

    grid_cells, zone: what a park's organisation is there for.
    """

    organisation_id: str
    tier: str
    name_zh: str
    division: str
    parent_id: str = ""
    uscc: str = ""
    capacity_per_month: int = 20
    grid_cells: tuple[str, ...] = ()
    zone: str = ""


def _town_id(code: str) -> str:
    return f"MED-T-{code[-3:]}"


def _towns() -> list[MediationOrganisation]:
    return [
        MediationOrganisation(
            _town_id(town.code), "town", f"{town.name_zh}劳动人事争议调解中心", town.code, "MED-D-1", "", 60
        )
        for town in TOWNS
    ]


def _parks() -> list[MediationOrganisation]:
    cells = {town.code: tuple(grid_cells(town)[:_PARK_CELLS]) for town in TOWNS}
    return [
        MediationOrganisation(
            f"MED-P-{number}",
            "park",
            f"{name}劳动争议调解委员会",
            DISTRICT if zone else code,
            _town_id(code),
            "",
            25,
            () if zone else cells[code],
            zone,
        )
        for number, (name, code, zone) in enumerate(_PARKS, start=1)
    ]


def _committees(enterprises: Enterprises) -> list[MediationOrganisation]:
    """The largest enterprises have a committee of their own."""
    rows = np.argsort(-enterprises.headcount, kind="stable")[:_ENTERPRISE_COMMITTEES].tolist()
    return [
        MediationOrganisation(
            f"MED-E-{number}",
            "enterprise",
            f"{enterprises.name[row]}劳动争议调解委员会",
            TOWNS[enterprises.town[row]].code,
            _town_id(TOWNS[enterprises.town[row]].code),
            enterprises.uscc[row],
            8,
        )
        for number, row in enumerate(rows, start=1)
    ]


def build_organisations(enterprises: Enterprises) -> list[MediationOrganisation]:
    centre = MediationOrganisation(
        "MED-D-1", "district", "闵行区劳动人事争议联合调解中心", DISTRICT, "", "", 120
    )
    return [centre, *_towns(), *_parks(), *_committees(enterprises)]
