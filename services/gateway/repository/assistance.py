"""Requests for assistance, and the messages that they still owe."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, func, insert, literal, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.gateway.domain.assistance import Delivery, Direction, State
from services.gateway.domain.partners import Ask, PartnerStatus
from services.gateway.repository.federation_tables import (
    assistance_actions,
    assistance_requests,
    federation_outgoing,
    partners,
)
from shared.db.done_actions import DoneActions
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.paging import Page, instant

DONE: Final = DoneActions(assistance_actions, "request_id")
WAKE_CHANNEL: Final = "gateway_federation"

_PARTNER_NAME = partners.c.name.label("partner")
_OWED = (
    federation_outgoing.c.delivery,
    federation_outgoing.c.attempts,
    federation_outgoing.c.next_attempt_at,
    federation_outgoing.c.last_error,
)
_SHOWN = (
    select(assistance_requests, _PARTNER_NAME, *_OWED)
    .join_from(assistance_requests, partners, partners.c.id == assistance_requests.c.partner_id)
    .outerjoin(federation_outgoing, federation_outgoing.c.request_id == assistance_requests.c.id)
)


@dataclass(frozen=True, slots=True)
class Matter:
    """What a request is about."""

    ask: Ask
    case_reference: str
    legal_basis: str
    subject: str
    content: str
    reply_by: date | None
    requested_by: str


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request to store."""

    id: UUID
    direction: Direction
    partner_id: UUID
    message_id: UUID
    state: State
    matter: Matter
    content_sha256: str
    receipt: bytes | None = None


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request as it stands."""

    id: UUID
    direction: Direction
    partner_id: UUID
    message_id: UUID
    state: State
    version: int
    jurisdiction: str
    content_sha256: str
    receipt: bytes | None
    status_sha256: str | None
    status_receipt: bytes | None
    reason: str | None
    created_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Owed:
    """A message to be sent now. `queued_at`: since when it waits."""

    request_id: UUID
    partner_id: UUID
    kind: str
    path: str
    body: bytes
    attempts: int
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed by."""

    direction: str | None = None
    state: str | None = None
    partner_id: UUID | None = None


async def add(tx: WriteTx, new: NewRequest) -> bool:
    """Store a request; False when its message came before."""
    matter = new.matter
    row = {
        "id": new.id,
        "direction": new.direction.value,
        "partner_id": new.partner_id,
        "message_id": new.message_id,
        "state": new.state.value,
        "version": 1,
        "operation": matter.ask.operation.value,
        "data_class": matter.ask.data_class.value,
        "jurisdiction": matter.ask.jurisdiction,
        "purpose": matter.ask.purpose.value,
        "case_reference": matter.case_reference,
        "legal_basis": matter.legal_basis,
        "subject": matter.subject,
        "content": matter.content,
        "reply_by": matter.reply_by,
        "requested_by": matter.requested_by,
        "content_sha256": new.content_sha256,
        "receipt": new.receipt,
        "created_at": tx.now,
        "changed_at": tx.now,
    }
    return await tx.execute(upsert(assistance_requests).values(row).on_conflict_do_nothing()) == 1


async def of_message(
    tx: ReadTx, partner_id: UUID, direction: Direction, message_id: UUID
) -> StoredRequest | None:
    """Return the request that a partner's message is about."""
    row = await tx.row(
        select(assistance_requests).where(
            assistance_requests.c.partner_id == partner_id,
            assistance_requests.c.direction == direction.value,
            assistance_requests.c.message_id == message_id,
        )
    )
    return None if row is None else _stored(row)


async def lock(tx: WriteTx, request_id: UUID) -> StoredRequest | None:
    """Return a request, locked until the transaction ends."""
    row = await tx.row(
        select(assistance_requests).where(assistance_requests.c.id == request_id).with_for_update()
    )
    return None if row is None else _stored(row)


async def find(tx: ReadTx, request_id: UUID) -> StoredRequest | None:
    """Return a request."""
    row = await tx.row(select(assistance_requests).where(assistance_requests.c.id == request_id))
    return None if row is None else _stored(row)


async def change(tx: WriteTx, request: StoredRequest, **changes: Any) -> None:
    """Change a locked request."""
    values = {"version": request.version + 1, "changed_at": tx.now} | changes
    await tx.execute(update(assistance_requests).where(assistance_requests.c.id == request.id).values(values))


async def owe(tx: WriteTx, request_id: UUID, partner_id: UUID, kind: str, path: str, body: bytes) -> None:
    """Queue the message that a request owes the other side, and wake who sends it."""
    row = {
        "request_id": request_id,
        "partner_id": partner_id,
        "kind": kind,
        "path": path,
        "body": body,
        "delivery": Delivery.PENDING.value,
        "attempts": 0,
        "queued_at": tx.now,
        "next_attempt_at": tx.now,
    }
    await tx.execute(insert(federation_outgoing).values(row))
    await tx.execute(select(func.pg_notify(WAKE_CHANNEL, "")))


async def owe_again(tx: WriteTx, request_id: UUID) -> bool:
    """Queue a message anew that was given up, and wake who sends it; False when there is none."""
    given_up = update(federation_outgoing).where(
        federation_outgoing.c.request_id == request_id,
        federation_outgoing.c.delivery == Delivery.UNDELIVERABLE.value,
    )
    anew = given_up.values(
        delivery=Delivery.PENDING.value,
        attempts=0,
        queued_at=tx.now,
        next_attempt_at=tx.now,
        settled_at=None,
    )
    if await tx.execute(anew) == 0:
        return False
    await tx.execute(select(func.pg_notify(WAKE_CHANNEL, "")))
    return True


async def take_due(tx: WriteTx, most: int, lease: timedelta) -> list[Owed]:
    """Return messages whose time has come, and keep them from others for `lease`.

    Those to suspended partners wait.
    """
    due = (
        select(federation_outgoing.c.request_id)
        .join(partners, partners.c.id == federation_outgoing.c.partner_id)
        .where(
            federation_outgoing.c.delivery == text("'pending'"),
            federation_outgoing.c.next_attempt_at <= tx.now,
            partners.c.status == PartnerStatus.ACTIVE.value,
        )
        .order_by(federation_outgoing.c.next_attempt_at)
        .limit(most)
        .with_for_update(of=federation_outgoing, skip_locked=True)
    )
    taken = (
        update(federation_outgoing)
        .where(federation_outgoing.c.request_id.in_(due))
        .values(attempts=federation_outgoing.c.attempts + 1, next_attempt_at=tx.now + lease)
        .returning(federation_outgoing)
    )
    return [_owed(row) for row in await tx.rows(taken)]


async def overdue(tx: ReadTx, queued_before: datetime, most: int) -> list[Owed]:
    """Return messages that have waited too long, to suspended partners too."""
    chosen = select(federation_outgoing).where(
        federation_outgoing.c.delivery == text("'pending'"),
        federation_outgoing.c.queued_at <= queued_before,
        federation_outgoing.c.next_attempt_at <= tx.now,
    )
    return [_owed(row) for row in await tx.rows(chosen.limit(most))]


async def settle(tx: WriteTx, request_id: UUID, delivery: Delivery, error: str | None = None) -> bool:
    """Note that a message has arrived, or is given up; False when it had arrived before.

    Without a new error the last one stays with what is given up.
    """
    values: dict[str, Any] = {"delivery": delivery.value, "settled_at": tx.now}
    if error is not None or delivery is Delivery.DELIVERED:
        values["last_error"] = error
    return await _update_owed(tx, request_id, values)


async def postpone(tx: WriteTx, request_id: UUID, until: datetime, error: str) -> None:
    """Note a failed attempt, and when the next one is."""
    await _update_owed(tx, request_id, {"next_attempt_at": until, "last_error": error})


async def _update_owed(tx: WriteTx, request_id: UUID, values: dict[str, Any]) -> bool:
    one = update(federation_outgoing).where(
        federation_outgoing.c.request_id == request_id,
        federation_outgoing.c.delivery != Delivery.DELIVERED.value,
    )
    return await tx.execute(one.values(values)) == 1


async def listing(tx: ReadTx, filters: Filters, page: Page) -> Sequence[Row[Any]]:
    """Return requests of both directions, newest first; one more than asked."""
    chosen = _SHOWN
    if filters.direction is not None:
        chosen = chosen.where(assistance_requests.c.direction == filters.direction)
    if filters.state is not None:
        chosen = chosen.where(assistance_requests.c.state == filters.state)
    if filters.partner_id is not None:
        chosen = chosen.where(assistance_requests.c.partner_id == filters.partner_id)
    order = (assistance_requests.c.created_at, assistance_requests.c.id)
    if page.after:
        created_at, last_id = page.read_after(instant, UUID)
        chosen = chosen.where(tuple_(*order) < tuple_(literal(created_at), literal(last_id)))
    newest = chosen.order_by(*(column.desc() for column in order))
    return await tx.rows(newest.limit(page.limit + 1))


async def detail(tx: ReadTx, request_id: UUID) -> Row[Any] | None:
    """Return one request with the state of its message."""
    return await tx.row(_SHOWN.where(assistance_requests.c.id == request_id))


def _stored(row: Row[Any]) -> StoredRequest:
    return StoredRequest(
        row.id,
        Direction(row.direction),
        row.partner_id,
        row.message_id,
        State(row.state),
        row.version,
        row.jurisdiction,
        row.content_sha256,
        row.receipt,
        row.status_sha256,
        row.status_receipt,
        row.reason,
        row.created_at,
        row.decided_at,
    )


def _owed(row: Row[Any]) -> Owed:
    return Owed(
        row.request_id,
        row.partner_id,
        row.kind,
        row.path,
        bytes(row.body),
        row.attempts,
        row.queued_at,
    )
