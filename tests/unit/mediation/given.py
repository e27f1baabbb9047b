"""What the tests of the mediation domain start from: the shipped policy, and a few short ways to say things."""

from datetime import UTC, date, datetime

from services.mediation.domain.policy import Policy, policy_on
from services.mediation.service import read_policies
from shared.kernel.calendar import ChinaCalendar
from shared.kernel.clock import SHANGHAI

CALENDAR = ChinaCalendar()
POLICY: Policy = policy_on(read_policies(), date(2026, 11, 22))


def shanghai(text: str) -> datetime:
    """Return the instant of a local time written 2026-11-20 09:00."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)
