"""Notifications. Every query but those of the streams' round carries whose they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    asc,
    delete,
    desc,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from services.gateway.domain.notifications import Notice, Notification, Reader, Subject, Title, office
from services.gateway.repository.tables import accounts, notification_reads, notifications
from shared.auth.permissions import Role
from shared.db.rows import among
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.ids import new_id

CHANNEL = "gateway_notifications"

_ONE_WRITER = "gateway.notifications"


async def add(tx: WriteTx, notices: Sequence[Notice]) -> None:
    """Keep a notification per addressee, and wake the streams when this commits.

    One transaction at a time: only so does a greater `seq` never become visible before a smaller one, and a
    stream that goes on after a `seq` misses nothing.
    """
    rows = [_row(notice, addressee, tx.now) for notice in notices for addressee in notice.addressees]
    if not rows:
        return
    await tx.lock(_ONE_WRITER)
    await tx.execute(insert(notifications), rows)
    await tx.execute(select(func.pg_notify(CHANNEL, "")))


async def offices_of(tx: ReadTx, role: Role) -> tuple[str, ...]:
    """Return the offices that people hold with this role."""
    held = select(accounts.c.division).distinct().where(accounts.c.role == role.value, accounts.c.enabled)
    rows = await tx.rows(held.order_by(accounts.c.division))
    return tuple(office(role, row.division) for row in rows)


async def listing(
    tx: ReadTx, who: Reader, before: int | None, limit: int, *, unread_only: bool
) -> Sequence[Notification]:
    """Return at most `limit` of the reader's notifications, newest first, older than `before`."""
    conditions = [] if before is None else [notifications.c.seq < before]
    if unread_only:
        conditions.append(_unread_by(who))
    return await _in_order(tx, who, conditions, limit, newest_first=True)


async def unread_by_kind(tx: ReadTx, who: Reader, until: int | None = None) -> dict[str, int]:
    """Return how many of each kind the reader has not read, among those up to `until`."""
    conditions = [] if until is None else [notifications.c.seq <= until]
    counted = (
        select(notifications.c.kind, func.count().label("number"))
        .where(_of(who), _unread_by(who), *conditions)
        .group_by(notifications.c.kind)
        .order_by(notifications.c.kind)
    )
    return {row.kind: row.number for row in await tx.rows(counted)}


async def mark_read(tx: WriteTx, who: Reader, ids: Sequence[UUID]) -> None:
    """Mark those of these that are the reader's."""
    await _mark(tx, who, among(notifications.c.id, ids))


async def mark_read_up_to(tx: WriteTx, who: Reader, last: UUID) -> None:
    """Mark the reader's notifications up to one of theirs; nothing when it is none of theirs."""
    up_to = select(notifications.c.seq).where(notifications.c.id == last, _of(who)).scalar_subquery()
    await _mark(tx, who, notifications.c.seq <= up_to)


async def _mark(tx: WriteTx, who: Reader, condition: ColumnElement[bool]) -> None:
    chosen = (
        select(literal(who.account_id), notifications.c.seq, literal(tx.now))
        .where(_of(who), condition, not_(_marked_by(who)))
        # What is being forgotten at this moment is passed over instead of breaking the foreign key.
        .with_for_update(read=True, key_share=True, of=notifications)
    )
    marks = upsert(notification_reads).from_select(["account_id", "seq", "read_at"], chosen)
    await tx.execute(marks.on_conflict_do_nothing())


async def newest_seq(tx: ReadTx) -> int:
    """Return the last place in the order; 0 while there is nothing."""
    return int(await tx.value(select(func.coalesce(func.max(notifications.c.seq), 0))))


async def place_of(tx: ReadTx, who: Reader, notification_id: UUID) -> int:
    """Return the place of one of the reader's notifications; 0, before all that are kept, when it is none."""
    found = await tx.value(select(notifications.c.seq).where(notifications.c.id == notification_id, _of(who)))
    return int(found or 0)


async def between(tx: ReadTx, who: Reader, after: int, until: int, limit: int) -> Sequence[Notification]:
    """Return the reader's notifications after one place up to another, oldest first, at most `limit`."""
    conditions = [notifications.c.seq > after, notifications.c.seq <= until]
    return await _in_order(tx, who, conditions, limit, newest_first=False)


async def all_after(tx: ReadTx, after: int, limit: int) -> Sequence[Notification]:
    """Return everybody's notifications after a place, oldest first, at most `limit`; nobody has read them."""
    chosen = select(notifications).where(notifications.c.seq > after).order_by(notifications.c.seq)
    return [_notification(row, read=False) for row in await tx.rows(chosen.limit(limit))]


async def purge(tx: WriteTx, before: datetime, limit: int) -> int:
    """Remove notifications older than an instant, with who has read them; at most `limit`."""
    old = (
        select(notifications.c.seq)
        .where(notifications.c.at < before)
        .order_by(notifications.c.at)
        .limit(limit)
    )
    return await tx.execute(delete(notifications).where(notifications.c.seq.in_(old)))


async def _in_order(
    tx: ReadTx, who: Reader, conditions: Sequence[ColumnElement[bool]], limit: int, *, newest_first: bool
) -> Sequence[Notification]:
    shown = select(notifications, not_(_unread_by(who)).label("read")).where(*conditions)
    order = desc if newest_first else asc
    # Each addressee's come in order from the index, however many there are of them or of others'.
    parts = [shown.where(one).order_by(order(notifications.c.seq)).limit(limit) for one in _each_of(who)]
    found = union_all(*parts).subquery("found")
    rows = await tx.rows(select(found).order_by(order(found.c.seq)).limit(limit))
    return [_notification(row, read=row.read) for row in rows]


def _of(who: Reader) -> ColumnElement[bool]:
    return or_(*_each_of(who))


def _each_of(who: Reader) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions for what is the reader's own, and for what they read of their office's."""
    of_office = notifications.c.addressee == who.office
    if who.within:
        of_office &= notifications.c.division.startswith(who.within)
    return notifications.c.addressee == who.own, of_office


def _marked_by(who: Reader) -> ColumnElement[bool]:
    return exists().where(
        notification_reads.c.account_id == who.account_id, notification_reads.c.seq == notifications.c.seq
    )


def _unread_by(who: Reader) -> ColumnElement[bool]:
    """Return the condition; what an office was told before the account existed was for others to read."""
    since = select(accounts.c.created_at).where(accounts.c.id == who.account_id).scalar_subquery()
    meant = or_(notifications.c.addressee == who.own, notifications.c.at >= since)
    return and_(meant, not_(_marked_by(who)))


def _row(notice: Notice, addressee: str, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "at": now,
        "addressee": addressee,
        "kind": notice.kind,
        "level": notice.level,
        "subject": notice.subject.value,
        "subject_id": notice.subject_id,
        "uscc": notice.uscc,
        "division": notice.division,
        "title_zh": notice.title.zh,
        "title_en": notice.title.en,
    }


def _notification(row: Row[Any], *, read: bool) -> Notification:
    return Notification(
        seq=row.seq,
        id=row.id,
        at=row.at,
        addressee=row.addressee,
        kind=row.kind,
        level=row.level,
        subject=Subject(row.subject),
        subject_id=row.subject_id,
        uscc=row.uscc,
        division=row.division,
        title=Title(row.title_zh, row.title_en),
        read=read,
    )
