"""The officers' desk for partner institutions, behind the dashboard's door."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.gateway.api.access import FederationDecider, FederationReader
from services.gateway.api.bodies import read_model
from services.gateway.api.describing import body
from services.gateway.api.parts import address_of, parts
from services.gateway.usecases import conduct_assistance, read_assistance
from shared.contracts.federation import (
    AcceptAssistance,
    AskAssistance,
    AssistanceDetail,
    AssistanceDone,
    AssistancePage,
    DirectionName,
    PartnerList,
    RefuseAssistance,
    ResendAssistance,
    StateName,
)
from shared.kernel.errors import found
from shared.kernel.paging import page_of
from shared.web.guard import GuardedRoute

router = APIRouter(
    prefix="/api/dashboard/v1/federation", route_class=GuardedRoute, tags=["友好仲裁院 federation"]
)

_DONE_BEFORE: dict[int | str, dict[str, Any]] = {
    200: {"model": AssistanceDone, "description": "此前已完成 / Done before"}
}
_OK, _CREATED = 200, 201


@router.get("/partners", summary="友好仲裁院 / Partner institutions")
async def list_partners(request: Request, _: FederationReader) -> PartnerList:
    async with parts(request).db.read() as tx:
        return await read_assistance.list_partners(tx)


@router.get("/assistance-requests", summary="协助事项，来件与去件 / Requests for assistance, both directions")
async def list_requests(
    request: Request,
    _: FederationReader,
    direction: DirectionName | None = None,
    state: StateName | None = None,
    partner_id: UUID | None = None,
    limit: Annotated[int | None, Query(description="每页条数 / items per page, 50")] = None,
    cursor: str | None = None,
) -> AssistancePage:
    page = page_of(limit, cursor)
    async with parts(request).db.read() as tx:
        return await read_assistance.list_assistance(tx, direction, state, partner_id, page)


@router.get("/assistance-requests/{request_id}", summary="事项详情与往来报文 / A request with its messages")
async def read_request(request: Request, who: FederationReader, request_id: UUID) -> AssistanceDetail:
    async with parts(request).db.write() as tx:
        shown = await read_assistance.read_assistance(tx, who, request_id, address_of(request))
    return found(shown)


@router.post(
    "/assistance-requests",
    status_code=_CREATED,
    responses=_DONE_BEFORE,
    summary="向友好仲裁院请求协助 / Ask a partner for assistance",
    openapi_extra=body(AskAssistance),
)
async def ask(request: Request, response: Response, who: FederationDecider) -> AssistanceDone:
    asked = await read_model(request, AskAssistance)
    async with parts(request).db.write() as tx:
        done = await conduct_assistance.ask_assistance(tx, who, asked, address_of(request))
    return _told(response, done)


@router.post(
    "/assistance-requests/{request_id}/accept",
    status_code=_CREATED,
    responses=_DONE_BEFORE,
    summary="受理 / Accept",
    openapi_extra=body(AcceptAssistance),
)
async def accept(
    request: Request, response: Response, who: FederationDecider, request_id: UUID
) -> AssistanceDone:
    action = await read_model(request, AcceptAssistance)
    async with parts(request).db.write() as tx:
        done = await conduct_assistance.accept_assistance(tx, who, request_id, action, address_of(request))
    return _told(response, done)


@router.post(
    "/assistance-requests/{request_id}/refuse",
    status_code=_CREATED,
    responses=_DONE_BEFORE,
    summary="不予协助，说明理由 / Refuse, with a reason",
    openapi_extra=body(RefuseAssistance),
)
async def refuse(
    request: Request, response: Response, who: FederationDecider, request_id: UUID
) -> AssistanceDone:
    action = await read_model(request, RefuseAssistance)
    async with parts(request).db.write() as tx:
        done = await conduct_assistance.refuse_assistance(tx, who, request_id, action, address_of(request))
    return _told(response, done)


@router.post(
    "/assistance-requests/{request_id}/resend",
    status_code=_CREATED,
    responses=_DONE_BEFORE,
    summary="重发无法送达的报文 / Send again what could not be delivered",
    openapi_extra=body(ResendAssistance),
)
async def resend(
    request: Request, response: Response, who: FederationDecider, request_id: UUID
) -> AssistanceDone:
    action = await read_model(request, ResendAssistance)
    async with parts(request).db.write() as tx:
        done = await conduct_assistance.resend_assistance(tx, who, request_id, action, address_of(request))
    return _told(response, done)


def _told(response: Response, done: AssistanceDone) -> AssistanceDone:
    response.status_code = _OK if done.repeated else _CREATED
    return done
