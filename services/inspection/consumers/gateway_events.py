"""What the inspection service does with the gateway's events."""

from collections.abc import Sequence

from services.inspection.usecases.follow_accounts import follow_accounts
from shared.db.tx import WriteTx
from shared.events.gateway import AccountChanged
from shared.outbox.inbox import Handlers


def handlers() -> Handlers:
    """Return the handlers by event."""

    async def accounts_changed(tx: WriteTx, events: Sequence[AccountChanged]) -> None:
        await follow_accounts(tx, events)

    return {AccountChanged: accounts_changed}
