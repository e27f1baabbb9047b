"""What the notifications door takes and gives."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.contracts.base import Identifier, Incoming, Outgoing, ShanghaiTime, refusal
from shared.kernel.paging import MAX_LIMIT


class NotificationOut(Outgoing):
    """One thing that the caller, or their office, is told. `division` is that of the matter."""

    id: UUID
    at: ShanghaiTime
    kind: str
    level: Literal["orange", "red"] | None
    title: str
    title_en: str
    subject: Literal["warning", "mediation_case", "inspection_case", "assistance_request"]
    subject_id: UUID
    uscc: str | None
    division: str
    read: bool


class NotificationPage(Outgoing):
    """Notifications, newest first, and how many are unread in all."""

    items: list[NotificationOut]
    next_cursor: str | None
    unread: int


class UnreadCount(Outgoing):
    """How many are unread, and of which kinds."""

    unread: int
    by_kind: dict[str, int]


class MarkRead(Incoming):
    """Which are read: these, or all up to one. What is not the caller's, or forgotten already, changes nothing.

    The same again changes nothing either, so that it needs no `action_id`.
    """

    ids: Annotated[list[Identifier], Field(min_length=1, max_length=MAX_LIMIT)] | None = None
    up_to: Identifier | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.ids is None) == (self.up_to is None):
            raise refusal("请在 ids 与 up_to 中填写一项且仅一项。", "Give either ids or up_to.")
        return self
