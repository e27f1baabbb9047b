"""Routes of the register of mediation organisations."""

from typing import Annotated

from fastapi import APIRouter, Path

from services.mediation.api.access import CaseReader, OrganisationWriter
from services.mediation.api.cases import TimingNow
from services.mediation.schemas.organisations import claim_of
from services.mediation.usecases import keep_organisations
from shared.contracts.mediation import (
    OrganisationIn,
    OrganisationPage,
    OrganisationStaff,
    OrganisationWritten,
)
from shared.web.dependencies import Paging, Reading, Writing
from shared.web.guard import GuardedRoute

router = APIRouter(route_class=GuardedRoute, tags=["organisations"])

Code = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Username = Annotated[str, Path(min_length=1, max_length=100)]


@router.get("/organisations")
async def listing(who: CaseReader, tx: Reading, page: Paging) -> OrganisationPage:
    """调解组织 / mediation organisations."""
    return await keep_organisations.list_organisations(tx, who.division, page)


@router.put("/organisations/{code}")
async def write(
    who: OrganisationWriter, tx: Writing, timing: TimingNow, code: Code, organisation: OrganisationIn
) -> OrganisationWritten:
    """登记或更新 / register or update."""
    claim = claim_of(code, organisation)
    status = await keep_organisations.write_organisation(tx, claim, timing, who.division)
    return OrganisationWritten(code=code, status=status)


@router.put("/organisations/{code}/mediators/{username}")
async def add_mediator(
    who: OrganisationWriter, tx: Writing, code: Code, username: Username
) -> OrganisationStaff:
    """配备调解员 / attach a mediator."""
    return await keep_organisations.add_mediator(tx, code, username, who.division)


@router.delete("/organisations/{code}/mediators/{username}")
async def remove_mediator(
    who: OrganisationWriter, tx: Writing, timing: TimingNow, code: Code, username: Username
) -> OrganisationStaff:
    """撤下调解员 / detach a mediator."""
    return await keep_organisations.remove_mediator(tx, code, username, timing, who.division)
