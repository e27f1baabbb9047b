"""What becomes of requests for assistance is told to the district's officers, whose desk they lie on."""

from uuid import UUID

from services.gateway.domain.notification_titles import title_of
from services.gateway.domain.notifications import Notice, Subject
from services.gateway.repository import notifications
from shared.auth.permissions import Role
from shared.db.tx import WriteTx


async def notify_assistance(
    tx: WriteTx, kind: str, request_id: UUID, jurisdiction: str, variant: str = ""
) -> None:
    """Tell every office of district officers that there is, in the transaction of what is told.

    jurisdiction: where help is wanted, which may lie with the partner; it does not choose who hears.
    Last in its transaction: notifications are kept by one writer at a time.
    """
    notice = Notice(
        kind=kind,
        level=None,
        subject=Subject.ASSISTANCE_REQUEST,
        subject_id=request_id,
        uscc=None,
        division=jurisdiction,
        title=title_of(kind, variant),
        addressees=await notifications.offices_of(tx, Role.DISTRICT_OFFICER),
    )
    await notifications.add(tx, [notice])
