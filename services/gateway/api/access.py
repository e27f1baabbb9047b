"""Who may call what: one name per right."""

from typing import Annotated

from fastapi import Depends

from services.gateway.api.partner_signature import PartnerSignature
from services.gateway.usecases.verify_message import Verified
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
AbsenceReader = Annotated[Principal, Depends(Require(Permission.ABSENCE_READ))]
AbsenceWriter = Annotated[Principal, Depends(Require(Permission.ABSENCE_WRITE))]
RulePackReader = Annotated[Principal, Depends(Require(Permission.RULE_PACK_READ))]
RulePackWriter = Annotated[Principal, Depends(Require(Permission.RULE_PACK_WRITE))]
MediationReader = Annotated[Principal, Depends(Require(Permission.MEDIATION_READ))]
MediationHandler = Annotated[Principal, Depends(Require(Permission.MEDIATION_HANDLE))]
OrganisationWriter = Annotated[Principal, Depends(Require(Permission.ORGANISATION_WRITE))]
InspectionReader = Annotated[Principal, Depends(Require(Permission.INSPECTION_READ))]
InspectionHandler = Annotated[Principal, Depends(Require(Permission.INSPECTION_HANDLE))]
ExtensionDecider = Annotated[Principal, Depends(Require(Permission.INSPECTION_APPROVE))]
FederationReader = Annotated[Principal, Depends(Require(Permission.FEDERATION_READ))]
FederationDecider = Annotated[Principal, Depends(Require(Permission.FEDERATION_DECIDE))]

SigningPartner = Annotated[Verified, Depends(PartnerSignature())]
