"""`/api/inspection/v1`: the labour inspectors' door; officers and auditors read, a district officer decides."""

from functools import partial
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.gateway.api.access import ExtensionDecider, InspectionHandler, InspectionReader
from services.gateway.api.describing import case_action, queries
from services.gateway.api.forwarding import forward, forward_body
from services.gateway.api.looks import look_at_inspection
from shared.contracts import inspection as contract
from shared.web.guard import GuardedRoute

router = APIRouter(prefix="/api/inspection/v1", route_class=GuardedRoute, tags=["劳动保障监察 inspection"])

step = partial(case_action, router)


@router.get(
    "/cases",
    response_model=contract.InspectionPage,
    summary="案件清单：未结的最急在前，state=closed 为已结 / Cases: open ones by urgency; state=closed the ended",
    openapi_extra=queries("state", "mine", "limit", "cursor"),
)
async def list_cases(request: Request, _: InspectionReader) -> Response:
    return await forward(request, "/cases", to="inspection")


@router.get(
    "/cases/{case_id}",
    response_model=contract.InspectionDetail,
    summary="案件详情：时限、监察员、结论、责令改正、经过 / A case with clocks, officers, finding, order, history",
)
async def read_case(request: Request, case_id: UUID, who: InspectionReader) -> Response:
    return await look_at_inspection(request, case_id, who)


@router.get(
    "/inspectors",
    response_model=contract.InspectorPage,
    summary="可指派的监察员 / Inspectors whom one can assign",
    openapi_extra=queries("limit", "cursor"),
)
async def list_inspectors(request: Request, _: InspectionHandler) -> Response:
    return await forward(request, "/inspectors", to="inspection")


@step(
    "assign",
    contract.AssignOfficers,
    "指派监察员并立案，以后补派 / Assign officers and so file it; later replace them",
)
async def assign(request: Request, case_id: UUID, _: InspectionHandler) -> Response:
    return await forward_body(request, f"/cases/{case_id}/assign", to="inspection")


@step("finding", contract.RecordFinding, "登记调查结论 / Record what was found on site")
async def finding(request: Request, case_id: UUID, _: InspectionHandler) -> Response:
    return await forward_body(request, f"/cases/{case_id}/finding", to="inspection")


@step("order", contract.IssueOrder, "责令限期改正 / Order rectification by a day")
async def order(request: Request, case_id: UUID, _: InspectionHandler) -> Response:
    return await forward_body(request, f"/cases/{case_id}/order", to="inspection")


@step(
    "rectification", contract.RecordRectification, "登记改正及证据 / Confirm the rectification, with evidence"
)
async def rectification(request: Request, case_id: UUID, _: InspectionHandler) -> Response:
    return await forward_body(request, f"/cases/{case_id}/rectification", to="inspection")


@step("extend", contract.RequestExtension, "申请延长调查期限 / Ask for more time to investigate")
async def extend(request: Request, case_id: UUID, _: InspectionHandler) -> Response:
    return await forward_body(request, f"/cases/{case_id}/extend", to="inspection")


@step("decide-extension", contract.DecideExtension, "审批延长申请 / Decide on the request for more time")
async def decide_extension(request: Request, case_id: UUID, _: ExtensionDecider) -> Response:
    return await forward_body(request, f"/cases/{case_id}/decide-extension", to="inspection")


@step("close", contract.CloseCase, "结案 / Close")
async def close(request: Request, case_id: UUID, _: InspectionHandler) -> Response:
    return await forward_body(request, f"/cases/{case_id}/close", to="inspection")
