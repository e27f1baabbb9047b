"""Who gets a warning."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.warning.domain.assignment import (
    Assignment,
    AssignmentReason,
    Coordinator,
    PassedOver,
    choose_assignee,
)

TOWN, OTHER_TOWN, CELL = "310112101", "310112102", "310112101-03"
NOBODY: frozenset[UUID] = frozenset()


def person(number: int, **changes: Any) -> Coordinator:
    facts: dict[str, Any] = {
        "id": UUID(int=number),
        "town": TOWN,
        "grid_cells": frozenset(),
        "deputises_for": frozenset(),
        "open_count": 0,
        "cap": 20,
        "absent": False,
    }
    return Coordinator(**(facts | changes))


OWN = person(1, grid_cells=frozenset({CELL}), open_count=9)
DEPUTY = person(2, deputises_for=frozenset({CELL}), open_count=8)
BUSY = person(3, open_count=7)
FREE = person(4, open_count=1)
FOREIGN = person(5, town=OTHER_TOWN)
ALL = [FOREIGN, FREE, BUSY, DEPUTY, OWN]


def chosen(
    people: list[Coordinator],
    *,
    division: str = TOWN,
    cell: str | None = CELL,
    excluding: frozenset[UUID] = NOBODY,
) -> Assignment:
    return choose_assignee(people, division, cell, excluding)


def test_the_cell_s_own_coordinator_comes_first() -> None:
    assert chosen(ALL) == Assignment(OWN.id, None, AssignmentReason.CELL_COORDINATOR)


@pytest.mark.parametrize(
    ("own", "why"),
    [
        ({"absent": True}, PassedOver.ABSENT),
        ({"open_count": 20}, PassedOver.AT_CAP),
    ],
)
def test_an_absent_or_full_coordinator_is_deputised_for_and_the_reason_is_told(
    own: dict[str, Any], why: PassedOver
) -> None:
    away = person(1, grid_cells=frozenset({CELL}), **own)
    assert chosen([away, DEPUTY, FREE]) == Assignment(
        DEPUTY.id, None, AssignmentReason.DEPUTY, ((away.id, why),)
    )


def test_who_gave_it_back_does_not_get_it_again() -> None:
    assignment = chosen(ALL, excluding=frozenset({OWN.id, DEPUTY.id}))
    assert assignment.assignee_id == FREE.id
    assert dict(assignment.passed_over) == {OWN.id: PassedOver.EXCLUDED, DEPUTY.id: PassedOver.EXCLUDED}


def test_without_a_cell_the_least_loaded_of_the_town_gets_it() -> None:
    assert chosen(ALL, cell=None) == Assignment(FREE.id, None, AssignmentReason.LEAST_LOADED)


def test_a_village_s_warning_goes_to_its_town() -> None:
    assert chosen([FOREIGN, FREE], division="310112101007", cell=None).assignee_id == FREE.id


def test_when_nobody_of_the_town_is_free_its_queue_has_it() -> None:
    full = person(6, open_count=20)
    assert chosen([full, FOREIGN], cell=None) == Assignment(None, TOWN, AssignmentReason.TOWN_QUEUE)


@pytest.mark.parametrize("division", ["310112", "310112999", "", "310115004"])
def test_where_no_town_is_known_the_district_s_queue_has_it(division: str) -> None:
    assert chosen([FREE], division=division, cell=None) == Assignment(
        None, "310112", AssignmentReason.DISTRICT_QUEUE
    )


def test_the_cell_decides_even_where_no_town_is_known() -> None:
    assert chosen(ALL, division="310112").assignee_id == OWN.id


people = st.lists(
    st.builds(
        person,
        st.integers(1, 8),
        town=st.sampled_from([TOWN, OTHER_TOWN]),
        grid_cells=st.frozensets(st.just(CELL)),
        deputises_for=st.frozensets(st.just(CELL)),
        open_count=st.integers(0, 21),
        absent=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)


@given(
    candidates=people,
    excluded=st.frozensets(st.integers(1, 8)),
    cell=st.sampled_from([CELL, None]),
    data=st.data(),
)
@settings(max_examples=40, deadline=None, database=None)
def test_nothing_is_ever_unassigned_and_nobody_unfit_is_chosen(
    candidates: list[Coordinator], excluded: frozenset[int], cell: str | None, data: st.DataObject
) -> None:
    excluding = frozenset(UUID(int=number) for number in excluded)
    assignment = choose_assignee(candidates, TOWN, cell, excluding)
    assert (assignment.assignee_id is None) != (assignment.queue_division is None)
    if assignment.assignee_id is not None:
        person_chosen = next(one for one in candidates if one.id == assignment.assignee_id)
        assert not person_chosen.absent
        assert person_chosen.open_count < person_chosen.cap
        assert person_chosen.id not in excluding
    shuffled = data.draw(st.permutations(candidates))
    assert choose_assignee(shuffled, TOWN, cell, excluding) == assignment
