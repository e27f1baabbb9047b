"""What a district knows of its past when it goes live."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class PastOutcome:
    """Something that really happened, and when it became known."""

    uscc: str
    kind: str
    occurred_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class PastWarning:
    """A warning that was raised, handled and closed before this system came."""

    uscc: str
    level: str
    raised_at: datetime
    closed_at: datetime
    reason_code: str
