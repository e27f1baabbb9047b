"""The topic `intake.signal`: departments that stream write a signal's JSON there, with the credit code as key."""

from collections.abc import Sequence

from services.warning.schemas.signals import read_signal
from services.warning.usecases.indicator_registry import IndicatorRegistry
from services.warning.usecases.record_signals import record_signals
from services.warning.usecases.signal_drafts import Sender
from shared.bus.port import Message
from shared.db.tx import WriteTx
from shared.outbox.feed import FeedHandler, Refused

TOPIC = "intake.signal"


def intake_feed(registry: IndicatorRegistry) -> FeedHandler:
    """Return the topic's handler: it takes what the HTTP door takes, and refuses what that refuses."""

    async def handle(tx: WriteTx, messages: Sequence[Message]) -> Sequence[Refused]:
        told = [read_signal(message.body) for message in messages]
        outcomes = await record_signals(tx, [Sender(None)] * len(told), told, await registry.current(tx))
        paired = zip(messages, outcomes, strict=True)
        return [(message, outcome.refusal) for message, outcome in paired if outcome.refusal is not None]

    return handle
