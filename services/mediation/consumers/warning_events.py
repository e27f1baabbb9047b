"""What the mediation service does with the warning service's events."""

from collections.abc import Sequence

from services.mediation.usecases.follow_warnings import follow_levels, follow_moves
from services.mediation.usecases.open_cases import open_cases
from services.mediation.usecases.take_calendar_notice import take_calendar_notices
from services.mediation.usecases.timing import TimingSource
from shared.db.tx import WriteTx
from shared.events.warning import (
    CalendarNoticeTaken,
    WarningDowngraded,
    WarningHandedOver,
    WarningMoved,
    WarningUpgraded,
)
from shared.outbox.inbox import Handlers


def handlers(timing: TimingSource) -> Handlers:
    """Return the handlers by event."""

    async def handed_over(tx: WriteTx, events: Sequence[WarningHandedOver]) -> None:
        await open_cases(tx, events, await timing.now(tx))

    async def notices_taken(tx: WriteTx, events: Sequence[CalendarNoticeTaken]) -> None:
        await take_calendar_notices(tx, events, timing)

    async def moved(tx: WriteTx, events: Sequence[WarningMoved]) -> None:
        await follow_moves(tx, events, await timing.now(tx))

    async def level_changed(tx: WriteTx, events: Sequence[WarningUpgraded | WarningDowngraded]) -> None:
        await follow_levels(tx, events, await timing.now(tx))

    return {
        WarningHandedOver: handed_over,
        WarningMoved: moved,
        WarningUpgraded: level_changed,
        WarningDowngraded: level_changed,
        CalendarNoticeTaken: notices_taken,
    }
