"""What the inspection service does with the warning service's events."""

from collections.abc import Sequence

from services.inspection.usecases.follow_calendar import follow_calendar
from services.inspection.usecases.follow_warnings import follow_levels, follow_moves
from services.inspection.usecases.open_cases import open_cases
from services.inspection.usecases.timing import Timings
from shared.db.tx import WriteTx
from shared.events.warning import (
    CalendarNoticeTaken,
    WarningDowngraded,
    WarningMoved,
    WarningReferred,
    WarningUpgraded,
)
from shared.outbox.inbox import Handlers


def handlers(timings: Timings) -> Handlers:
    """Return the handlers by event."""

    async def warnings_referred(tx: WriteTx, events: Sequence[WarningReferred]) -> None:
        await open_cases(tx, events, await timings.current(tx))

    async def calendar_changed(tx: WriteTx, events: Sequence[CalendarNoticeTaken]) -> None:
        await follow_calendar(tx, events)

    async def moved(tx: WriteTx, events: Sequence[WarningMoved]) -> None:
        await follow_moves(tx, events)

    async def level_changed(tx: WriteTx, events: Sequence[WarningUpgraded | WarningDowngraded]) -> None:
        await follow_levels(tx, events)

    return {
        WarningReferred: warnings_referred,
        WarningMoved: moved,
        WarningUpgraded: level_changed,
        WarningDowngraded: level_changed,
        CalendarNoticeTaken: calendar_changed,
    }
