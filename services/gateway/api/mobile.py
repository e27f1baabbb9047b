"""`/api/mobile/v1`: the grid coordinator's door."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.gateway.api.access import WarningHandler, WorklistReader
from services.gateway.api.describing import action, queries
from services.gateway.api.forwarding import forward, forward_body
from services.gateway.api.looks import look_at_warning
from shared.contracts.warning import WarningDetail, WarningPage
from shared.contracts.warning_actions import Accept, HandOver, OutcomeReport, Refer, Reject, Visit
from shared.web.guard import GuardedRoute

router = APIRouter(prefix="/api/mobile/v1", route_class=GuardedRoute, tags=["网格员 mobile"])


@router.get(
    "/worklist",
    response_model=WarningPage,
    summary="我的任务清单，最紧急的在前 / My worklist, most urgent first",
    openapi_extra=queries("limit", "cursor"),
)
async def worklist(request: Request, _: WorklistReader) -> Response:
    return await forward(request, "/worklist")


@router.get(
    "/warnings/{warning_id}",
    response_model=WarningDetail,
    summary="预警详情：依据、理由、时限、企业 / A warning with its evidence, reasons, clocks and enterprise",
)
async def read_warning(request: Request, warning_id: UUID, who: WorklistReader) -> Response:
    return await look_at_warning(request, warning_id, who)


@action(router, "accept", Accept, "接受预警 / Accept")
async def accept(request: Request, warning_id: UUID, _: WarningHandler) -> Response:
    return await forward_body(request, f"/warnings/{warning_id}/accept")


@action(router, "reject", Reject, "退回预警并说明原因，转给下一位 / Give it back with a reason")
async def reject(request: Request, warning_id: UUID, _: WarningHandler) -> Response:
    return await forward_body(request, f"/warnings/{warning_id}/reject")


@action(router, "visit", Visit, "登记首次上门核查 / Record the first on-site check")
async def visit(request: Request, warning_id: UUID, _: WarningHandler) -> Response:
    return await forward_body(request, f"/warnings/{warning_id}/visit")


@action(router, "outcome", OutcomeReport, "登记处置结果 / Record what came of it")
async def outcome(request: Request, warning_id: UUID, _: WarningHandler) -> Response:
    return await forward_body(request, f"/warnings/{warning_id}/outcome")


@action(router, "hand-over", HandOver, "移交调解组织 / Hand over to the mediation network")
async def hand_over(request: Request, warning_id: UUID, _: WarningHandler) -> Response:
    return await forward_body(request, f"/warnings/{warning_id}/hand-over")


@action(router, "refer", Refer, "移送劳动保障监察 / Refer to the labour inspectorate")
async def refer(request: Request, warning_id: UUID, _: WarningHandler) -> Response:
    return await forward_body(request, f"/warnings/{warning_id}/refer")
