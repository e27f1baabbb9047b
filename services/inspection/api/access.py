"""Who may call the inspection service's routes."""

from typing import Annotated

from fastapi import Depends

from shared.auth.permissions import Permission
from shared.auth.principal import Principal
from shared.web.guard import Require

CaseReader = Annotated[Principal, Depends(Require(Permission.INSPECTION_READ))]
CaseHandler = Annotated[Principal, Depends(Require(Permission.INSPECTION_HANDLE))]
ExtensionDecider = Annotated[Principal, Depends(Require(Permission.INSPECTION_APPROVE))]
