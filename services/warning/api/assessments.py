"""Routes of assessments: on demand, and proving a former one."""

from uuid import UUID

from fastapi import APIRouter, Request

from services.warning.api.access import DashboardReader, Uscc, WarningDirector
from services.warning.usecases.recheck_assessment import recheck_assessment
from services.warning.usecases.request_assessment import request_assessment
from shared.contracts.warning import AssessmentRequested, Recheck
from shared.web.dependencies import Reading, Writing
from shared.web.guard import GuardedRoute

router = APIRouter(route_class=GuardedRoute, tags=["assessments"])


@router.post("/assessments/{assessment_id}/recheck")
async def recheck(request: Request, who: DashboardReader, tx: Reading, assessment_id: UUID) -> Recheck:
    """按留存证据重新计算，核对结论 / compute a stored assessment again from its evidence."""
    state = request.app.state
    return await recheck_assessment(tx, who, assessment_id, state.reference, state.model_factory)


@router.post("/enterprises/{uscc}/assess", status_code=202)
async def assess(who: WarningDirector, tx: Writing, uscc: Uscc) -> AssessmentRequested:
    """立即重新评估一家企业 / assess an enterprise now."""
    return await request_assessment(tx, who, uscc)
