"""Routes of enterprises: search, one in full, upsert."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.warning.api.access import DashboardReader, EnterpriseWriter, Uscc
from services.warning.api.signals import Registry
from services.warning.schemas.enterprises import claim_of
from services.warning.usecases.read_timeline import read_timeline
from services.warning.usecases.register_enterprise import register_enterprise
from services.warning.usecases.search_enterprises import read_enterprise, search_enterprises
from shared.contracts.warning import (
    EnterpriseDetail,
    EnterprisePage,
    EnterpriseWritten,
    TimelineKind,
    TimelinePage,
)
from shared.contracts.warning_actions import EnterpriseIn
from shared.web.dependencies import Paging, Reading, Writing
from shared.web.guard import GuardedRoute

router = APIRouter(route_class=GuardedRoute, tags=["enterprises"])


@router.get("/enterprises")
async def search(
    who: DashboardReader,
    tx: Reading,
    page: Paging,
    q: Annotated[
        str | None, Query(max_length=100, description="代码或名称的一部分 / part of a code or name")
    ] = None,
) -> EnterprisePage:
    """按代码、名称（含曾用名，繁简均可）查找企业 / find enterprises by code or by present or former name."""
    return await search_enterprises(tx, who.division, q, page)


@router.get("/enterprises/{uscc}")
async def detail(who: DashboardReader, tx: Reading, known: Registry, uscc: Uscc) -> EnterpriseDetail:
    """一家企业及其信号、评估、预警的时间线 / one enterprise with its signals, assessments and warnings."""
    return await read_enterprise(tx, who.division, uscc, await known.current(tx))


@router.get("/enterprises/{uscc}/timeline")
async def timeline(
    who: DashboardReader,
    tx: Reading,
    known: Registry,
    uscc: Uscc,
    page: Paging,
    kind: Annotated[TimelineKind | None, Query(description="只看一类 / one kind only")] = None,
) -> TimelinePage:
    """一家企业的全部时间线，最新的在前 / the whole time line of an enterprise, newest first."""
    return await read_timeline(tx, who.division, uscc, kind, page, await known.current(tx))


@router.put("/enterprises/{uscc}")
async def write(who: EnterpriseWriter, tx: Writing, uscc: Uscc, told: EnterpriseIn) -> EnterpriseWritten:
    """登记或更新企业；未填的项保持不变 / register or update an enterprise; what is left out stays as it was."""
    return await register_enterprise(tx, who.division, claim_of(uscc, told), told.override_reason)
