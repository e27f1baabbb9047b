"""Who is told when a clock is breached: town, then district, then the leading group."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.warning.domain.levels import WarningLevel
from services.warning.domain.policy import Authority, Policy

# The person on whose desk the warning lies is told of the first step.
ASSIGNEE = "assignee"


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """One step up.

    step: how many steps have been taken once this one is.
    at: when it is taken. next_at: when the one after it is; None when this is the last.
    tells: both sides, the one from which it goes and the one to which.
    """

    step: int
    to: Authority
    at: datetime
    next_at: datetime | None
    tells: tuple[str, ...]


def next_step(step: int, level: WarningLevel, breached_at: datetime, policy: Policy) -> EscalationStep | None:
    """Return what follows after `step` steps were taken (0: none yet); None when the top has been told."""
    ladder = policy.escalation[level]
    if step >= len(ladder):
        return None
    rung = ladder[step]
    below = ladder[step - 1].to.value if step else ASSIGNEE
    return EscalationStep(
        step=step + 1,
        to=rung.to,
        at=breached_at + timedelta(minutes=rung.after_minutes),
        next_at=(
            breached_at + timedelta(minutes=ladder[step + 1].after_minutes)
            if step + 1 < len(ladder)
            else None
        ),
        tells=(below, rung.to.value),
    )


def next_step_at(step: int, level: WarningLevel, breached_at: datetime, policy: Policy) -> datetime | None:
    """Return when the step after `step` is due on the ladder of this level; None when the top has been told."""
    following = next_step(step, level, breached_at, policy)
    return following.at if following is not None else None


def straight_to_leading_group(level: WarningLevel, at: datetime, policy: Policy) -> EscalationStep:
    """Return the step of two reds in a row: the leading group at once, and everybody below it is told."""
    return EscalationStep(
        step=len(policy.escalation[level]),
        to=Authority.LEADING_GROUP,
        at=at,
        next_at=None,
        tells=(ASSIGNEE, *(authority.value for authority in Authority)),
    )
