"""Sends what we owe partners: as often as it takes, for as long as is reasonable, and never silently given up."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from pydantic import ValidationError

from services.gateway.domain.assistance import Delivery, Patience, State, Step, next_state
from services.gateway.domain.audit import AuditEntry, Deed
from services.gateway.domain.exchange import MessageKind
from services.gateway.domain.partners import Partner
from services.gateway.federation.post import TIMEOUT_SECONDS, Delivered, NotDelivered, PartnerPost
from services.gateway.repository import assistance, audit, exchange, partners
from services.gateway.repository.assistance import Owed, StoredRequest
from services.gateway.usecases.exchange_messages import entry_of
from services.gateway.usecases.notify_assistance import notify_assistance
from services.gateway.usecases.receive_assistance import sha256
from shared.contracts.federation import Receipt
from shared.db.tx import Database, WriteTx

_AT_ONCE: Final = 16
# Longer than an attempt can take: nobody else sends the message meanwhile, and a crash costs this pause.
_LEASE: Final = timedelta(seconds=6 * TIMEOUT_SECONDS)
_CHANCES: Final = 1_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SendOutgoing:
    """One round of sending. The slow part runs outside of any transaction."""

    db: Database
    post: PartnerPost
    patience: Patience

    async def __call__(self) -> bool:
        """Send what is due; True when there was something."""
        async with self.db.read() as tx:
            late = await assistance.overdue(tx, tx.now - self.patience.give_up_after, _AT_ONCE)
        await asyncio.gather(*(self._give_up(one, None) for one in late))
        async with self.db.write() as tx:
            taken = await assistance.take_due(tx, _AT_ONCE, _LEASE)
        await asyncio.gather(*(self._send(one) for one in taken))
        return bool(taken or late)

    async def _send(self, owed: Owed) -> None:
        try:
            partner, delivered = await self._delivered(owed)
        except NotDelivered as failure:
            log.warning("a partner has not confirmed", request=str(owed.request_id), reason=failure.reason)
            if failure.final:
                await self._give_up(owed, failure.reason)
            else:
                await self._postpone(owed, failure.reason)
            return
        async with self.db.write() as tx:
            await _arrived(tx, owed, partner, delivered)

    async def _delivered(self, owed: Owed) -> tuple[Partner, Delivered]:
        async with self.db.read() as tx:
            known = await partners.keys_in_force(tx, owed.partner_id)
        if not known:
            raise NotDelivered("the partner has no key in force")
        partner = next(iter(known.values())).partner
        keys: Mapping[str, str] = {kid: key.x for kid, key in known.items()}
        delivered = await self.post.send(partner.base_url, keys, "POST", owed.path, owed.body)
        _check_receipt(delivered.body, owed.body)
        return partner, delivered

    async def _postpone(self, owed: Owed, reason: str) -> None:
        pause = self.patience.pause(owed.attempts, secrets.randbelow(_CHANCES) / _CHANCES)
        async with self.db.write() as tx:
            await assistance.postpone(tx, owed.request_id, tx.now + pause, reason)

    async def _give_up(self, owed: Owed, reason: str | None) -> None:
        async with self.db.write() as tx:
            request = await assistance.lock(tx, owed.request_id)
            if request is None or not await assistance.settle(
                tx, owed.request_id, Delivery.UNDELIVERABLE, reason
            ):
                return
            if request.state is State.SENDING:
                state = next_state(request.state, Step.GIVE_UP)
                await assistance.change(tx, request, state=state.value)
            entry = AuditEntry(Deed.ASSISTANCE_SEND, "undeliverable", "system", object=str(owed.request_id))
            await audit.append(tx, entry)
            await notify_assistance(tx, "assistance_undeliverable", request.id, request.jurisdiction)


def _check_receipt(receipt: bytes, body: bytes) -> None:
    try:
        confirmed = Receipt.model_validate_json(receipt).content_sha256
    except ValidationError as error:
        raise NotDelivered("the answer is no receipt") from error
    if confirmed != sha256(body):
        raise NotDelivered("the receipt is for another message")


async def _arrived(tx: WriteTx, owed: Owed, partner: Partner, delivered: Delivered) -> None:
    """Keep the receipt and both messages."""
    request = await assistance.lock(tx, owed.request_id)
    if request is None:
        return
    if owed.kind == MessageKind.REQUEST.value:
        await _keep_receipt(tx, request, delivered)
    await assistance.settle(tx, owed.request_id, Delivery.DELIVERED)
    kind = MessageKind(owed.kind)
    await exchange.append(
        tx,
        entry_of(tx, partner.id, owed.request_id, "out", kind, delivered.sent, owed.body),
        entry_of(
            tx, partner.id, owed.request_id, "in", MessageKind.ANSWER, delivered.answered, delivered.body
        ),
    )


async def _keep_receipt(tx: WriteTx, request: StoredRequest, delivered: Delivered) -> None:
    """Note the receipt; the partner may have decided before its receipt was read."""
    state = request.state
    if state is State.SENDING:
        state = next_state(state, Step.RECEIPT)
    await assistance.change(tx, request, state=state.value, receipt=delivered.body)
