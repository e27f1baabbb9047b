"""Routes of cases: lists, one in full, and what mediators do with it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.mediation.api.access import CaseHandler, CaseReader
from services.mediation.domain.lifecycle import State
from services.mediation.usecases import handle_case, read_cases, transfer_case
from services.mediation.usecases.timing import Timing, TimingSource
from shared.contracts import mediation as contract
from shared.contracts.base import CaseDone
from shared.contracts.mediation import CaseDetail, CasePage, CaseState
from shared.web.dependencies import Paging, Reading, Writing
from shared.web.guard import GuardedRoute

router = APIRouter(route_class=GuardedRoute, tags=["cases"])

CREATED = 201


async def timing_to_read(request: Request, tx: Reading) -> Timing:
    """Return what holds now."""
    source: TimingSource = request.app.state.timing
    return await source.now(tx)


async def timing_to_write(request: Request, tx: Writing) -> Timing:
    """Return what holds now, inside the request's transaction."""
    source: TimingSource = request.app.state.timing
    return await source.now(tx)


TimingNow = Annotated[Timing, Depends(timing_to_write)]


def _status(response: Response, done: CaseDone) -> CaseDone:
    response.status_code = 200 if done.repeated else CREATED
    return done


@router.get("/cases")
async def listing(
    who: CaseReader, tx: Reading, page: Paging, state: Annotated[CaseState | None, Query()] = None
) -> CasePage:
    """调解案件，最急的在前；缺省为未结 / cases, most urgent first; the open ones by default."""
    return await read_cases.list_cases(tx, who, None if state is None else State(state), page)


@router.get("/cases/{case_id}")
async def one(
    who: CaseReader, tx: Reading, case_id: UUID, timing: Annotated[Timing, Depends(timing_to_read)]
) -> CaseDetail:
    """一件案件的全部内容 / one case in full."""
    return await read_cases.read_case(tx, who, case_id, timing.policy)


@router.post("/cases/{case_id}/accept", status_code=CREATED)
async def accept(
    response: Response,
    who: CaseHandler,
    tx: Writing,
    timing: TimingNow,
    case_id: UUID,
    action: contract.MediationAccept,
) -> CaseDone:
    """受理 / accept."""
    return _status(response, await handle_case.accept_case(tx, who, case_id, action, timing))


@router.post("/cases/{case_id}/take-over", status_code=CREATED)
async def take_over(
    response: Response,
    who: CaseHandler,
    tx: Writing,
    timing: TimingNow,
    case_id: UUID,
    action: contract.MediationTakeOver,
) -> CaseDone:
    """接办同事的案件 / take over from a colleague."""
    return _status(response, await handle_case.take_over_case(tx, who, case_id, action, timing))


@router.post("/cases/{case_id}/sessions", status_code=CREATED)
async def session(
    response: Response,
    who: CaseHandler,
    tx: Writing,
    timing: TimingNow,
    case_id: UUID,
    action: contract.MediationSession,
) -> CaseDone:
    """登记一次调解 / record a session."""
    return _status(response, await handle_case.record_session(tx, who, case_id, action, timing))


@router.post("/cases/{case_id}/extend", status_code=CREATED)
async def extend(
    response: Response,
    who: CaseHandler,
    tx: Writing,
    timing: TimingNow,
    case_id: UUID,
    action: contract.MediationExtend,
) -> CaseDone:
    """经双方同意延期 / extend by agreement of both parties."""
    return _status(response, await handle_case.extend_case(tx, who, case_id, action, timing))


@router.post("/cases/{case_id}/close", status_code=CREATED)
async def close(
    response: Response,
    who: CaseHandler,
    tx: Writing,
    timing: TimingNow,
    case_id: UUID,
    action: contract.MediationClose,
) -> CaseDone:
    """结案 / close with its outcome."""
    return _status(response, await handle_case.close_case(tx, who, case_id, action, timing))


@router.post("/cases/{case_id}/transfer", status_code=CREATED)
async def offer(
    response: Response,
    who: CaseHandler,
    tx: Writing,
    timing: TimingNow,
    case_id: UUID,
    action: contract.MediationTransfer,
) -> CaseDone:
    """移送其他组织，待对方接收 / offer to another organisation."""
    return _status(response, await transfer_case.offer_transfer(tx, who, case_id, action, timing))


@router.post("/cases/{case_id}/transfer/accept", status_code=CREATED)
async def take_offer(
    response: Response,
    who: CaseHandler,
    tx: Writing,
    timing: TimingNow,
    case_id: UUID,
    action: contract.MediationTransferAccept,
) -> CaseDone:
    """接收移送 / take what was offered."""
    return _status(response, await transfer_case.accept_transfer(tx, who, case_id, action, timing))


@router.post("/cases/{case_id}/transfer/return", status_code=CREATED)
async def return_offer(
    response: Response,
    who: CaseHandler,
    tx: Writing,
    timing: TimingNow,
    case_id: UUID,
    action: contract.MediationTransferReturn,
) -> CaseDone:
    """退回移送 / return what was offered."""
    return _status(response, await transfer_case.return_transfer(tx, who, case_id, action, timing))
