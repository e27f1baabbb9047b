"""Who may call the warning service's routes."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import AfterValidator

from shared.auth.permissions import Permission
from shared.auth.principal import Principal
from shared.kernel.identifiers import normalise_uscc
from shared.kernel.paging import LARGEST_NUMBER
from shared.web.guard import Require


def _normalised(uscc: str | None) -> str | None:
    return None if uscc is None else normalise_uscc(uscc)


SIGNAL_SENDER = Require(Permission.SIGNAL_SEND)
SignalSender = Annotated[Principal, Depends(SIGNAL_SENDER)]
WorklistReader = Annotated[Principal, Depends(Require(Permission.WORKLIST_READ))]
WarningHandler = Annotated[Principal, Depends(Require(Permission.WARNING_HANDLE))]
WarningDirector = Annotated[Principal, Depends(Require(Permission.WARNING_DIRECT))]
DashboardReader = Annotated[Principal, Depends(Require(Permission.DASHBOARD_READ))]
WarningReader = Annotated[Principal, Depends(Require(Permission.WORKLIST_READ, Permission.DASHBOARD_READ))]
EnterpriseWriter = Annotated[Principal, Depends(Require(Permission.ENTERPRISE_WRITE))]
AbsenceReader = Annotated[Principal, Depends(Require(Permission.ABSENCE_READ))]
AbsenceWriter = Annotated[Principal, Depends(Require(Permission.ABSENCE_WRITE))]
RulePackReader = Annotated[Principal, Depends(Require(Permission.RULE_PACK_READ))]
RulePackWriter = Annotated[Principal, Depends(Require(Permission.RULE_PACK_WRITE))]
AnyReader = Annotated[Principal, Depends(Require(Permission.SELF_READ))]

# People write a code in small letters, full-width, with spaces: one enterprise has one code all the same.
Uscc = Annotated[str, Path(max_length=64), AfterValidator(normalise_uscc)]
UsccFilter = Annotated[str | None, Query(max_length=64), AfterValidator(_normalised)]
DivisionFilter = Annotated[str | None, Query(pattern=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$")]
# A day of this system; further ones have no neighbours in a calendar to be compared with.
DayFilter = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
PackVersion = Annotated[int, Path(ge=1, le=LARGEST_NUMBER)]
