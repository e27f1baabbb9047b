"""What cases are given out by and clocks are made from: the policy and the working calendar."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.mediation.domain.clocks import Clock, ClockRule
from services.mediation.domain.policy import Policy, policy_on
from services.mediation.repository.tables import CALENDAR
from shared.db.calendar_days import KnownCalendar
from shared.db.tx import ReadTx
from shared.kernel.calendar import WorkingCalendar
from shared.kernel.clock import shanghai_day


@dataclass(frozen=True, slots=True)
class Timing:
    """What holds at one instant; `policies` also holds what clocks of earlier days were made from."""

    policy: Policy
    calendar: WorkingCalendar
    policies: Sequence[Policy]

    def rule_of(self, clock: Clock) -> ClockRule:
        """Return the rule by which a clock was started."""
        return policy_on(self.policies, shanghai_day(clock.started_at)).clock_rule(clock.kind)


class TimingSource:
    """Keeps the policies of this release, and the calendar as it is known."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        """Keep the policies."""
        self._policies = policies
        self._calendar = KnownCalendar(CALENDAR)

    async def now(self, tx: ReadTx) -> Timing:
        """Return what holds at `tx.now`. Raises MediationPolicyMissing."""
        policy = policy_on(self._policies, shanghai_day(tx.now))
        return Timing(policy, await self._calendar.current(tx), self._policies)
