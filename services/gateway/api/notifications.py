"""`/api/notifications/v1`: what the caller and their office are told, as a list and as it happens."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from services.gateway.api.access import Anybody
from services.gateway.api.bodies import read_model
from services.gateway.api.describing import body
from services.gateway.api.notification_response import EVENT_STREAM, NotificationResponse, shown
from services.gateway.api.parts import parts
from services.gateway.schemas.notifications import MarkRead, NotificationPage, UnreadCount
from services.gateway.usecases.read_notifications import count_unread, list_notifications, mark_notifications
from shared.kernel.paging import Page, page_of
from shared.web.dependencies import Reading, Writing
from shared.web.guard import GuardedRoute, authenticate

router = APIRouter(prefix="/api/notifications/v1", route_class=GuardedRoute, tags=["通知 notifications"])

_UNKNOWN = UUID(int=0)


def read_page(
    limit: Annotated[int | None, Query(description="每页条数 / items per page")] = None,
    cursor: Annotated[
        str | None, Query(description="上一页的 next_cursor / next_cursor of the page before")
    ] = None,
) -> Page:
    """Return the page asked for."""
    return page_of(limit, cursor)


@router.get("/", summary="我的通知，最新的在前 / What I am told, newest first")
async def listing(
    who: Anybody,
    tx: Reading,
    page: Annotated[Page, Depends(read_page)],
    unread_only: Annotated[bool, Query(description="仅未读 / unread ones alone")] = False,  # noqa: FBT002  a query parameter
) -> NotificationPage:
    found = await list_notifications(tx, who, page, unread_only=unread_only)
    unread = await count_unread(tx, who)
    return NotificationPage(
        items=[shown(one) for one in found.items],
        next_cursor=found.next_cursor,
        unread=sum(unread.values()),
    )


@router.get("/unread", summary="未读数量 / How many are unread, by kind")
async def unread(who: Anybody, tx: Reading) -> UnreadCount:
    return _count(await count_unread(tx, who))


@router.post(
    "/read",
    summary="标为已读：按编号，或某条及更早的全部 / Mark as read: these, or all up to one",
    openapi_extra=body(MarkRead),
)
async def mark_read(request: Request, who: Anybody, tx: Writing) -> UnreadCount:
    given = await read_model(request, MarkRead)
    return _count(await mark_notifications(tx, who, given.ids, given.up_to))


@router.get(
    "/stream",
    summary="实时通知：先补发，再报未读数，然后逐条推送 / Events: what was missed, the unread count, each new one",
    response_class=Response,
    responses={200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}},
)
async def stream(
    request: Request,
    who: Anybody,
    last_event_id: Annotated[
        str | None, Header(description="最后收到的事件编号 / id of the last event received")
    ] = None,
) -> Response:
    streams = parts(request).streams
    opened = await streams.open(who, partial(authenticate, request))
    return NotificationResponse(streams, opened, _last_seen(last_event_id))


def _last_seen(given: str | None) -> UUID | None:
    """Return the id to go on from; what is none was never sent, and counts as older than all that is kept."""
    if given is None:
        return None
    try:
        return UUID(given)
    except ValueError:
        return _UNKNOWN


def _count(by_kind: dict[str, int]) -> UnreadCount:
    return UnreadCount(unread=sum(by_kind.values()), by_kind=by_kind)
