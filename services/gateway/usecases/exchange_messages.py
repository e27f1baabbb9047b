"""What every message of a partner shares: taken once, answered under our signature, kept with its answer."""

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from pydantic import BaseModel

from services.gateway.domain.audit import AuditEntry, Deed
from services.gateway.domain.exchange import LogEntry, MessageKind
from services.gateway.domain.refusals import Replayed
from services.gateway.federation.identity import Identity
from services.gateway.federation.profile import Evidence, Response, sign_response
from services.gateway.repository import audit, exchange
from services.gateway.usecases.verify_message import KEEP_NONCES, Verified
from shared.db.tx import WriteTx

JSON: Final = "application/json"
_MOST_NONCES: Final = 5_000


@dataclass(frozen=True, slots=True)
class SignedAnswer:
    """An answer for the wire."""

    status: int
    headers: dict[str, str]
    body: bytes
    evidence: Evidence


async def take_nonce(tx: WriteTx, message: Verified) -> None:
    """Use the message's nonce up, in the transaction of its effect. Raises Replayed."""
    until = datetime.fromtimestamp(message.evidence.created, UTC) + KEEP_NONCES
    if not await exchange.take_nonce(tx, message.partner.id, message.evidence.nonce, until):
        raise Replayed


def signed_answer(
    identity: Identity, message: Verified, status: int, body: bytes, now: datetime, media_type: str = JSON
) -> SignedAnswer:
    """Return an answer that is bound to its message."""
    response = Response(status, {"content-type": media_type}, message.request)
    evidence = sign_response(identity, response, body, now, message.evidence.label)
    return SignedAnswer(status, dict(response.headers), body, evidence)


async def conclude(
    tx: WriteTx,
    identity: Identity,
    message: Verified,
    kind: MessageKind,
    about: UUID,
    told: bytes,
    status: int,
) -> SignedAnswer:
    """Answer a message that was taken, and keep both in the log."""
    answer = signed_answer(identity, message, status, told, tx.now)
    partner = message.partner.id
    await exchange.append(
        tx,
        entry_of(tx, partner, about, "in", kind, message.evidence, message.body),
        entry_of(tx, partner, about, "out", MessageKind.ANSWER, answer.evidence, answer.body),
    )
    return answer


def entry_of(
    tx: WriteTx,
    partner_id: UUID,
    about: UUID,
    direction: str,
    kind: MessageKind,
    evidence: Evidence,
    body: bytes,
) -> LogEntry:
    """Return a message as the log keeps it."""
    return LogEntry(
        tx.now,
        partner_id,
        about,
        direction,
        kind,
        evidence.kid,
        evidence.signed,
        evidence.signature,
        body,
    )


async def record_refusal(tx: WriteTx, message: Verified | None, code: str, target: str, address: str) -> None:
    """Note in the audit log that a message was refused; of a proven sender it is used up all the same."""
    actor = "unknown"
    if message is not None:
        actor = message.partner.name
        until = datetime.fromtimestamp(message.evidence.created, UTC) + KEEP_NONCES
        await exchange.take_nonce(tx, message.partner.id, message.evidence.nonce, until)
    await audit.append(tx, AuditEntry(Deed.FEDERATION_MESSAGE, code, actor, object=target, address=address))


def as_body(told: BaseModel) -> bytes:
    """Return a model as it goes over the wire."""
    return told.model_dump_json().encode()


def first_or_again(*, again: bool) -> int:
    """Return 201 the first time, 200 for the same again."""
    return HTTPStatus.OK if again else HTTPStatus.CREATED


async def forget_nonces(tx: WriteTx) -> bool:
    """Remove one portion of nonces that can do no harm any more; True when there is more."""
    return await exchange.forget_nonces(tx, tx.now, _MOST_NONCES) == _MOST_NONCES
