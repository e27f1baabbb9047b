"""What makes an organisation."""

import pytest

from services.mediation.domain.organisations import OrganisationInvalid, Place, Tier, check_organisation
from services.mediation.schemas.organisations import claim_of_row

TOWN = "310112101"
SOUND = "91310112133304518C"


@pytest.mark.parametrize(
    "place",
    [
        Place(Tier.DISTRICT, "310112"),
        Place(Tier.TOWN, TOWN),
        Place(Tier.PARK, "310112", zone="虹桥商务区"),
        Place(Tier.PARK, TOWN, frozenset({"G01"})),
        Place(Tier.PARK, TOWN, industry="C39"),
        Place(Tier.ENTERPRISE, TOWN, uscc=SOUND),
    ],
)
def test_a_place_that_fits_its_tier(place: Place) -> None:
    check_organisation("T-1", "莘庄镇调解中心", place)


@pytest.mark.parametrize(
    ("code", "name", "place", "field"),
    [
        ("", "名", Place(Tier.TOWN, TOWN), "code"),
        ("a/b", "名", Place(Tier.TOWN, TOWN), "code"),
        ("T-1", "  ", Place(Tier.TOWN, TOWN), "name"),
        ("T-1", "名\n", Place(Tier.TOWN, TOWN), "name"),
        ("T-1", "名", Place(Tier.TOWN, "310112"), "division"),
        ("T-1", "名", Place(Tier.DISTRICT, TOWN), "division"),
        ("T-1", "名", Place(Tier.TOWN, "320112101"), "division"),
        ("T-1", "名", Place(Tier.PARK, TOWN), "grid_cells"),
        ("T-1", "名", Place(Tier.PARK, TOWN, industry="39"), "industry"),
        ("T-1", "名", Place(Tier.ENTERPRISE, TOWN), "uscc"),
        ("T-1", "名", Place(Tier.ENTERPRISE, TOWN, uscc="91310112133304518D"), "uscc"),
        ("T-1", "名", Place(Tier.TOWN, TOWN, uscc=SOUND), "uscc"),
    ],
)
def test_what_does_not_fit_is_named(code: str, name: str, place: Place, field: str) -> None:
    with pytest.raises(OrganisationInvalid) as refusal:
        check_organisation(code, name, place)
    assert [one.field for one in refusal.value.fields] == [field]


def test_a_row_of_a_table_is_read_with_its_cells_apart_by_spaces() -> None:
    row = {"code": "P-1", "name": "园区", "tier": "Park", "division": TOWN, "grid_cells": "G01  G02"}
    claim = claim_of_row(row | {"zone": "", "enabled": "否"})
    assert (claim.place.tier, claim.place.grid_cells, claim.place.zone) == (
        Tier.PARK,
        frozenset({"G01", "G02"}),
        None,
    )
    assert not claim.enabled


@pytest.mark.parametrize(("field", "value"), [("tier", "village"), ("enabled", "maybe")])
def test_a_row_that_cannot_be_read_names_its_column(field: str, value: str) -> None:
    row = {"code": "P-1", "name": "园区", "tier": "park", "division": TOWN} | {field: value}
    with pytest.raises(OrganisationInvalid) as refusal:
        claim_of_row(row)
    assert refusal.value.fields[0].field == field
