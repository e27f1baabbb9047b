import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from stdnum.cn import uscc

from simulation.places import TOWNS, grid_cells
from simulation.world import World


@pytest.fixture(scope="module")
def people(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "staff.json").read_text("utf-8"))
    return found


def test_every_cell_has_one_coordinator_and_another_one_as_deputy(district: World) -> None:
    owners = {cell: member.username for member in district.staff for cell in member.grid_cells}
    deputies = {cell: member.username for member in district.staff for cell in member.deputises_for}
    cells = {cell for town in TOWNS for cell in grid_cells(town)}
    assert owners.keys() == deputies.keys() == cells
    assert all(owners[cell] != deputies[cell] for cell in cells)


def test_every_enterprise_lies_in_a_cell_that_somebody_minds(district: World) -> None:
    minded = {cell for member in district.staff for cell in member.grid_cells}
    assert set(district.enterprises.grid_cell) <= minded


def test_there_is_staff_for_every_role(district: World) -> None:
    roles = Counter(member.role for member in district.staff)
    assert roles.pop("town_officer") >= len(TOWNS)
    assert roles.pop("mediator") >= len(TOWNS)
    assert roles == {
        "grid_coordinator": 56,
        "district_officer": 3,
        "inspector": 4,
        "system_admin": 1,
        "security_admin": 1,
        "auditor": 1,
    }


def test_usernames_stand_once_and_no_password_is_written(people: dict[str, Any]) -> None:
    names = [member["username"] for member in people["staff"]]
    assert len(set(names)) == len(names)
    assert not any("password" in member for member in people["staff"])


def test_every_department_is_listed_with_its_indicators(people: dict[str, Any]) -> None:
    indicators = {department["source"]: department["indicators"] for department in people["departments"]}
    assert "wage_arrears" in indicators["hrss"]
    assert all(indicators.values())


def test_mediation_has_four_tiers_each_below_the_one_above(district: World) -> None:
    by_id = {organisation.organisation_id: organisation for organisation in district.organisations}
    above = {"town": "district", "park": "town", "enterprise": "town"}
    assert {organisation.tier for organisation in by_id.values()} == {"district", *above}
    for organisation in by_id.values():
        if organisation.tier != "district":
            assert by_id[organisation.parent_id].tier == above[organisation.tier]


def test_committees_inside_enterprises_carry_their_code(district: World) -> None:
    committees = [found for found in district.organisations if found.tier == "enterprise"]
    assert all(uscc.is_valid(committee.uscc) for committee in committees)
