"""Partners and requests as officers and auditors see them."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.gateway.domain.audit import Deed
from services.gateway.domain.exchange import ChainedEntry
from services.gateway.repository import assistance, exchange, partners
from services.gateway.repository.assistance import Filters
from services.gateway.usecases.record_look import record_look
from shared.auth.principal import Principal
from shared.contracts.federation import (
    AssistanceDetail,
    AssistancePage,
    AssistanceSummary,
    ExchangedMessage,
    PartnerList,
    PartnerOut,
)
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.paging import Page, cut

_OK, _MISSING = 200, 404


async def list_partners(tx: ReadTx) -> PartnerList:
    """Return all partners."""
    found = await partners.listing(tx)
    return PartnerList(items=[PartnerOut.model_validate(one, from_attributes=True) for one in found])


async def list_assistance(
    tx: ReadTx, direction: str | None, state: str | None, partner_id: UUID | None, page: Page
) -> AssistancePage:
    """Return requests of both directions, newest first, without what they say about people."""
    rows = await assistance.listing(tx, Filters(direction, state, partner_id), page)
    part = cut(rows, page, lambda row: (row.created_at.isoformat(), str(row.id)))
    items = [AssistanceSummary.model_validate(row, from_attributes=True) for row in part.items]
    return AssistancePage(items=items, next_cursor=part.next_cursor)


async def read_assistance(
    tx: WriteTx, who: Principal, request_id: UUID, address: str
) -> AssistanceDetail | None:
    """Return a request with all there is, or None; that somebody looked is recorded either way."""
    row = await assistance.detail(tx, request_id)
    status = _OK if row is not None else _MISSING
    await record_look(tx, who, Deed.ASSISTANCE_READ, str(request_id), status, address)
    if row is None:
        return None
    return _detail(row, [_message(one) for one in await exchange.messages_of(tx, request_id)])


def _detail(row: Row[Any], messages: list[ExchangedMessage]) -> AssistanceDetail:
    known = dict(row._mapping)
    pending = row.delivery == "pending"
    known |= {
        "attempts": row.attempts or 0,
        "next_attempt_at": row.next_attempt_at if pending else None,
        "messages": messages,
    }
    return AssistanceDetail.model_validate(known)


def _message(one: ChainedEntry) -> ExchangedMessage:
    entry = one.entry
    return ExchangedMessage.model_validate(
        {
            "seq": one.seq,
            "at": entry.at,
            "direction": entry.direction,
            "kind": entry.kind.value,
            "kid": entry.kid,
            "signed": entry.signed.decode("ascii", "replace"),
            "signature": entry.signature,
            "body": entry.body.decode("utf-8", "replace"),
            "hash": one.hash,
        }
    )
