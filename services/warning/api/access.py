"""Who may call the warning service's routes."""

from typing import Annotated

from fastapi import Depends, Query

from shared.auth.permissions import Permission
from shared.auth.principal import Principal
from shared.kernel.paging import DEFAULT_LIMIT, MAX_LIMIT, Page, page_of
from shared.web.guard import Require

SignalSender = Annotated[Principal, Depends(Require(Permission.SIGNAL_SEND))]
WorklistReader = Annotated[Principal, Depends(Require(Permission.WORKLIST_READ))]
WarningHandler = Annotated[Principal, Depends(Require(Permission.WARNING_HANDLE))]
WarningDirector = Annotated[Principal, Depends(Require(Permission.WARNING_DIRECT))]
DashboardReader = Annotated[Principal, Depends(Require(Permission.DASHBOARD_READ))]
WarningReader = Annotated[Principal, Depends(Require(Permission.WORKLIST_READ, Permission.DASHBOARD_READ))]
EnterpriseWriter = Annotated[Principal, Depends(Require(Permission.ENTERPRISE_WRITE))]
AbsenceWriter = Annotated[Principal, Depends(Require(Permission.ABSENCE_WRITE))]
RulePackReader = Annotated[Principal, Depends(Require(Permission.RULE_PACK_READ))]
RulePackWriter = Annotated[Principal, Depends(Require(Permission.RULE_PACK_WRITE))]
AnyReader = Annotated[Principal, Depends(Require(Permission.SELF_READ))]


async def read_page(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Page:
    """Return the page that the query asks for."""
    return page_of(limit, cursor)


Paging = Annotated[Page, Depends(read_page)]
