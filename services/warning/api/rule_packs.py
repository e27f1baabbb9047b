"""Routes of rule packs."""

import asyncio

from fastapi import APIRouter, Request, Response

from services.warning.api.access import PackVersion, RulePackReader, RulePackWriter
from services.warning.usecases import rule_pack_steps
from services.warning.usecases.reference_data import ReferenceData
from shared.contracts.warning import DryRun, RulePackOut, RulePackPage
from shared.contracts.warning_actions import RulePackDraft, RulePackStep
from shared.db.tx import Database
from shared.web.dependencies import Paging, Reading, Writing
from shared.web.guard import GuardedRoute

router = APIRouter(route_class=GuardedRoute, prefix="/rule-packs", tags=["rule packs"])


@router.get("")
async def listing(_who: RulePackReader, tx: Reading, page: Paging) -> RulePackPage:
    """规则包，最新的在前 / rule packs, newest first."""
    return await rule_pack_steps.list_packs(tx, page)


@router.post("", status_code=201)
async def draft(
    request: Request, response: Response, who: RulePackWriter, tx: Writing, body: RulePackDraft
) -> RulePackOut:
    """起草规则包 / draft a pack."""
    reference: ReferenceData = request.app.state.reference
    drafted, fresh = await rule_pack_steps.draft_pack(tx, who, body, await reference.registry.current(tx))
    response.status_code = 201 if fresh else 200
    return drafted


@router.post("/{version}/review")
async def review(who: RulePackWriter, tx: Writing, version: PackVersion, _body: RulePackStep) -> RulePackOut:
    """由第二人审核 / review by a second person."""
    return await rule_pack_steps.review_pack(tx, who, version)


@router.post("/{version}/publish")
async def publish(who: RulePackWriter, tx: Writing, version: PackVersion, _body: RulePackStep) -> RulePackOut:
    """发布 / publish."""
    return await rule_pack_steps.publish_pack(tx, who, version)


@router.post("/{version}/dry-run")
async def dry_run(request: Request, _who: RulePackWriter, version: PackVersion) -> DryRun:
    """试算：若生效将有哪些变化 / what would change if it went live."""
    db: Database = request.app.state.db
    reference_data: ReferenceData = request.app.state.reference
    async with db.read() as tx:
        trial = await rule_pack_steps.prepare_trial(tx, version, await reference_data.current(tx))
    assessed, changes = await asyncio.to_thread(rule_pack_steps.run_trial, trial)
    async with db.read() as tx:
        return await rule_pack_steps.tell_trial(tx, version, assessed, changes)
