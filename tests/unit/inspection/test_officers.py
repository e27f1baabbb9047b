"""A case is never without two different officers (劳动保障监察条例 art. 16)."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain.lifecycle import State
from services.inspection.domain.officers import (
    NotAnOfficer,
    OfficerMissing,
    OfficersInvalid,
    check_acting,
    check_officers,
    check_replacement,
)

PEOPLE = st.integers(1, 6)
LEAST = 2


@given(chosen=st.lists(PEOPLE, max_size=5), assignable=st.sets(PEOPLE))
def test_whoever_is_taken_are_at_least_two_different_ones_who_may_be(
    chosen: list[int], assignable: set[int]
) -> None:
    try:
        check_officers(chosen, assignable, LEAST)
    except OfficersInvalid:
        sound = len(set(chosen)) == len(chosen) >= LEAST and set(chosen) <= assignable
        assert not sound
    else:
        assert len(set(chosen)) >= LEAST
        assert set(chosen) <= assignable


@given(
    changes=st.lists(
        st.tuples(
            st.sampled_from(["leave", "back", "replace"]), PEOPLE, st.lists(PEOPLE, min_size=1, max_size=3)
        ),
        max_size=25,
    )
)
def test_through_any_leaving_and_replacing_nobody_acts_with_fewer_than_two(
    changes: list[tuple[str, int, list[int]]],
) -> None:
    officers, disabled = {1, 2}, set[int]()
    for what, person, chosen in changes:
        if what == "leave":
            disabled |= {person}
        elif what == "back":
            disabled -= {person}
        else:
            with suppress(NotAnOfficer, OfficersInvalid):
                check_replacement(chosen, officers, officers & disabled, person)
                check_officers(chosen, set(range(1, 7)) - disabled, LEAST)
                officers = set(chosen)
        assert len(officers) >= LEAST
        with suppress(NotAnOfficer, OfficerMissing):
            check_acting(officers, officers & disabled, person, LEAST, State.FILED)
            assert person in officers - disabled
            assert len(officers - disabled) >= LEAST


@given(chosen=st.sets(PEOPLE, min_size=2, max_size=3), left=st.sets(st.sampled_from([1, 2])))
def test_an_outsider_replaces_only_those_who_left(chosen: set[int], left: set[int]) -> None:
    try:
        check_replacement(chosen, {1, 2}, left, 6)
    except (NotAnOfficer, OfficersInvalid):
        return
    assert left
    assert {1, 2} - left <= chosen


def test_an_officer_may_put_a_colleague_in_their_place() -> None:
    check_replacement({2, 3}, {1, 2}, set(), 1)
    with pytest.raises(OfficersInvalid):
        check_replacement({2, 1}, {1, 2}, set(), 1)


def test_one_who_left_acts_no_more() -> None:
    with pytest.raises(NotAnOfficer):
        check_acting({1, 2}, {1}, 1, LEAST, State.FILED)
    with pytest.raises(OfficerMissing):
        check_acting({1, 2}, {1}, 2, LEAST, State.FILED)
