"""Actions that clients did: each once, however often it is sent."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Column, DateTime, Table, Text, select
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.contracts.base import Action
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.errors import DomainError, Kind

T = TypeVar("T")
R = TypeVar("R")


class ActionIdTaken(DomainError):
    """The client used an action id for something else before."""

    kind = Kind.CONFLICT
    code = "action_id_taken"
    message_zh = "该 action_id 已用于其他操作：每次新操作请生成新的编号。"
    message_en = "This action_id was used for another action: make a new one for each action."


@dataclass(frozen=True, slots=True)
class DoneAction:
    """What was done under an action id: to what, by whom, and the digest of what was asked for."""

    subject_id: UUID
    actor_id: UUID
    content_hash: str

    @classmethod
    def of(cls, subject_id: UUID, actor_id: UUID, action: Action) -> "DoneAction":
        """Return the mark of an action: a repeat has the same, another action another one."""
        told = to_json([type(action).__name__, action.model_dump(mode="json")])
        return cls(subject_id, actor_id, hashlib.sha256(told).hexdigest())


class DoneActions:
    """A service's table of them; `subject` is the column that names what was acted on."""

    def __init__(self, table: Table, subject: str) -> None:
        """Keep the table; `action_columns` declares the rest of it."""
        self._table = table
        self._subject = subject

    async def once(
        self,
        tx: WriteTx,
        actor_id: UUID,
        subject_id: UUID,
        action: Action,
        *,
        lock: Callable[[], Awaitable[T]],
        work: Callable[[T], Awaitable[R]],
        repeated: Callable[[], Awaitable[R]],
    ) -> R:
        """Return what `work` makes of what `lock` found; of an action that was done before, what `repeated` tells.

        `lock` refuses who may not act on the subject. A repeat is answered before that, because the subject may
        have left the actor's hands since. Raises ActionIdTaken, and whatever `lock` and `work` refuse.
        """
        done = DoneAction.of(subject_id, actor_id, action)
        if await self._is_repeat(tx, action.action_id, done):
            return await repeated()
        subject = await lock()
        if not await self._remember(tx, action.action_id, done):
            # Another request with this id committed while we waited for the lock.
            await self._is_repeat(tx, action.action_id, done)
            return await repeated()
        return await work(subject)

    async def _is_repeat(self, tx: ReadTx, action_id: UUID, done: DoneAction) -> bool:
        """Tell whether this very action was done before. Raises ActionIdTaken when the id meant another."""
        known = await tx.row(select(self._table).where(self._table.c.action_id == action_id))
        if known is None:
            return False
        if DoneAction(getattr(known, self._subject), known.actor_id, known.content_hash) != done:
            raise ActionIdTaken
        return True

    async def _remember(self, tx: WriteTx, action_id: UUID, done: DoneAction) -> bool:
        """Keep an action with what it does; False when another request with its id came first."""
        row = {
            "action_id": action_id,
            self._subject: done.subject_id,
            "actor_id": done.actor_id,
            "content_hash": done.content_hash,
            "done_at": tx.now,
        }
        return await tx.execute(upsert(self._table).values(row).on_conflict_do_nothing()) == 1


def action_columns() -> tuple[Column[object], ...]:
    """Return the columns that such a table has beside its subject."""
    return (
        Column("action_id", PG_UUID(as_uuid=True), primary_key=True),
        Column("actor_id", PG_UUID(as_uuid=True), nullable=False),
        Column("content_hash", Text, nullable=False),
        Column("done_at", DateTime(timezone=True), nullable=False),
    )
