"""How a change of an account is told."""

from services.gateway.domain.accounts import Account
from shared.events.gateway import AccountChanged


def account_changed(account: Account) -> AccountChanged:
    """Return the event with the account as it now stands."""
    return AccountChanged(
        account_id=account.id,
        username=account.username,
        role=account.role,
        division=account.division,
        grid_cells=account.grid_cells,
        deputy_cells=account.deputy_cells,
        enabled=account.enabled,
    )
