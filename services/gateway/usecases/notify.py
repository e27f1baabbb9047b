"""Those who need to know of an event get a notification each."""

from collections.abc import Sequence

from services.gateway.repository import notifications
from services.gateway.usecases.notices import notices_of
from shared.db.tx import WriteTx
from shared.events.base import Event


async def notify(tx: WriteTx, events: Sequence[Event]) -> None:
    """Keep one notification per event and addressee; open streams hear of them when this commits."""
    await notifications.add(tx, [notice for event in events for notice in notices_of(event)])
