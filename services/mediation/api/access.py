"""Who may call the mediation service's routes."""

from typing import Annotated

from fastapi import Depends, Query

from shared.auth.permissions import Permission
from shared.auth.principal import Principal
from shared.kernel.paging import DEFAULT_LIMIT, MAX_LIMIT, Page, page_of
from shared.web.guard import Require

CaseReader = Annotated[Principal, Depends(Require(Permission.MEDIATION_READ))]
CaseHandler = Annotated[Principal, Depends(Require(Permission.MEDIATION_HANDLE))]
OrganisationWriter = Annotated[Principal, Depends(Require(Permission.ORGANISATION_WRITE))]


async def read_page(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Page:
    """Return the page that the query asks for."""
    return page_of(limit, cursor)


Paging = Annotated[Page, Depends(read_page)]
