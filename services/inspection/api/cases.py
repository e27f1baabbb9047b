"""Routes of cases: lists, one in full, and what is done to them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.inspection.api.access import CaseHandler, CaseReader, ExtensionDecider
from services.inspection.usecases import handle_case, read_cases
from services.inspection.usecases.assign_officers import assign_officers
from services.inspection.usecases.extend_investigation import decide_extension, request_extension
from services.inspection.usecases.timing import Timing, Timings
from shared.contracts import inspection as contract
from shared.contracts.base import CaseDone
from shared.web.dependencies import Paging, Reading, Writing
from shared.web.guard import GuardedRoute

router = APIRouter(route_class=GuardedRoute, tags=["inspection"])

CREATED = 201


async def timing_now(request: Request, tx: Reading) -> Timing:
    """Return what clocks are made from now."""
    timings: Timings = request.app.state.timings
    return await timings.current(tx)


Now = Annotated[Timing, Depends(timing_now)]


def _status(response: Response, done: CaseDone) -> CaseDone:
    response.status_code = 200 if done.repeated else CREATED
    return done


@router.get("/cases")
async def listing(
    who: CaseReader,
    tx: Reading,
    page: Paging,
    *,
    state: Annotated[contract.State | None, Query()] = None,
    mine: Annotated[bool, Query()] = False,
) -> contract.InspectionPage:
    """辖区内的案件，未结的最急在前 / cases of the jurisdiction; the open ones, most urgent first."""
    return await read_cases.list_cases(tx, who, page, state=state, mine=mine)


@router.get("/cases/{case_id}")
async def one(who: CaseReader, tx: Reading, case_id: UUID, timing: Now) -> contract.InspectionDetail:
    """一件案件的全部内容 / one case in full."""
    return await read_cases.read_case(tx, who, case_id, timing)


@router.get("/inspectors")
async def list_inspectors(who: CaseHandler, tx: Reading, page: Paging) -> contract.InspectorPage:
    """可指派的监察员 / the inspectors whom one can assign."""
    return await read_cases.list_inspectors(tx, who, page)


@router.post("/cases/{case_id}/assign", status_code=CREATED)
async def assign(
    response: Response,
    who: CaseHandler,
    tx: Writing,
    case_id: UUID,
    action: contract.AssignOfficers,
    timing: Now,
) -> CaseDone:
    """指派或补派监察员 / assign or replace officers."""
    return _status(response, await assign_officers(tx, who, case_id, action, timing))


@router.post("/cases/{case_id}/finding", status_code=CREATED)
async def finding(
    response: Response,
    who: CaseHandler,
    tx: Writing,
    case_id: UUID,
    action: contract.RecordFinding,
    timing: Now,
) -> CaseDone:
    """登记调查结论 / record the finding."""
    return _status(response, await handle_case.record_finding(tx, who, case_id, action, timing))


@router.post("/cases/{case_id}/order", status_code=CREATED)
async def order(
    response: Response,
    who: CaseHandler,
    tx: Writing,
    case_id: UUID,
    action: contract.IssueOrder,
    timing: Now,
) -> CaseDone:
    """责令限期改正 / order rectification."""
    return _status(response, await handle_case.issue_order(tx, who, case_id, action, timing))


@router.post("/cases/{case_id}/rectification", status_code=CREATED)
async def rectification(
    response: Response,
    who: CaseHandler,
    tx: Writing,
    case_id: UUID,
    action: contract.RecordRectification,
    timing: Now,
) -> CaseDone:
    """登记改正 / confirm the rectification."""
    return _status(response, await handle_case.confirm_rectification(tx, who, case_id, action, timing))


@router.post("/cases/{case_id}/extend", status_code=CREATED)
async def extend(
    response: Response,
    who: CaseHandler,
    tx: Writing,
    case_id: UUID,
    action: contract.RequestExtension,
    timing: Now,
) -> CaseDone:
    """申请延长调查 / ask for an extension."""
    return _status(response, await request_extension(tx, who, case_id, action, timing))


@router.post("/cases/{case_id}/decide-extension", status_code=CREATED)
async def decide(
    response: Response,
    who: ExtensionDecider,
    tx: Writing,
    case_id: UUID,
    action: contract.DecideExtension,
    timing: Now,
) -> CaseDone:
    """审批延长 / decide on an extension."""
    return _status(response, await decide_extension(tx, who, case_id, action, timing))


@router.post("/cases/{case_id}/close", status_code=CREATED)
async def close(
    response: Response,
    who: CaseHandler,
    tx: Writing,
    case_id: UUID,
    action: contract.CloseCase,
    timing: Now,
) -> CaseDone:
    """结案 / close."""
    return _status(response, await handle_case.close_case(tx, who, case_id, action, timing))
