"""What the mediation service does with the gateway's events."""

from collections.abc import Sequence

from services.mediation.usecases.follow_accounts import follow_accounts
from services.mediation.usecases.timing import TimingSource
from shared.db.tx import WriteTx
from shared.events.gateway import AccountChanged
from shared.outbox.inbox import Handlers


def handlers(timing: TimingSource) -> Handlers:
    """Return the handlers by event."""

    async def accounts_changed(tx: WriteTx, events: Sequence[AccountChanged]) -> None:
        await follow_accounts(tx, events, await timing.now(tx))

    return {AccountChanged: accounts_changed}
