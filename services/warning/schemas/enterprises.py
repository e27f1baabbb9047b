"""Enterprises as clients write them."""

from services.warning.domain.enterprises import EnterpriseClaim
from shared.contracts.warning_actions import EnterpriseIn


def claim_of(uscc: str, told: EnterpriseIn) -> EnterpriseClaim:
    """Return what the client says; empty texts say nothing."""
    return EnterpriseClaim(
        uscc=uscc,
        name=told.name,
        registered_division=told.registered_division,
        workplace_division=told.workplace_division,
        grid_cell=told.grid_cell or None,
        industry=told.industry,
        headcount=told.headcount,
        zone=told.zone or None,
        sole_trader=told.sole_trader,
    )
