"""What the warning service does with the gateway's events."""

from collections.abc import Sequence

from services.warning.usecases.follow_accounts import follow_accounts
from services.warning.usecases.reference_data import ReferenceData
from shared.db.tx import WriteTx
from shared.events.gateway import AccountChanged
from shared.outbox.inbox import Handlers


def handlers(reference_data: ReferenceData) -> Handlers:
    """Return the handlers by event."""

    async def accounts_changed(tx: WriteTx, events: Sequence[AccountChanged]) -> None:
        await follow_accounts(tx, events, reference_data)

    return {AccountChanged: accounts_changed}
