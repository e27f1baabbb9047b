"""Who hears of what, and in which words."""

import string
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.notification_titles import TITLES, title_of
from services.gateway.domain.notifications import (
    LEADING_GROUP,
    reader,
    to_office,
    town_and_district_officers,
    town_officers,
)
from services.gateway.usecases.notices import NOTICES, addressees_of
from shared.auth.permissions import Role
from shared.events import EVENT_TYPES
from shared.events.base import Recipient
from shared.kernel.divisions import MINHANG, towns

TOWN, OTHER_TOWN = towns()[:2]
VILLAGES = st.sampled_from(towns()).map(lambda town: f"{town}007")
DIVISIONS = st.one_of(st.just(MINHANG), st.sampled_from(towns()), VILLAGES)
ROLES = st.sampled_from([*(role.value for role in Role), LEADING_GROUP])
RECIPIENTS = st.builds(
    Recipient, role=ROLES, division=DIVISIONS, account_id=st.one_of(st.none(), st.uuids(version=4))
)
ME = UUID("00000000-0000-7000-8000-000000000001")


def hears(role: Role, division: str, told: Recipient, account_id: UUID = ME) -> bool:
    """Tell whether an account is reached by what a recipient is told."""
    return addressees_of([told])[0] in reader(account_id, role.value, division).addressees


@given(RECIPIENTS)
def test_a_recipient_is_one_addressee_and_again_the_same(told: Recipient) -> None:
    assert len(addressees_of([told])) == 1
    assert addressees_of([told, told]) == addressees_of([told])


@given(RECIPIENTS.filter(lambda told: told.account_id is not None), ROLES, DIVISIONS)
def test_what_is_meant_for_an_account_reaches_that_account_alone(
    told: Recipient, role: str, division: str
) -> None:
    assert told.account_id is not None
    (addressee,) = addressees_of([told])
    assert addressee in reader(told.account_id, role, division).addressees
    assert addressee not in reader(uuid4(), told.role, told.division).addressees


@given(RECIPIENTS.filter(lambda told: told.account_id is None), st.sampled_from(list(Role)), DIVISIONS)
def test_an_office_hears_nothing_from_outside_its_division(
    told: Recipient, role: Role, division: str
) -> None:
    if hears(role, division, told):
        assert told.division.startswith(division)


@given(DIVISIONS, st.sampled_from([*(role.value for role in Role), LEADING_GROUP]))
def test_what_officers_are_to_be_told_is_always_told_to_somebody(division: str, role: str) -> None:
    """The towns' officers in their towns, the district's officers and inspectors in the district."""
    told = Recipient(role=role, division=division)
    holders = [(Role.TOWN_OFFICER, town) for town in towns()]
    holders += [(Role.DISTRICT_OFFICER, MINHANG), (Role.INSPECTOR, MINHANG)]
    if role in {Role.TOWN_OFFICER, Role.DISTRICT_OFFICER, Role.INSPECTOR, LEADING_GROUP}:
        assert sum(hears(*holder, told) for holder in holders) == 1


@pytest.mark.parametrize(
    ("role", "division", "holder", "where"),
    [
        (Role.TOWN_OFFICER, TOWN, Role.TOWN_OFFICER, TOWN),
        (Role.TOWN_OFFICER, f"{TOWN}003", Role.TOWN_OFFICER, TOWN),
        (Role.TOWN_OFFICER, MINHANG, Role.DISTRICT_OFFICER, MINHANG),
        (Role.DISTRICT_OFFICER, MINHANG, Role.DISTRICT_OFFICER, MINHANG),
        (LEADING_GROUP, MINHANG, Role.DISTRICT_OFFICER, MINHANG),
        (Role.INSPECTOR, TOWN, Role.INSPECTOR, MINHANG),
        (Role.MEDIATOR, TOWN, Role.MEDIATOR, TOWN),
    ],
)
def test_an_office_is_where_its_holders_are(role: str, division: str, holder: Role, where: str) -> None:
    assert to_office(role, division) == reader(ME, holder.value, where).office


def test_the_leading_group_and_the_district_are_told_once() -> None:
    told = [Recipient(role=role, division=MINHANG) for role in (Role.DISTRICT_OFFICER, LEADING_GROUP)]
    assert len(addressees_of(told)) == 1


def test_a_matter_without_a_town_is_the_districts() -> None:
    assert town_and_district_officers(MINHANG) == (town_officers(MINHANG),)
    assert len(town_and_district_officers(TOWN)) == 2
    assert town_officers(TOWN) != town_officers(OTHER_TOWN)


def test_every_event_that_names_recipients_is_told() -> None:
    with_recipients = {event for event in EVENT_TYPES.values() if "told" in event.model_fields}
    assert with_recipients
    assert with_recipients <= set(NOTICES)


@pytest.mark.parametrize("name", sorted(TITLES))
@pytest.mark.parametrize("level", ["red", "orange"])
def test_every_sentence_is_whole_in_both_languages(name: str, level: str) -> None:
    kind, _, variant = name.partition(".")
    title = title_of(kind, variant, level=level, to="leading_group")
    for sentence in (title.zh, title.en):
        assert 4 < len(sentence) < 100
        assert "{" not in sentence
        assert "  " not in sentence
    assert set(title.en) <= set(string.printable)
    assert not set(title.zh) & set(string.ascii_letters)


def test_an_unknown_variant_is_told_in_its_kinds_words() -> None:
    title = title_of("warning_escalated", "of_tomorrow", level="red", to="district")
    assert (title.zh, title.en) == (
        "红色预警逾期，已上报区级",
        "A red warning is overdue and was escalated to the district",
    )
