"""`/api/dashboard/v1`: the door of the inspectorate and the officers; auditors read."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from services.gateway.api.access import DashboardReader, EnterpriseWriter, InspectionReader, WarningDirector
from services.gateway.api.describing import action, body, queries
from services.gateway.api.forwarding import forward, forward_body, segment
from services.gateway.api.looks import look_at_enterprise, look_at_timeline, look_at_warning
from shared.contracts.base import JsonObject
from shared.contracts.inspection import InspectionPage
from shared.contracts.warning import (
    AssessmentRequested,
    EnterpriseDetail,
    EnterprisePage,
    EnterpriseWritten,
    Funnel,
    Overview,
    Recheck,
    TimelinePage,
    WarningDetail,
    WarningPage,
)
from shared.contracts.warning_actions import Assign, Close, EnterpriseIn, Pause, Resume, Return
from shared.web.guard import GuardedRoute

router = APIRouter(prefix="/api/dashboard/v1", route_class=GuardedRoute, tags=["监察与管理 dashboard"])

Uscc = Annotated[
    str, Path(pattern=r"^[^\x00-\x1f./\\]{1,40}$", description="统一社会信用代码 / the enterprise's code")
]


@router.get(
    "/overview",
    response_model=Overview,
    summary="总览：按街镇、颜色、状态、时长 / Counts by town, colour, state and age",
)
async def overview(request: Request, _: DashboardReader) -> Response:
    return await forward(request, "/overview")


@router.get(
    "/funnel",
    response_model=Funnel,
    summary="漏斗：信号→预警→到场→移交→调解成功→结案 / From signal to closure, by town",
    openapi_extra=queries("since", "until", "division"),
)
async def funnel(request: Request, _: DashboardReader) -> Response:
    return await forward(request, "/funnel")


@router.get(
    "/warnings",
    response_model=WarningPage,
    summary="预警清单 / Warnings",
    openapi_extra=queries("uscc", "level", "state", "division", "limit", "cursor"),
)
async def list_warnings(request: Request, _: DashboardReader) -> Response:
    return await forward(request, "/warnings")


@router.get(
    "/warnings/{warning_id}", response_model=WarningDetail, summary="预警详情 / A warning with all there is"
)
async def read_warning(request: Request, warning_id: UUID, who: DashboardReader) -> Response:
    return await look_at_warning(request, warning_id, who)


@action(
    router,
    "assign",
    Assign,
    "指派；不填 assignee_id 则按规则重新分派 / Assign; without assignee_id by the usual order",
)
async def assign(request: Request, warning_id: UUID, _: WarningDirector) -> Response:
    return await forward_body(request, f"/warnings/{warning_id}/assign")


@action(router, "close", Close, "办结 / Close, with reason code and evidence")
async def close(request: Request, warning_id: UUID, _: WarningDirector) -> Response:
    return await forward_body(request, f"/warnings/{warning_id}/close")


@action(router, "return", Return, "结果不符要求，退回承办人 / The outcome is wanting: back to its handler")
async def give_back(request: Request, warning_id: UUID, _: WarningDirector) -> Response:
    return await forward_body(request, f"/warnings/{warning_id}/return")


@action(router, "pause", Pause, "暂停计时 / Stop the clocks, with a reason")
async def pause(request: Request, warning_id: UUID, _: WarningDirector) -> Response:
    return await forward_body(request, f"/warnings/{warning_id}/pause")


@action(router, "resume", Resume, "恢复计时 / Let the clocks run again")
async def resume(request: Request, warning_id: UUID, _: WarningDirector) -> Response:
    return await forward_body(request, f"/warnings/{warning_id}/resume")


@router.get(
    "/enterprises",
    response_model=EnterprisePage,
    summary="企业清单与检索 / Enterprises, by code or part of a name",
    openapi_extra=queries("q", "limit", "cursor"),
)
async def list_enterprises(request: Request, _: DashboardReader) -> Response:
    return await forward(request, "/enterprises")


@router.get(
    "/enterprises/{uscc}",
    response_model=EnterpriseDetail,
    summary="企业详情与时间线 / An enterprise with its time line",
)
async def read_enterprise(request: Request, uscc: Uscc, who: DashboardReader) -> Response:
    return await look_at_enterprise(request, uscc, who)


@router.get(
    "/enterprises/{uscc}/timeline",
    response_model=TimelinePage,
    summary="企业的全部时间线，最新的在前 / The whole time line of an enterprise, newest first",
    openapi_extra=queries("kind", "limit", "cursor"),
)
async def read_timeline(request: Request, uscc: Uscc, who: DashboardReader) -> Response:
    return await look_at_timeline(request, uscc, who)


@router.put(
    "/enterprises/{uscc}",
    response_model=EnterpriseWritten,
    summary="登记或更新企业 / Register or update an enterprise",
    openapi_extra=body(EnterpriseIn),
)
async def write_enterprise(request: Request, uscc: Uscc, _: EnterpriseWriter) -> Response:
    return await forward_body(request, f"/enterprises/{segment(uscc)}")


@router.get("/indicators", response_model=JsonObject, summary="指标目录 / The indicators")
async def list_indicators(request: Request, _: DashboardReader) -> Response:
    return await forward(request, "/indicators")


@router.post(
    "/enterprises/{uscc}/assess",
    status_code=202,
    response_model=AssessmentRequested,
    summary="立即重新评估 / Assess an enterprise now",
)
async def assess_enterprise(request: Request, uscc: Uscc, _: WarningDirector) -> Response:
    return await forward(request, f"/enterprises/{segment(uscc)}/assess")


@router.post(
    "/assessments/{assessment_id}/recheck",
    response_model=Recheck,
    summary="按留存证据重新计算 / Compute a stored assessment again from its evidence",
)
async def recheck_assessment(request: Request, assessment_id: UUID, _: DashboardReader) -> Response:
    return await forward(request, f"/assessments/{assessment_id}/recheck")


@router.get(
    "/inspection-cases",
    response_model=InspectionPage,
    summary="监察案件清单，未结的最急在前 / Inspection cases, the open ones by urgency",
    openapi_extra=queries("state", "limit", "cursor"),
)
async def list_inspection_cases(request: Request, _: InspectionReader) -> Response:
    return await forward(request, "/cases", to="inspection")
