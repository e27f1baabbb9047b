"""Routes of coordinators and their absences."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.warning.api.access import AbsenceReader, AbsenceWriter, DashboardReader
from services.warning.usecases import keep_absences
from shared.contracts.warning import AbsenceOut, AbsencePage, CoordinatorPage
from shared.contracts.warning_actions import AbsenceIn
from shared.web.dependencies import Paging, Reading, Writing
from shared.web.guard import GuardedRoute

router = APIRouter(route_class=GuardedRoute, tags=["coordinators"])


@router.get("/coordinators")
async def coordinators(who: DashboardReader, tx: Reading, page: Paging) -> CoordinatorPage:
    """网格协调员及其在办数 / grid coordinators with their load."""
    return await keep_absences.list_coordinators(tx, who, page)


@router.get("/absences")
async def absences(who: AbsenceReader, tx: Reading, page: Paging) -> AbsencePage:
    """请假登记，最新的在前 / absences, newest first."""
    return await keep_absences.list_absences(tx, who, page)


@router.post("/absences", status_code=201)
async def record(response: Response, who: AbsenceWriter, tx: Writing, body: AbsenceIn) -> AbsenceOut:
    """登记请假 / record an absence."""
    recorded, fresh = await keep_absences.record_absence(tx, who, body)
    response.status_code = 201 if fresh else 200
    return recorded


@router.delete("/absences/{absence_id}")
async def cancel(who: AbsenceWriter, tx: Writing, absence_id: UUID) -> AbsenceOut:
    """撤销请假 / cancel an absence."""
    return await keep_absences.cancel_absence(tx, who, absence_id)
