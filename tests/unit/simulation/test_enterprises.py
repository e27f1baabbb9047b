import csv
from pathlib import Path

import numpy as np
from stdnum.cn import uscc

from simulation.files import ENTERPRISE_COLUMNS
from simulation.places import SOUTHERN_ZONE, TOWNS
from simulation.world import World


def test_every_code_passes_its_check_digit_and_stands_once(district: World) -> None:
    codes = district.enterprises.uscc
    assert all(uscc.is_valid(code) for code in codes)
    assert len(set(codes)) == len(codes)


def test_a_code_carries_the_division_of_registration(district: World) -> None:
    firms = district.enterprises
    assert [code[2:8] for code in firms.uscc] == firms.registered_division


def test_no_two_enterprises_share_a_name(district: World) -> None:
    assert len(set(district.enterprises.name)) == len(district.enterprises)


def test_every_enterprise_works_in_a_town_and_in_one_of_its_cells(district: World) -> None:
    firms = district.enterprises
    towns = [TOWNS[town].code for town in firms.town.tolist()]
    places = zip(towns, firms.workplace_division, firms.grid_cell, strict=True)
    assert all(place[:9] == town and cell.startswith(f"{town}-G") for town, place, cell in places)
    assert {len(place) for place in firms.workplace_division} == {9, 12}


def test_every_town_has_its_share(district: World) -> None:
    counts = np.bincount(district.enterprises.town, minlength=len(TOWNS)) / len(district.enterprises)
    assert np.allclose(counts, [town.share for town in TOWNS], atol=0.012)


def test_some_enterprises_are_registered_in_another_district(district: World) -> None:
    elsewhere = [division != "310112" for division in district.enterprises.registered_division]
    assert 0.08 < np.mean(elsewhere) < 0.16


def test_most_enterprises_are_small_and_a_few_are_very_large(district: World) -> None:
    headcount = district.enterprises.headcount
    assert 9 <= np.median(headcount) <= 15
    assert headcount.max() > 2_000


def test_about_an_eighth_are_sole_traders_and_they_are_small(district: World) -> None:
    firms = district.enterprises
    assert 0.09 < firms.sole_trader.mean() < 0.15
    assert firms.headcount[firms.sole_trader].max() < 10


def test_the_southern_zone_lies_in_its_two_towns(district: World) -> None:
    firms = district.enterprises
    inside = {
        TOWNS[town].short_zh
        for town, zone in zip(firms.town, firms.zone, strict=True)
        if zone == SOUTHERN_ZONE
    }
    assert inside == {"江川", "马桥"}


def test_the_file_of_enterprises_has_the_register_s_header(folder: Path) -> None:
    with (folder / "enterprises.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == ENTERPRISE_COLUMNS
    assert len(rows) == 20_001
