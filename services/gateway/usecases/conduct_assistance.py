"""The officers' side: they ask a partner for assistance, and decide on what partners ask of us."""

from uuid import UUID

from services.gateway.domain.assistance import (
    Direction,
    NothingUndeliverable,
    State,
    Step,
    next_state,
)
from services.gateway.domain.audit import AuditEntry, Deed
from services.gateway.domain.exchange import MessageKind
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
from shared.db.done_actions import DoneAction
from shared.db.tx import WriteTx
from shared.kernel.errors import NotFound

REQUESTS = "/api/federation/v1/assistance-requests"


async def ask_assistance(tx: WriteTx, who: Principal, asked: AskAssistance, address: str) -> AssistanceDone:
    """Write a request and queue it for its partner, once per action id, which becomes the message's.

    Raises ActionIdTaken, NotFound or PartnerSuspended.
    """
    done = DoneAction.of(asked.action_id, who.account_id, asked)
    if await assistance.DONE.is_repeat(tx, asked.action_id, done):
        return await _repeated(tx, asked.action_id)
    partner = await partners.find(tx, asked.partner_id)
    if partner is None:
        raise NotFound
    check_active(partner)
    if not await assistance.DONE.remember(tx, asked.action_id, done):
        await assistance.DONE.is_repeat(tx, asked.action_id, done)
        return await _repeated(tx, asked.action_id)
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
    done = DoneAction.of(request_id, who.account_id, action)
    if await assistance.DONE.is_repeat(tx, action.action_id, done):
        return await _repeated(tx, request_id)
    request = await assistance.lock(tx, request_id)
    partner = await partners.find(tx, request.partner_id) if request is not None else None
    if request is None or partner is None:
        raise NotFound
    check_active(partner)
    if not await assistance.DONE.remember(tx, action.action_id, done):
        await assistance.DONE.is_repeat(tx, action.action_id, done)
        return await _repeated(tx, request_id)
    if not await assistance.owe_again(tx, request_id):
        raise NothingUndeliverable(request.state)
    # A decision stays what it is while it is on its way; only a request is on its way itself.
    state = request.state
    if state is State.UNDELIVERABLE:
        state = next_state(state, Step.RESEND)
    await assistance.change(tx, request, state=state.value)
    await _note(tx, who, Deed.ASSISTANCE_RESEND, "ok", request_id, address)
    return AssistanceDone.model_validate(
        {"id": request_id, "state": state.value, "version": request.version + 1}
    )


async def _decide(
    tx: WriteTx,
    who: Principal,
    request_id: UUID,
    action: Action,
    step: Step,
    reason: str | None,
    address: str,
) -> AssistanceDone:
    done = DoneAction.of(request_id, who.account_id, action)
    if await assistance.DONE.is_repeat(tx, action.action_id, done):
        return await _repeated(tx, request_id)
    request = await assistance.lock(tx, request_id)
    if request is None or request.direction is not Direction.INCOMING:
        raise NotFound
    if not await assistance.DONE.remember(tx, action.action_id, done):
        await assistance.DONE.is_repeat(tx, action.action_id, done)
        return await _repeated(tx, request_id)
    state = next_state(request.state, step)
    await assistance.change(
        tx, request, state=state.value, reason=reason, decided_by=who.username, decided_at=tx.now
    )
    await _tell(tx, request, state, reason)
    await _note(tx, who, Deed.ASSISTANCE_DECIDE, state.value, request_id, address)
    return AssistanceDone.model_validate(
        {"id": request_id, "state": state.value, "version": request.version + 1}
    )


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


async def _repeated(tx: WriteTx, request_id: UUID) -> AssistanceDone:
    request = await assistance.find(tx, request_id)
    if request is None:
        raise NotFound
    return AssistanceDone.model_validate(
        {"id": request_id, "state": request.state.value, "version": request.version, "repeated": True}
    )


async def _note(tx: WriteTx, who: Principal, deed: Deed, outcome: str, about: UUID, address: str) -> None:
    await audit.append(
        tx,
        AuditEntry(deed, outcome, who.username, who.account_id, who.role.value, str(about), address),
    )
