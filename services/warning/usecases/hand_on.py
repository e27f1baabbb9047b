"""Gives the warnings of somebody who does not work, or not today, to the next in line."""

from collections.abc import Sequence

from services.warning.domain.warning_case import WarningCase
from services.warning.repository import clocks, warnings
from services.warning.usecases.assign_warnings import Roster
from services.warning.usecases.effects import Effects
from services.warning.usecases.handle_warning import hand_to
from services.warning.usecases.warning_action import Situation, Timing
from shared.auth.actor import SYSTEM
from shared.db.tx import WriteTx
from shared.kernel.clock import shanghai_day

BATCH = 200


async def hand_on(tx: WriteTx, cases: Sequence[WarningCase], why: str, timing: Timing) -> None:
    """Give locked warnings to whom the usual order names."""
    if not cases:
        return
    running = await clocks.of_warnings(tx, [case.id for case in cases])
    roster = await Roster.read(tx, [case.division for case in cases], timing.policy.cap_open_per_coordinator)
    effects = Effects()
    for case in cases:
        situation = Situation(tx, SYSTEM, case, running[case.id], timing, effects)
        hand_to(situation, roster.choose(case), why)
        situation.settle()
    await effects.write(tx)


async def hand_on_of_absent(tx: WriteTx, timing: Timing) -> int:
    """Hand on what nobody has accepted, of those who are away today; return how many, at most `BATCH`.

    What was accepted stays with whoever knows it, and what an officer gave somebody stays as the officer decided.
    """
    cases = await warnings.lock_of_absent(tx, shanghai_day(tx.now), BATCH)
    await hand_on(tx, cases, "absent", timing)
    return len(cases)
