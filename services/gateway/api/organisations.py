"""Mediation through the dashboard's door: the register of organisations, and cases as officers see them."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from services.gateway.api.access import DashboardReader, OrganisationWriter
from services.gateway.api.describing import body, queries
from services.gateway.api.forwarding import forward, forward_body, segment
from shared.contracts.mediation import (
    CasePage,
    OrganisationIn,
    OrganisationPage,
    OrganisationStaff,
    OrganisationWritten,
)
from shared.web.guard import GuardedRoute

router = APIRouter(prefix="/api/dashboard/v1", route_class=GuardedRoute, tags=["监察与管理 dashboard"])

Code = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$", description="组织代码 / the organisation's code")
]
Username = Annotated[
    str, Path(pattern=r"^[^\x00-\x1f./\\]{1,100}$", description="调解员用户名 / the mediator's user name")
]
_TO = "mediation"


@router.get(
    "/mediation-cases",
    response_model=CasePage,
    summary="调解案件，最紧急的在前；缺省为未结 / Mediation cases, most urgent first; open ones by default",
    openapi_extra=queries("state", "limit", "cursor"),
)
async def list_mediation_cases(request: Request, _: DashboardReader) -> Response:
    return await forward(request, "/cases", _TO)


@router.get(
    "/organisations",
    response_model=OrganisationPage,
    summary="调解组织及其调解员 / Mediation organisations with their mediators",
    openapi_extra=queries("limit", "cursor"),
)
async def list_organisations(request: Request, _: DashboardReader) -> Response:
    return await forward(request, "/organisations", _TO)


@router.put(
    "/organisations/{code}",
    response_model=OrganisationWritten,
    summary="登记或更新调解组织 / Register or update an organisation",
    openapi_extra=body(OrganisationIn),
)
async def write_organisation(request: Request, code: Code, _: OrganisationWriter) -> Response:
    return await forward_body(request, f"/organisations/{code}", to=_TO)


@router.put(
    "/organisations/{code}/mediators/{username}",
    response_model=OrganisationStaff,
    summary="配备调解员 / Attach a mediator",
)
async def add_mediator(request: Request, code: Code, username: Username, _: OrganisationWriter) -> Response:
    return await forward(request, f"/organisations/{code}/mediators/{segment(username)}", _TO)


@router.delete(
    "/organisations/{code}/mediators/{username}",
    response_model=OrganisationStaff,
    summary="撤下调解员，其在办案件退回组织 / Detach a mediator; their cases go back to the organisation",
)
async def remove_mediator(
    request: Request, code: Code, username: Username, _: OrganisationWriter
) -> Response:
    return await forward(request, f"/organisations/{code}/mediators/{segment(username)}", _TO)
