"""Takes a notice on working days into the calendar, and settles the deadlines that waited for it."""

from collections.abc import Sequence

from services.mediation.domain.clocks import resettled
from services.mediation.repository import cases, clocks
from services.mediation.repository.tables import CALENDAR
from services.mediation.usecases.effects import Effects
from services.mediation.usecases.notice_breaches import deem_failed
from services.mediation.usecases.situation import Situation
from services.mediation.usecases.timing import TimingSource
from shared.auth.actor import SYSTEM
from shared.db.tx import WriteTx
from shared.events.warning import CalendarNoticeTaken


async def take_calendar_notices(
    tx: WriteTx, notices: Sequence[CalendarNoticeTaken], source: TimingSource
) -> int:
    """Keep the notices; return how many cases had a deadline that they settled or moved."""
    await CALENDAR.follow(tx, notices)
    timing = await source.now(tx)
    waiting = await cases.lock_by_ids(tx, await clocks.provisional_cases(tx))
    running = await clocks.of_cases(tx, list(waiting))
    effects = Effects()
    for case in waiting.values():
        situation = Situation(tx, SYSTEM, case, running[case.id], timing, effects)
        _settle(situation)
        situation.settle()
    await effects.write(tx)
    return len({one.case_id for one in effects.moved.values()})


def _settle(situation: Situation) -> None:
    for one in situation.running:
        clock = one.clock
        if clock.provisional and clock.met_at is None:
            fresh = resettled(
                clock, situation.timing.rule_of(clock), situation.timing.calendar, situation.tx.now
            )
            if fresh is not None:
                situation.change_clock(one, fresh)
    deem_failed(situation)
