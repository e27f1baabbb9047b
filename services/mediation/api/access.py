"""Who may call the mediation service's routes."""

from typing import Annotated

from fastapi import Depends

from shared.auth.permissions import Permission
from shared.auth.principal import Principal
from shared.web.guard import Require

CaseReader = Annotated[Principal, Depends(Require(Permission.MEDIATION_READ))]
CaseHandler = Annotated[Principal, Depends(Require(Permission.MEDIATION_HANDLE))]
OrganisationWriter = Annotated[Principal, Depends(Require(Permission.ORGANISATION_WRITE))]
