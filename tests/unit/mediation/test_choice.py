"""Which organisation gets a case: the one chosen fits, and none of a lower tier would have."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.mediation.domain.choice import (
    Dispute,
    NoCentre,
    choose,
    choose_above,
    fits,
    floors_of,
    lowest_tier,
)
from services.mediation.domain.organisations import Organisation, Place, Tier
from services.mediation.domain.policy import Match
from tests.unit.mediation.given import POLICY

TOWNS = ("310112101", "310112102")
DIVISIONS = ("310112", *TOWNS, "310112101007")
CELLS = ("310112101-G01", "310112102-G01")
ZONES = ("南部闵开发", "虹桥商务区")
USCCS = ("91310112MA1GBNT55X", "91310112133304518C")
INDUSTRIES = ("C", "C39", "H6210")
SOMEBODY = UUID("00000000-0000-7000-8000-000000000001")

disputes = st.builds(
    Dispute,
    uscc=st.sampled_from(USCCS),
    division=st.sampled_from(DIVISIONS),
    grid_cell=st.none() | st.sampled_from(CELLS),
    zone=st.none() | st.sampled_from(ZONES),
    industry=st.none() | st.sampled_from(INDUSTRIES),
    workers=st.none() | st.integers(0, 30),
    level=st.sampled_from(("orange", "red")),
)


@st.composite
def places(draw: st.DrawFn) -> Place:
    tier = draw(st.sampled_from(Tier))
    if tier is Tier.DISTRICT:
        return Place(tier, "310112")
    division = draw(st.sampled_from(TOWNS if tier is Tier.TOWN else ("310112", *TOWNS)))
    if tier is Tier.ENTERPRISE:
        return Place(tier, division, uscc=draw(st.sampled_from(USCCS)))
    if tier is Tier.TOWN:
        return Place(tier, division)
    return Place(
        tier,
        division,
        draw(st.frozensets(st.sampled_from(CELLS))),
        draw(st.none() | st.sampled_from(ZONES)),
        draw(st.none() | st.sampled_from(INDUSTRIES)),
    )


@st.composite
def networks(draw: st.DrawFn) -> list[Organisation]:
    found = [
        Organisation(
            UUID(int=1), "MED-D-1", "centre", Place(Tier.DISTRICT, "310112"), enabled=True, mediators=()
        )
    ]
    for number, place in enumerate(draw(st.lists(places(), max_size=12)), start=2):
        staff = (SOMEBODY,) if draw(st.booleans()) else ()
        enabled = draw(st.booleans())
        found.append(
            Organisation(UUID(int=number), f"O-{number:02}", "one", place, enabled=enabled, mediators=staff)
        )
    return found


def would_do(one: Organisation, dispute: Dispute) -> bool:
    """Say whether an organisation works, is there for the dispute, and is not below what the law asks for."""
    matches = {rule.match for rule in POLICY.rules if rule.tier is one.tier}
    floor = lowest_tier(floors_of(dispute, POLICY.floors))
    there_for = any(fits(match, one.place, dispute) for match in matches)
    return one.works and there_for and one.tier.rank >= floor.rank


@given(dispute=disputes, network=networks())
def test_the_chosen_one_fits_and_no_lower_one_does(dispute: Dispute, network: list[Organisation]) -> None:
    choice = choose(dispute, network, POLICY)
    fitting = [one for one in network if would_do(one, dispute)]
    if choice.is_last_resort(POLICY):
        assert fitting == []
        assert choice.organisation.tier is Tier.DISTRICT
        assert choice.organisation.enabled
        return
    assert choice.organisation in fitting
    assert choice.organisation.tier.rank == min(one.tier.rank for one in fitting)


@given(dispute=disputes, network=networks())
def test_the_choice_does_not_depend_on_the_order(dispute: Dispute, network: list[Organisation]) -> None:
    assert choose(dispute, network, POLICY) == choose(dispute, network[::-1], POLICY)


@given(dispute=disputes, network=networks(), tier=st.sampled_from(Tier))
def test_the_next_tier_is_the_lowest_above_that_fits(
    dispute: Dispute, network: list[Organisation], tier: Tier
) -> None:
    above = choose_above(tier, dispute, network, POLICY)
    lowest = lowest_tier(floors_of(dispute, POLICY.floors))
    matches = {rule.tier: [r.match for r in POLICY.rules if r.tier is rule.tier] for rule in POLICY.rules}
    ranks = [
        one.tier.rank
        for one in network
        if one.works
        and lowest.rank <= one.tier.rank > tier.rank
        and any(fits(match, one.place, dispute) for match in matches[one.tier])
    ]
    assert (None if above is None else above.tier.rank) == min(ranks, default=None)


def a_dispute(**changes: object) -> Dispute:
    facts = {"uscc": USCCS[0], "division": TOWNS[0], "grid_cell": None, "zone": None, "industry": None}
    return Dispute(**(facts | {"workers": 5, "level": "orange"} | changes))  # type: ignore[arg-type]  # a test's shorthand


@pytest.mark.parametrize(
    ("dispute", "floors"),
    [
        (a_dispute(workers=9), ()),
        (a_dispute(workers=10), ("floor.collective",)),
        (a_dispute(workers=None), ()),
        (a_dispute(level="red"), ("floor.red",)),
        (a_dispute(workers=41, level="red"), ("floor.collective", "floor.red")),
    ],
)
def test_ten_workers_and_red_go_at_least_to_the_town(dispute: Dispute, floors: tuple[str, ...]) -> None:
    found = floors_of(dispute, POLICY.floors)
    assert tuple(floor.id for floor in found) == floors
    assert lowest_tier(found) is (Tier.TOWN if floors else Tier.ENTERPRISE)
    assert all(floor.article for floor in found)


def test_a_zone_over_several_towns_fits_in_each_and_nowhere_else() -> None:
    place = Place(Tier.PARK, "310112", zone=ZONES[1])
    assert fits(Match.ZONE, place, a_dispute(zone=ZONES[1], division=TOWNS[1]))
    assert not fits(Match.ZONE, place, a_dispute(zone=ZONES[1], division="310115"))
    assert not fits(Match.ZONE, place, a_dispute())


def test_an_industry_fits_by_its_leading_characters() -> None:
    place = Place(Tier.PARK, TOWNS[0], industry="C39")
    assert fits(Match.INDUSTRY, place, a_dispute(industry="C3920"))
    assert not fits(Match.INDUSTRY, place, a_dispute(industry="C"))
    assert not fits(Match.INDUSTRY, place, a_dispute())


def test_without_any_centre_there_is_a_refusal_that_says_what_to_do() -> None:
    with pytest.raises(NoCentre):
        choose(a_dispute(), [], POLICY)
