"""`/api/mediation/v1`: the mediators' door."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.gateway.api.access import MediationHandler, MediationReader
from services.gateway.api.describing import case_action, queries
from services.gateway.api.forwarding import forward, forward_body
from services.gateway.api.looks import look_at_mediation_case
from shared.contracts.mediation import (
    CaseDetail,
    CasePage,
    MediationAccept,
    MediationClose,
    MediationExtend,
    MediationSession,
    MediationTakeOver,
    MediationTransfer,
    MediationTransferAccept,
    MediationTransferReturn,
    OrganisationPage,
)
from shared.web.guard import GuardedRoute

router = APIRouter(prefix="/api/mediation/v1", route_class=GuardedRoute, tags=["调解 mediation"])
_TO = "mediation"


@router.get(
    "/cases",
    response_model=CasePage,
    summary="调解案件，最紧急的在前；缺省为未结 / Cases, most urgent first; open ones by default",
    openapi_extra=queries("state", "limit", "cursor"),
)
async def list_cases(request: Request, _: MediationReader) -> Response:
    return await forward(request, "/cases", _TO)


@router.get(
    "/cases/{case_id}",
    response_model=CaseDetail,
    summary="案件详情：时限、调解记录、历史、移送 / A case with its clocks, sessions, history and offer",
)
async def read_case(request: Request, case_id: UUID, who: MediationReader) -> Response:
    return await look_at_mediation_case(request, case_id, who)


@router.get(
    "/organisations",
    response_model=OrganisationPage,
    summary="调解组织，移送时按代码指定 / Organisations; a transfer names one by its code",
    openapi_extra=queries("limit", "cursor"),
)
async def list_organisations(request: Request, _: MediationReader) -> Response:
    return await forward(request, "/organisations", _TO)


@case_action(router, "accept", MediationAccept, "受理 / Accept")
async def accept(request: Request, case_id: UUID, _: MediationHandler) -> Response:
    return await forward_body(request, f"/cases/{case_id}/accept", to=_TO)


@case_action(router, "take-over", MediationTakeOver, "接办本组织同事的案件 / Take over from a colleague")
async def take_over(request: Request, case_id: UUID, _: MediationHandler) -> Response:
    return await forward_body(request, f"/cases/{case_id}/take-over", to=_TO)


@case_action(router, "sessions", MediationSession, "登记一次调解 / Record a session")
async def record_session(request: Request, case_id: UUID, _: MediationHandler) -> Response:
    return await forward_body(request, f"/cases/{case_id}/sessions", to=_TO)


@case_action(router, "extend", MediationExtend, "经双方同意延期 / Extend, by agreement of both parties")
async def extend(request: Request, case_id: UUID, _: MediationHandler) -> Response:
    return await forward_body(request, f"/cases/{case_id}/extend", to=_TO)


@case_action(
    router, "close", MediationClose, "结案：协议、不成或撤回 / Close: agreement, failed or withdrawn"
)
async def close(request: Request, case_id: UUID, _: MediationHandler) -> Response:
    return await forward_body(request, f"/cases/{case_id}/close", to=_TO)


@case_action(
    router,
    "transfer",
    MediationTransfer,
    "移送；不填组织代码则送上一层级 / Offer to another organisation, the next tier's by default",
)
async def offer_transfer(request: Request, case_id: UUID, _: MediationHandler) -> Response:
    return await forward_body(request, f"/cases/{case_id}/transfer", to=_TO)


@case_action(router, "transfer/accept", MediationTransferAccept, "接收移送 / Accept what was offered")
async def accept_transfer(request: Request, case_id: UUID, _: MediationHandler) -> Response:
    return await forward_body(request, f"/cases/{case_id}/transfer/accept", to=_TO)


@case_action(router, "transfer/return", MediationTransferReturn, "退回移送 / Return what was offered")
async def return_transfer(request: Request, case_id: UUID, _: MediationHandler) -> Response:
    return await forward_body(request, f"/cases/{case_id}/transfer/return", to=_TO)
