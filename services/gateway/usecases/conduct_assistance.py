"""The officers' side: they ask a partner for assistance, and decide on what partners ask of us."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from services.gateway.domain.assistance import Direction, NothingUndeliverable, State, Step, next_state
from services.gateway.domain.audit import AuditEntry, Deed
from services.gateway.domain.exchange import MessageKind
from services.gateway.domain.partners import Partner
from services.gateway.repository import assistance, audit, partners
from services.gateway.repository.assistance import NewRequest, StoredRequest
from services.gateway.usecases.exchange_messages import as_body
from services.gateway.usecases.receive_assistance import matter_of, sha256
from services.gateway.usecases.verify_message import check_active
from shared.auth.principal import Principal
from shared.contracts.base import Action
from shared.contracts.federation import (
    AcceptAssistance,
    AskAssistance,
    AssistanceDone,
    AssistanceRequest,
    AssistanceStatus,
    RefuseAssistance,
    ResendAssistance,
    Wanted,
)
from shared.db.tx import WriteTx
from shared.kernel.errors import NotFound, found

T = TypeVar("T")
REQUESTS = "/api/federation/v1/assistance-requests"


async def ask_assistance(tx: WriteTx, who: Principal, asked: AskAssistance, address: str) -> AssistanceDone:
    """Write a request and queue it for its partner, once per action id, which becomes the message's.

    Raises ActionIdTaken, NotFound or PartnerSuspended.
    """

    async def partner_asked() -> Partner:
        return await _active_partner(tx, asked.partner_id)

    async def ask(partner: Partner) -> AssistanceDone:
        body = as_body(_message(asked, who))
        new = NewRequest(
            id=asked.action_id,
            direction=Direction.OUTGOING,
            partner_id=partner.id,
            message_id=asked.action_id,
            state=State.SENDING,
            matter=matter_of(asked, who.username),
            content_sha256=sha256(body),
        )
        await assistance.add(tx, new)
        await assistance.owe(tx, new.id, partner.id, MessageKind.REQUEST.value, REQUESTS, body)
        await _note(tx, who, Deed.ASSISTANCE_ASK, "ok", new.id, address)
        return AssistanceDone(id=new.id, state="sending", version=1)

    return await _once(tx, who, asked.action_id, asked, partner_asked, ask)


async def _once(
    tx: WriteTx,
    who: Principal,
    request_id: UUID,
    action: Action,
    lock: Callable[[], Awaitable[T]],
    work: Callable[[T], Awaitable[AssistanceDone]],
) -> AssistanceDone:
    async def repeated() -> AssistanceDone:
        request = found(await assistance.find(tx, request_id))
        return _standing(request.id, request.state, request.version, repeated=True)

    return await assistance.DONE.once(
        tx, who.account_id, request_id, action, lock=lock, work=work, repeated=repeated
    )


async def _active_partner(tx: WriteTx, partner_id: UUID) -> Partner:
    partner = found(await partners.find(tx, partner_id))
    check_active(partner)
    return partner


def _standing(request_id: UUID, state: State, version: int, *, repeated: bool = False) -> AssistanceDone:
    return AssistanceDone.model_validate(
        {"id": request_id, "state": state.value, "version": version, "repeated": repeated}
    )


def _message(asked: AskAssistance, who: Principal) -> AssistanceRequest:
    wanted = {name: getattr(asked, name) for name in Wanted.model_fields}
    return AssistanceRequest.model_validate(
        wanted | {"message_id": asked.action_id, "requested_by": who.username}
    )


async def accept_assistance(
    tx: WriteTx, who: Principal, request_id: UUID, action: AcceptAssistance, address: str
) -> AssistanceDone:
    """Take a partner's request on. Raises NotFound, ActionIdTaken or StepNotAllowed."""
    return await _decide(tx, who, request_id, action, Step.ACCEPT, action.reason, address)


async def refuse_assistance(
    tx: WriteTx, who: Principal, request_id: UUID, action: RefuseAssistance, address: str
) -> AssistanceDone:
    """Refuse a partner's request. Raises NotFound, ActionIdTaken or StepNotAllowed."""
    return await _decide(tx, who, request_id, action, Step.REFUSE, action.reason, address)


async def resend_assistance(
    tx: WriteTx, who: Principal, request_id: UUID, action: ResendAssistance, address: str
) -> AssistanceDone:
    """Send again what was given up: a request, or the decision on one.

    Raises NotFound, ActionIdTaken, PartnerSuspended or NothingUndeliverable.
    """

    async def owed() -> StoredRequest:
        request = found(await assistance.lock(tx, request_id))
        await _active_partner(tx, request.partner_id)
        return request

    async def resend(request: StoredRequest) -> AssistanceDone:
        if not await assistance.owe_again(tx, request_id):
            raise NothingUndeliverable(request.state)
        # A decision stays what it is while it is on its way; only a request is on its way itself.
        state = request.state
        if state is State.UNDELIVERABLE:
            state = next_state(state, Step.RESEND)
        await assistance.change(tx, request, state=state.value)
        await _note(tx, who, Deed.ASSISTANCE_RESEND, "ok", request_id, address)
        return _standing(request_id, state, request.version + 1)

    return await _once(tx, who, request_id, action, owed, resend)


async def _decide(
    tx: WriteTx,
    who: Principal,
    request_id: UUID,
    action: Action,
    step: Step,
    reason: str | None,
    address: str,
) -> AssistanceDone:
    async def incoming() -> StoredRequest:
        request = await assistance.lock(tx, request_id)
        if request is None or request.direction is not Direction.INCOMING:
            raise NotFound
        return request

    async def decide(request: StoredRequest) -> AssistanceDone:
        state = next_state(request.state, step)
        await assistance.change(
            tx, request, state=state.value, reason=reason, decided_by=who.username, decided_at=tx.now
        )
        await _tell(tx, request, state, reason)
        await _note(tx, who, Deed.ASSISTANCE_DECIDE, state.value, request_id, address)
        return _standing(request_id, state, request.version + 1)

    return await _once(tx, who, request_id, action, incoming, decide)


async def _tell(tx: WriteTx, request: StoredRequest, state: State, reason: str | None) -> None:
    """Queue the decision for the institution that asked."""
    told = AssistanceStatus.model_validate(
        {
            "message_id": request.message_id,
            "state": state.value,
            "reason": reason,
            "decided_at": tx.now,
        }
    )
    path = f"{REQUESTS}/{request.message_id}/status"
    kind = MessageKind.STATUS.value
    await assistance.owe(tx, request.id, request.partner_id, kind, path, as_body(told))


async def _note(tx: WriteTx, who: Principal, deed: Deed, outcome: str, about: UUID, address: str) -> None:
    await audit.append(
        tx,
        AuditEntry(deed, outcome, who.username, who.account_id, who.role.value, str(about), address),
    )
