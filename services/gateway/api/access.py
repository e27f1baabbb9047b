"""Who may call what: one name per right."""

from typing import Annotated

from fastapi import Depends

from shared.auth.permissions import Permission
from shared.auth.principal import Principal
from shared.web.guard import Public, Require

LoggingIn = Annotated[None, Depends(Public("credentials are what the caller brings here"))]
Reading = Annotated[None, Depends(Public("the description of the interface holds no data"))]

Anybody = Annotated[Principal, Depends(Require(Permission.SELF_READ))]
SignalSender = Annotated[Principal, Depends(Require(Permission.SIGNAL_SEND))]
WorklistReader = Annotated[Principal, Depends(Require(Permission.WORKLIST_READ))]
WarningHandler = Annotated[Principal, Depends(Require(Permission.WARNING_HANDLE))]
DashboardReader = Annotated[Principal, Depends(Require(Permission.DASHBOARD_READ))]
WarningDirector = Annotated[Principal, Depends(Require(Permission.WARNING_DIRECT))]
EnterpriseWriter = Annotated[Principal, Depends(Require(Permission.ENTERPRISE_WRITE))]
AbsenceWriter = Annotated[Principal, Depends(Require(Permission.ABSENCE_WRITE))]
RulePackReader = Annotated[Principal, Depends(Require(Permission.RULE_PACK_READ))]
RulePackWriter = Annotated[Principal, Depends(Require(Permission.RULE_PACK_WRITE))]
