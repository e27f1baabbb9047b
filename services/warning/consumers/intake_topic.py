"""The topic `intake.signal`: departments that stream write a signal's JSON there, with the credit code as key.

A broker says nothing of who wrote a record, and a body proves nothing. So each record carries the department's access
token (`authorization: Bearer …`), which the gateway signed, and which must have been valid at the moment when the
broker took the record: a record that waited, or is read again after a restore, is as good as on its first day.
"""

from collections.abc import Sequence

from services.warning.schemas.signals import read_signal
from services.warning.usecases.indicator_registry import IndicatorRegistry
from services.warning.usecases.record_signals import record_signals
from services.warning.usecases.signal_drafts import Sender
from shared.auth.permissions import Role
from shared.auth.tokens import TokenVerifier, Unauthenticated
from shared.bus.port import Message
from shared.db.tx import WriteTx
from shared.events.topics import INTAKE_SIGNAL
from shared.kernel.errors import DomainError, Kind
from shared.outbox.feed import FeedHandler, Refused

TOPIC = INTAKE_SIGNAL


class SenderUnproven(DomainError):
    """The record does not prove who sent it."""

    kind = Kind.UNAUTHENTICATED
    code = "sender_unproven"
    message_zh = "消息头 authorization 中没有发送时有效的部门访问令牌：请先取得令牌，再逐条附上。"
    message_en = (
        "The header authorization holds no department's access token that was valid when the record was sent: get"
        " one, and send it with every record."
    )


def intake_feed(registry: IndicatorRegistry, tokens: TokenVerifier) -> FeedHandler:
    """Return the topic's handler: it takes what the HTTP door takes, and refuses what that refuses."""

    async def handle(tx: WriteTx, messages: Sequence[Message]) -> Sequence[Refused]:
        unproven: list[Refused] = []
        proven: list[tuple[Message, Sender]] = []
        for message in messages:
            sender = _sender(message, tokens, tx)
            if sender is None:
                unproven.append((message, SenderUnproven()))
            else:
                proven.append((message, sender))
        told = [read_signal(message.body) for message, _ in proven]
        outcomes = await record_signals(
            tx, [sender for _, sender in proven], told, await registry.current(tx)
        )
        paired = zip(proven, outcomes, strict=True)
        return unproven + [
            (one, outcome.refusal) for (one, _), outcome in paired if outcome.refusal is not None
        ]

    return handle


def _sender(message: Message, tokens: TokenVerifier, tx: WriteTx) -> Sender | None:
    """Return the department that the record's token names, and what it may report; None where it names none."""
    origin = message.origin
    if origin is None or not origin.credential:
        return None
    try:
        # Where the topic carries its senders' time, only the present can be believed.
        holder = tokens.verify_at(origin.credential, origin.appended_at or tx.now)
    except Unauthenticated:
        return None
    if holder.role is not Role.DEPARTMENT or holder.source is None:
        return None
    return Sender(holder.source, holder.indicators)
