"""Organisations as officers enter them, by HTTP or in a table."""

from collections.abc import Mapping

from services.mediation.domain.organisations import OrganisationInvalid, Place, Tier
from services.mediation.usecases.keep_organisations import OrganisationClaim
from shared.contracts.mediation import OrganisationIn
from shared.kernel.errors import FieldProblem
from shared.kernel.identifiers import normalise_uscc

REQUIRED = frozenset({"code", "name", "tier", "division"})
OPTIONAL = frozenset({"grid_cells", "zone", "industry", "uscc", "enabled"})
_ENABLED = {"": True, "true": True, "1": True, "是": True, "false": False, "0": False, "否": False}


def claim_of(code: str, given: OrganisationIn) -> OrganisationClaim:
    """Return what a body says."""
    place = Place(
        tier=Tier(given.tier),
        division=given.division,
        grid_cells=frozenset(given.grid_cells),
        zone=given.zone or None,
        industry=given.industry or None,
        uscc=normalise_uscc(given.uscc) if given.uscc else None,
    )
    return OrganisationClaim(code, given.name, place, given.enabled)


def claim_of_row(cells: Mapping[str, str]) -> OrganisationClaim:
    """Return what a row of a table says; grid cells stand apart by spaces. Raises OrganisationInvalid."""
    given = {name: value.strip() for name, value in cells.items()}
    tier, enabled = given["tier"].lower(), given.get("enabled", "").lower()
    if tier not in tuple(Tier):
        raise _refused("tier", f"层级须为：{'、'.join(Tier)}。", f"The tier is one of: {', '.join(Tier)}.")
    if enabled not in _ENABLED:
        raise _refused("enabled", "须填 true 或 false。", "Write true or false.")
    place = Place(
        tier=Tier(tier),
        division=given["division"],
        grid_cells=frozenset(given.get("grid_cells", "").split()),
        zone=given.get("zone") or None,
        industry=given.get("industry") or None,
        uscc=normalise_uscc(given["uscc"]) if given.get("uscc") else None,
    )
    return OrganisationClaim(given["code"], given["name"], place, _ENABLED[enabled])


def _refused(field: str, zh: str, en: str) -> OrganisationInvalid:
    return OrganisationInvalid(fields=[FieldProblem(field, f"{field}_invalid", zh, en)])
