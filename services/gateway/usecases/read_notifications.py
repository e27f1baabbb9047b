"""What an account is told: the list, how much of it is unread, and that it has been read."""

from collections.abc import Sequence
from uuid import UUID

from services.gateway.domain.notifications import Notification, Reader, reader
from services.gateway.repository import notifications
from shared.auth.principal import Principal
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.paging import Page, Slice, cut, number


def reader_of(who: Principal) -> Reader:
    """Return the caller as notifications see them."""
    return reader(who.account_id, who.role.value, who.division)


async def list_notifications(
    tx: ReadTx, who: Principal, page: Page, *, unread_only: bool
) -> Slice[Notification]:
    """Return the caller's notifications, newest first. Raises CursorInvalid."""
    before: int | None = page.read_after(number)[0] if page.after else None
    found = await notifications.listing(tx, reader_of(who), before, page.limit + 1, unread_only=unread_only)
    return cut(found, page, lambda last: (str(last.seq),))


async def count_unread(tx: ReadTx, who: Principal) -> dict[str, int]:
    """Return how many the caller has not read, by kind."""
    return await notifications.unread_by_kind(tx, reader_of(who))


async def mark_notifications(
    tx: WriteTx, who: Principal, ids: Sequence[UUID] | None, up_to: UUID | None
) -> dict[str, int]:
    """Mark the caller's as read, these or all up to one; return what is left unread, by kind."""
    if ids is not None:
        await notifications.mark_read(tx, reader_of(who), ids)
    if up_to is not None:
        await notifications.mark_read_up_to(tx, reader_of(who), up_to)
    return await count_unread(tx, who)
