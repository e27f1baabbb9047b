"""Divisions by their statistical codes."""

import pytest

from shared.kernel.divisions import (
    MINHANG,
    Division,
    DivisionInvalid,
    DivisionLevel,
    DivisionName,
    contains,
    division_name,
    is_known,
    name_of,
    towns,
)


def test_minhang_has_fourteen_units_with_a_name_in_both_languages() -> None:
    assert len(towns()) == 14
    for code in towns():
        name = name_of(code)
        assert name is not None
        assert name.zh.endswith(("街道", "镇", "工业区"))
        assert name.en.endswith(("Subdistrict", "Town", "Zone"))


def test_a_village_bears_its_town_s_name() -> None:
    assert name_of("310112101003") == name_of("310112101") == DivisionName("莘庄镇", "Xinzhuang Town")


@pytest.mark.parametrize(
    ("code", "shown"), [(MINHANG, "闵行区"), ("310112501", "莘庄工业区"), ("110101", "110101")]
)
def test_the_name_to_show_falls_back_to_the_code(code: str, shown: str) -> None:
    assert division_name(code) == shown


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("310112", True),
        ("310112101", True),
        ("310112101001", True),
        ("310112999", False),
        ("310112999001", False),
        ("31011210100x", False),
        ("310113", False),
        ("", False),
    ],
)
def test_only_minhang_its_towns_and_villages_of_its_towns_are_known(code: str, known: bool) -> None:  # noqa: FBT001 -- a case
    assert is_known(code) is known


@pytest.mark.parametrize(
    ("parent", "child", "inside"),
    [
        ("310112", "310112101", True),
        ("310112101", "310112101003", True),
        ("310112101", "310112101", True),
        ("310112101", "310112", False),
        ("310112101", "310112102", False),
        ("", "310112", False),
    ],
)
def test_a_division_contains_itself_and_what_lies_below(parent: str, child: str, inside: bool) -> None:  # noqa: FBT001 -- a case
    assert contains(parent, child) is inside


def test_a_division_knows_its_level_district_and_town() -> None:
    village = Division("310112101003")
    assert (village.level, village.district, village.town) == (DivisionLevel.VILLAGE, "310112", "310112101")
    assert Division(MINHANG).town is None


@pytest.mark.parametrize("text", ["", "31011", "3101121", "31011210１", "310112abc", "3101121010031"])
def test_a_malformed_code_is_refused(text: str) -> None:
    with pytest.raises(DivisionInvalid):
        Division(text)
