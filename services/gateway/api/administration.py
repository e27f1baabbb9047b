"""What officers keep in order through the dashboard's door: coordinators' absences, rule packs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from services.gateway.api.access import (
    AbsenceReader,
    AbsenceWriter,
    DashboardReader,
    RulePackReader,
    RulePackWriter,
)
from services.gateway.api.bodies import RULE_PACK_LIMIT
from services.gateway.api.describing import body, queries
from services.gateway.api.forwarding import forward, forward_body
from shared.contracts.warning import (
    AbsenceOut,
    AbsencePage,
    CoordinatorPage,
    DryRun,
    RulePackOut,
    RulePackPage,
)
from shared.contracts.warning_actions import AbsenceIn, RulePackDraft, RulePackStep
from shared.web.guard import GuardedRoute

router = APIRouter(prefix="/api/dashboard/v1", route_class=GuardedRoute, tags=["监察与管理 dashboard"])

Version = Annotated[int, Path(ge=1, le=2**31 - 1, description="规则包版本 / the pack's version")]


@router.get(
    "/coordinators",
    response_model=CoordinatorPage,
    summary="网格员及其在办数量 / Grid coordinators with their load",
    openapi_extra=queries("limit", "cursor"),
)
async def list_coordinators(request: Request, _: DashboardReader) -> Response:
    return await forward(request, "/coordinators")


@router.get(
    "/absences",
    response_model=AbsencePage,
    summary="缺勤登记 / Absences",
    openapi_extra=queries("limit", "cursor"),
)
async def list_absences(request: Request, _: AbsenceReader) -> Response:
    return await forward(request, "/absences")


@router.post(
    "/absences",
    status_code=201,
    response_model=AbsenceOut,
    responses={200: {"model": AbsenceOut, "description": "此前已登记 / Recorded before"}},
    summary="登记缺勤 / Record an absence",
    openapi_extra=body(AbsenceIn),
)
async def record_absence(request: Request, _: AbsenceWriter) -> Response:
    return await forward_body(request, "/absences")


@router.delete("/absences/{absence_id}", response_model=AbsenceOut, summary="取消缺勤 / Cancel an absence")
async def cancel_absence(request: Request, absence_id: UUID, _: AbsenceWriter) -> Response:
    return await forward(request, f"/absences/{absence_id}")


@router.get(
    "/rule-packs",
    response_model=RulePackPage,
    summary="规则包 / Rule packs",
    openapi_extra=queries("limit", "cursor"),
)
async def list_rule_packs(request: Request, _: RulePackReader) -> Response:
    return await forward(request, "/rule-packs")


@router.post(
    "/rule-packs",
    status_code=201,
    response_model=RulePackOut,
    responses={200: {"model": RulePackOut, "description": "此前已提交 / Drafted before"}},
    summary="起草规则包 / Draft a rule pack",
    openapi_extra=body(RulePackDraft),
)
async def draft_rule_pack(request: Request, _: RulePackWriter) -> Response:
    return await forward_body(request, "/rule-packs", RULE_PACK_LIMIT)


@router.post(
    "/rule-packs/{version}/review",
    response_model=RulePackOut,
    summary="审核规则包（须为另一人） / Review a draft, by a second person",
    openapi_extra=body(RulePackStep),
)
async def review_rule_pack(request: Request, version: Version, _: RulePackWriter) -> Response:
    return await forward_body(request, f"/rule-packs/{version}/review")


@router.post(
    "/rule-packs/{version}/dry-run",
    response_model=DryRun,
    summary="试运行：若现在生效会有何变化 / What would change if it went live now",
)
async def dry_run_rule_pack(request: Request, version: Version, _: RulePackWriter) -> Response:
    return await forward(request, f"/rule-packs/{version}/dry-run")


@router.post(
    "/rule-packs/{version}/publish",
    response_model=RulePackOut,
    summary="发布规则包 / Publish",
    openapi_extra=body(RulePackStep),
)
async def publish_rule_pack(request: Request, version: Version, _: RulePackWriter) -> Response:
    return await forward_body(request, f"/rule-packs/{version}/publish")
