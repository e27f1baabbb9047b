"""Opens a case for each referral of a warning; the period for its filing runs from then on."""

from collections.abc import Sequence
from datetime import datetime

from services.inspection.domain.inspection_case import InspectionCase
from services.inspection.domain.lifecycle import State
from services.inspection.domain.periods import ClockKind
from services.inspection.repository import cases
from services.inspection.repository.clocks import new_clock
from services.inspection.usecases.effects import Effects, district_office, facts_of, step_between
from services.inspection.usecases.timing import Timing
from shared.auth.actor import SYSTEM
from shared.auth.permissions import Role
from shared.db.tx import WriteTx
from shared.events.inspection import InspectionCaseOpened
from shared.events.warning import WarningReferred
from shared.kernel.ids import new_id


async def open_cases(tx: WriteTx, referrals: Sequence[WarningReferred], timing: Timing) -> None:
    """Open one case for each referral; one that has its case already opens no other.

    The division is that of the workplace, which decides who is competent (劳动保障监察条例 art. 13).
    """
    effects = Effects()
    clock = timing.start(ClockKind.ACCEPT, tx)
    fresh = [_case(referral, tx, clock.due_at) for referral in referrals]
    added = await cases.add(tx, fresh)
    for case in fresh:
        if case.id in added:
            effects.started.append(new_clock(case.id, clock))
            effects.steps.append(step_between(None, case, "receive", SYSTEM, case.note))
            facts = facts_of(case) | {"told": (district_office(case, Role.INSPECTOR),)}
            effects.events.append(InspectionCaseOpened.model_validate(facts))
    await effects.write(tx)


def _case(referral: WarningReferred, tx: WriteTx, due_at: datetime) -> InspectionCase:
    return InspectionCase(
        id=new_id(),
        warning_id=referral.warning_id,
        referred_version=referral.version,
        level=referral.level,
        uscc=referral.uscc,
        enterprise_name=referral.enterprise_name,
        sole_trader=referral.sole_trader,
        division=referral.division,
        grid_cell=referral.grid_cell,
        zone=referral.zone,
        industry=referral.industry,
        headcount=referral.headcount,
        workers=referral.workers,
        amount_cny=referral.amount_cny,
        note=referral.note,
        state=State.RECEIVED,
        received_at=tx.now,
        due_at=due_at,
        version=1,
        updated_at=tx.now,
    )
