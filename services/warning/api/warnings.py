"""Routes of warnings: a coordinator's worklist and actions, an officer's lists and decisions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.warning.api.access import (
    DashboardReader,
    DayFilter,
    DivisionFilter,
    UsccFilter,
    WarningDirector,
    WarningHandler,
    WarningReader,
    WorklistReader,
)
from services.warning.domain.warning_filters import Filters
from services.warning.usecases import direct_warning, handle_warning, read_warnings
from services.warning.usecases.pass_on_warning import hand_over_warning, refer_warning
from services.warning.usecases.read_funnel import Period, read_funnel
from services.warning.usecases.reference_data import ReferenceData
from services.warning.usecases.warning_action import Timing
from shared.contracts import warning as contract
from shared.contracts import warning_actions as actions
from shared.contracts.warning import ActionDone, Funnel, Overview, WarningDetail, WarningPage
from shared.db.tx import ReadTx
from shared.web.dependencies import Paging, Reading, Writing
from shared.web.guard import GuardedRoute

router = APIRouter(route_class=GuardedRoute, tags=["warnings"])

CREATED = 201


async def timing(request: Request, tx: ReadTx) -> Timing:
    """Return what clocks are made from now."""
    reference: ReferenceData = request.app.state.reference
    return Timing(*await reference.timing(tx))


def _status(response: Response, done: ActionDone) -> ActionDone:
    response.status_code = 200 if done.repeated else CREATED
    return done


@router.get("/worklist", response_model=WarningPage)
async def worklist(who: WorklistReader, tx: Reading, page: Paging) -> Response:
    """我的预警，最急的在前 / my open warnings, most urgent first."""
    shown = await read_warnings.read_worklist(tx, who, page)
    # Asked for all day: a model that comes from here is not checked once more on its way out.
    return Response(shown.model_dump_json(), media_type="application/json")


@router.get("/warnings")
async def listing(
    who: DashboardReader,
    tx: Reading,
    page: Paging,
    uscc: UsccFilter = None,
    level: Annotated[contract.Level | None, Query()] = None,
    state: Annotated[contract.State | None, Query()] = None,
    division: DivisionFilter = None,
) -> WarningPage:
    """辖区内的预警，最新的在前 / warnings of the jurisdiction, newest first."""
    return await read_warnings.list_warnings(tx, who, Filters(uscc, level, state, division), page)


@router.get("/overview")
async def overview(who: DashboardReader, tx: Reading) -> Overview:
    """辖区概览 / the jurisdiction at a glance."""
    return await read_warnings.read_overview(tx, who)


@router.get("/funnel")
async def funnel(
    who: DashboardReader,
    tx: Reading,
    since: DayFilter = None,
    until: DayFilter = None,
    division: DivisionFilter = None,
) -> Funnel:
    """从信号到结案的漏斗 / from signal to closure, by town."""
    return await read_funnel(tx, who, Period(since, until), division)


@router.get("/warnings/{warning_id}")
async def one(request: Request, who: WarningReader, tx: Reading, warning_id: UUID) -> WarningDetail:
    """一条预警的全部内容 / one warning in full."""
    return await read_warnings.read_warning(tx, who, warning_id, (await timing(request, tx)).policy)


@router.post("/warnings/{warning_id}/accept", status_code=CREATED)
async def accept(
    request: Request,
    response: Response,
    who: WarningHandler,
    tx: Writing,
    warning_id: UUID,
    action: actions.Accept,
) -> ActionDone:
    """签收 / accept."""
    done = await handle_warning.accept_warning(tx, who, warning_id, action, await timing(request, tx))
    return _status(response, done)


@router.post("/warnings/{warning_id}/reject", status_code=CREATED)
async def reject(
    request: Request,
    response: Response,
    who: WarningHandler,
    tx: Writing,
    warning_id: UUID,
    action: actions.Reject,
) -> ActionDone:
    """退回并说明理由 / give back with a reason."""
    done = await handle_warning.reject_warning(tx, who, warning_id, action, await timing(request, tx))
    return _status(response, done)


@router.post("/warnings/{warning_id}/visit", status_code=CREATED)
async def visit(
    request: Request,
    response: Response,
    who: WarningHandler,
    tx: Writing,
    warning_id: UUID,
    action: actions.Visit,
) -> ActionDone:
    """登记首次到场 / record the first on-site check."""
    done = await handle_warning.visit_warning(tx, who, warning_id, action, await timing(request, tx))
    return _status(response, done)


@router.post("/warnings/{warning_id}/outcome", status_code=CREATED)
async def outcome(
    request: Request,
    response: Response,
    who: WarningHandler,
    tx: Writing,
    warning_id: UUID,
    action: actions.OutcomeReport,
) -> ActionDone:
    """登记处置结果 / report the outcome."""
    done = await handle_warning.report_outcome(tx, who, warning_id, action, await timing(request, tx))
    return _status(response, done)


@router.post("/warnings/{warning_id}/hand-over", status_code=CREATED)
async def hand_over(
    request: Request,
    response: Response,
    who: WarningHandler,
    tx: Writing,
    warning_id: UUID,
    action: actions.HandOver,
) -> ActionDone:
    """移交调解 / hand over to mediation."""
    done = await hand_over_warning(tx, who, warning_id, action, await timing(request, tx))
    return _status(response, done)


@router.post("/warnings/{warning_id}/refer", status_code=CREATED)
async def refer(
    request: Request,
    response: Response,
    who: WarningHandler,
    tx: Writing,
    warning_id: UUID,
    action: actions.Refer,
) -> ActionDone:
    """移送监察 / refer to the inspectorate."""
    done = await refer_warning(tx, who, warning_id, action, await timing(request, tx))
    return _status(response, done)


@router.post("/warnings/{warning_id}/assign", status_code=CREATED)
async def assign(
    request: Request,
    response: Response,
    who: WarningDirector,
    tx: Writing,
    warning_id: UUID,
    action: actions.Assign,
) -> ActionDone:
    """指派 / assign."""
    done = await direct_warning.assign_warning(tx, who, warning_id, action, await timing(request, tx))
    return _status(response, done)


@router.post("/warnings/{warning_id}/close", status_code=CREATED)
async def close(
    request: Request,
    response: Response,
    who: WarningDirector,
    tx: Writing,
    warning_id: UUID,
    action: actions.Close,
) -> ActionDone:
    """结案 / close."""
    done = await direct_warning.close_warning(tx, who, warning_id, action, await timing(request, tx))
    return _status(response, done)


@router.post("/warnings/{warning_id}/return", status_code=CREATED)
async def give_back(
    request: Request,
    response: Response,
    who: WarningDirector,
    tx: Writing,
    warning_id: UUID,
    action: actions.Return,
) -> ActionDone:
    """退回承办人 / give back to its handler."""
    done = await direct_warning.return_warning(tx, who, warning_id, action, await timing(request, tx))
    return _status(response, done)


@router.post("/warnings/{warning_id}/pause", status_code=CREATED)
async def pause(
    request: Request,
    response: Response,
    who: WarningDirector,
    tx: Writing,
    warning_id: UUID,
    action: actions.Pause,
) -> ActionDone:
    """暂停时限 / stop the clocks."""
    done = await direct_warning.pause_warning(tx, who, warning_id, action, await timing(request, tx))
    return _status(response, done)


@router.post("/warnings/{warning_id}/resume", status_code=CREATED)
async def resume(
    request: Request,
    response: Response,
    who: WarningDirector,
    tx: Writing,
    warning_id: UUID,
    action: actions.Resume,
) -> ActionDone:
    """恢复时限 / let the clocks run again."""
    done = await direct_warning.resume_warning(tx, who, warning_id, action, await timing(request, tx))
    return _status(response, done)
