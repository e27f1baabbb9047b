"""The partner's side of the door: a request arrives, its standing is asked for, a decision comes back."""

import hashlib
from uuid import UUID

from services.gateway.domain.assistance import Delivery, Direction, State, Step, next_state
from services.gateway.domain.exchange import MessageKind
from services.gateway.domain.partners import Ask, DataClass, Operation, Purpose, allowed
from services.gateway.domain.refusals import DecisionTimeImpossible, MessageIdTaken, NoGrant
from services.gateway.federation.identity import Identity
from services.gateway.federation.profile import FRESH
from services.gateway.repository import assistance, partners
from services.gateway.repository.assistance import Matter, NewRequest, StoredRequest
from services.gateway.usecases.exchange_messages import (
    SignedAnswer,
    as_body,
    conclude,
    first_or_again,
    take_nonce,
)
from services.gateway.usecases.notify_assistance import notify_assistance
from services.gateway.usecases.verify_message import Verified
from shared.contracts.federation import (
    AssistanceRequest,
    AssistanceStanding,
    AssistanceStatus,
    Receipt,
    Wanted,
)
from shared.db.tx import WriteTx
from shared.kernel.errors import NotFound, found
from shared.kernel.ids import new_id


async def receive_request(
    tx: WriteTx, identity: Identity, message: Verified, told: AssistanceRequest
) -> SignedAnswer:
    """Take a request and give a receipt; the same message again gets the same receipt.

    Raises Replayed, NoGrant or MessageIdTaken.
    """
    await take_nonce(tx, message)
    known = await assistance.of_message(tx, message.partner.id, Direction.INCOMING, told.message_id)
    if known is None:
        await _check_grant(tx, message, told)
        new = _new_request(tx, identity, message, told)
        if await assistance.add(tx, new):
            answer = await _receipt(tx, identity, message, new.id, new.receipt, again=False)
            await notify_assistance(tx, "assistance_received", new.id, told.jurisdiction)
            return answer
        # Another copy of this message, under a nonce of its own, committed while we waited.
        known = await assistance.of_message(tx, message.partner.id, Direction.INCOMING, told.message_id)
    if known is None or known.content_sha256 != sha256(message.body):
        raise MessageIdTaken
    return await _receipt(tx, identity, message, known.id, known.receipt, again=True)


async def _receipt(
    tx: WriteTx, identity: Identity, message: Verified, about: UUID, receipt: bytes | None, *, again: bool
) -> SignedAnswer:
    status = first_or_again(again=again)
    return await conclude(tx, identity, message, MessageKind.REQUEST, about, receipt or b"", status)


async def _check_grant(tx: WriteTx, message: Verified, told: AssistanceRequest) -> None:
    if not allowed(await partners.grants_of(tx, message.partner.id), ask_of(told), tx.now):
        raise NoGrant


def _new_request(tx: WriteTx, identity: Identity, message: Verified, told: AssistanceRequest) -> NewRequest:
    digest = sha256(message.body)
    receipt = Receipt(
        message_id=told.message_id,
        content_sha256=digest,
        received_at=tx.now,
        received_by=identity.descriptor.name,
    )
    return NewRequest(
        id=new_id(),
        direction=Direction.INCOMING,
        partner_id=message.partner.id,
        message_id=told.message_id,
        state=State.RECEIVED,
        matter=matter_of(told, told.requested_by),
        content_sha256=digest,
        receipt=as_body(receipt),
    )


def matter_of(told: Wanted, requested_by: str) -> Matter:
    """Return what a request is about."""
    return Matter(
        ask_of(told),
        told.case_reference,
        told.legal_basis,
        told.subject,
        told.content,
        told.reply_by,
        requested_by,
    )


def ask_of(told: Wanted) -> Ask:
    """Return what a request asks to be allowed."""
    return Ask(
        Operation(told.operation), DataClass(told.data_class), told.jurisdiction, Purpose(told.purpose)
    )


def sha256(body: bytes) -> str:
    """Return a body's digest in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


async def read_standing(tx: WriteTx, identity: Identity, message: Verified, message_id: str) -> SignedAnswer:
    """Tell a partner where its own request stands. Raises Replayed, or NotFound for anybody else's."""
    await take_nonce(tx, message)
    known = found(
        await assistance.of_message(tx, message.partner.id, Direction.INCOMING, read_id(message_id))
    )
    standing = AssistanceStanding.model_validate(
        {
            "message_id": known.message_id,
            "state": known.state.value,
            "reason": known.reason,
            "received_at": known.created_at,
            "decided_at": known.decided_at,
        }
    )
    told = as_body(standing)
    return await conclude(
        tx, identity, message, MessageKind.QUERY, known.id, told, first_or_again(again=True)
    )


async def receive_status(
    tx: WriteTx, identity: Identity, message: Verified, message_id: str, told: AssistanceStatus
) -> SignedAnswer:
    """Take the decision on a request that we sent to this partner; the same again gets the same receipt.

    Raises Replayed, NotFound, MessageIdTaken, DecisionTimeImpossible or StepNotAllowed.
    """
    await take_nonce(tx, message)
    asked = read_id(message_id)
    known = await assistance.of_message(tx, message.partner.id, Direction.OUTGOING, asked)
    if known is None or told.message_id != asked:
        raise NotFound
    locked = found(await assistance.lock(tx, known.id))
    return await _take_decision(tx, identity, message, locked, told)


async def _take_decision(
    tx: WriteTx, identity: Identity, message: Verified, locked: StoredRequest, told: AssistanceStatus
) -> SignedAnswer:
    digest = sha256(message.body)
    again = locked.status_sha256 is not None
    if again and locked.status_sha256 != digest:
        raise MessageIdTaken
    receipt = locked.status_receipt
    if receipt is None:
        # As far as clocks may be apart for signatures, they may be for what is signed.
        if not locked.created_at - FRESH <= told.decided_at <= tx.now + FRESH:
            raise DecisionTimeImpossible
        step = Step.ACCEPT if told.state == "accepted" else Step.REFUSE
        receipt = _status_receipt(tx, identity, told, digest)
        await assistance.change(
            tx,
            locked,
            state=next_state(locked.state, step).value,
            reason=told.reason,
            decided_by=message.partner.name,
            decided_at=told.decided_at,
            status_sha256=digest,
            status_receipt=receipt,
        )
        # Whoever decides on a request has it: there is nothing left to send.
        await assistance.settle(tx, locked.id, Delivery.DELIVERED)
    status = first_or_again(again=again)
    answer = await conclude(tx, identity, message, MessageKind.STATUS, locked.id, receipt, status)
    if not again:
        await notify_assistance(tx, "assistance_decided", locked.id, locked.jurisdiction, told.state)
    return answer


def _status_receipt(tx: WriteTx, identity: Identity, told: AssistanceStatus, digest: str) -> bytes:
    return as_body(
        Receipt(
            message_id=told.message_id,
            content_sha256=digest,
            received_at=tx.now,
            received_by=identity.descriptor.name,
        )
    )


def read_id(text: str) -> UUID:
    """Return the id in a path. Raises NotFound where it is none."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
