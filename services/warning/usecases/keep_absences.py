"""Coordinators with their load, and the days on which they get no new warnings."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.warning.repository import coordinators
from shared.auth.principal import Principal
from shared.contracts.warning import AbsenceOut, AbsencePage, CoordinatorOut, CoordinatorPage
from shared.contracts.warning_actions import AbsenceIn
from shared.db.tx import ReadTx, WriteTx
from shared.kernel.clock import shanghai_day
from shared.kernel.errors import DomainError, FieldProblem, Kind, NotFound, found
from shared.kernel.paging import Page, cut


class AbsenceDaysWrong(DomainError):
    """It ends before it begins."""

    code = "warning.absence_days_wrong"

    def __init__(self) -> None:
        """Name the field and what to do."""
        zh, en = "结束日期不得早于开始日期。", "It must not end before it begins."
        super().__init__(fields=[FieldProblem("ends_on", self.code, zh, en)])


class AbsenceIdTaken(DomainError):
    """The client used this action id for another absence."""

    kind = Kind.CONFLICT
    code = "warning.action_id_taken"
    message_zh = "该 action_id 已用于其他登记：每次新登记请生成新的编号。"
    message_en = "This action_id was used for another absence: make a new one."


async def list_coordinators(tx: ReadTx, who: Principal, page: Page) -> CoordinatorPage:
    """Return the coordinators of the caller's division with their load."""
    rows = await coordinators.page(tx, who, shanghai_day(tx.now), page)
    part = cut(rows, page, lambda row: (row.username,))
    items = [
        CoordinatorOut(
            account_id=row.account_id,
            username=row.username,
            division=row.division,
            grid_cells=list(row.grid_cells),
            open_warnings=row.load,
            absent=row.absent,
            enabled=row.enabled,
        )
        for row in part.items
    ]
    return CoordinatorPage(items=items, next_cursor=part.next_cursor)


async def list_absences(tx: ReadTx, who: Principal, page: Page) -> AbsencePage:
    """Return the absences of the caller's division, newest first."""
    part = cut(await coordinators.absence_page(tx, who.division, page), page, lambda row: (str(row.id),))
    return AbsencePage(items=[_out(row) for row in part.items], next_cursor=part.next_cursor)


async def record_absence(tx: WriteTx, who: Principal, absence: AbsenceIn) -> tuple[AbsenceOut, bool]:
    """Record an absence; the second value tells whether it is new. Its id is the client's action id.

    Raises AbsenceDaysWrong, NotFound (no coordinator of the caller's division), AbsenceIdTaken.
    """
    if absence.ends_on < absence.starts_on:
        raise AbsenceDaysWrong
    if not await coordinators.is_in(tx, absence.coordinator_id, who.division):
        raise NotFound
    values = absence.model_dump(include={"coordinator_id", "starts_on", "ends_on", "reason"})
    fresh = await coordinators.add_absence(tx, absence.action_id, values | {"recorded_by": who.account_id})
    row = await coordinators.find_absence(tx, absence.action_id, who.division)
    if row is None or any(getattr(row, name) != value for name, value in values.items()):
        raise AbsenceIdTaken
    return _out(row), fresh


async def cancel_absence(tx: WriteTx, who: Principal, absence_id: UUID) -> AbsenceOut:
    """End an absence as if it had not been; a repeat does nothing more. Raises NotFound."""
    found(await coordinators.find_absence(tx, absence_id, who.division))
    await coordinators.cancel_absence(tx, absence_id)
    row = found(await coordinators.find_absence(tx, absence_id, who.division))
    return _out(row)


def _out(row: Row[Any]) -> AbsenceOut:
    return AbsenceOut(
        id=row.id,
        coordinator_id=row.coordinator_id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        reason=row.reason,
        cancelled=row.cancelled_at is not None,
    )
