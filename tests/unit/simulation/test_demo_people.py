"""The demo's accounts as they are kept and listed."""

import json
from collections import Counter
from pathlib import Path

import pytest

from simulation.demo.handling import busiest_first
from simulation.demo.people import (
    DepartmentClient,
    NoAccounts,
    Official,
    People,
    as_listed,
    read_people,
    store_people,
)

A, B = "310112101", "310112102"


def coordinator(name: str, division: str) -> Official:
    return Official("grid_coordinator", name, f"password of {name}", division)


PEOPLE = People(
    [
        Official("auditor", "auditor-1", "p", "310112"),
        coordinator("a-idle", A),
        coordinator("a-some", A),
        coordinator("a-most", A),
        coordinator("b-some", B),
    ],
    [DepartmentClient("department", "hrss", "hrss-1", "s", ["wage_arrears"])],
)


def test_who_has_something_to_do_comes_first_and_of_one_town_after_the_other() -> None:
    listed = busiest_first(PEOPLE, Counter({"a-some": 2, "a-most": 5, "b-some": 1}))
    assert [one.username for one in listed.officials] == ["a-most", "b-some", "a-some", "a-idle", "auditor-1"]
    assert listed.departments == PEOPLE.departments


def test_what_is_kept_is_what_is_listed(tmp_path: Path) -> None:
    store_people(tmp_path, PEOPLE)
    assert read_people(tmp_path) == PEOPLE
    listed = json.loads(as_listed(PEOPLE))
    assert listed[1] == {
        "role": "grid_coordinator",
        "username": "a-idle",
        "password": "password of a-idle",
        "division": A,
    }
    assert listed[-1] == {
        "role": "department",
        "source": "hrss",
        "client_id": "hrss-1",
        "client_secret": "s",
        "indicators": ["wage_arrears"],
    }


def test_before_the_first_start_there_are_none(tmp_path: Path) -> None:
    with pytest.raises(NoAccounts, match="make demo"):
        read_people(tmp_path)
