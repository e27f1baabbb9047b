"""The clocks of a case. How days are counted is the kernel's (shared.kernel.deadlines).

Two periods of 15 natural days stand beside each other: from receipt, after which the parties may go to
arbitration (劳动争议调解仲裁法 art. 14), and from acceptance, after which mediation counts as failed (企业劳动
争议协商调解规定 art. 29).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.calendar import WorkingCalendar
from shared.kernel.clock import shanghai_day
from shared.kernel.clock_traces import provisional_trace
from shared.kernel.deadlines import ClockUnit, deadline, end_of


class ClockKind(StrEnum):
    """What ends: the parties' duty to wait, the time to accept, the time to close."""

    RIGHT_TO_ARBITRATE = "right_to_arbitrate"
    ACCEPT = "accept"
    CLOSE = "close"


class Start(StrEnum):
    """What lets a clock run."""

    RECEIPT = "receipt"
    ACCEPTANCE = "acceptance"


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One statutory period, as its article has it."""

    id: str
    kind: ClockKind
    runs_from: Start
    length: int
    unit: ClockUnit
    article: str


@dataclass(frozen=True, slots=True)
class Clock:
    """One running, met or breached clock, with everything that explains its date.

    provisional: some day between start and due lies in a year whose calendar is not published.
    """

    kind: ClockKind
    rule_id: str
    started_at: datetime
    due_at: datetime
    provisional: bool
    calendar_version: str
    trace_zh: str
    trace_en: str
    article: str
    met_at: datetime | None = None
    breached_at: datetime | None = None

    @property
    def ended(self) -> bool:
        """Say whether nothing more can come of it: it was met, or it was noticed that it was not."""
        return self.met_at is not None or self.breached_at is not None


def start_clock(rule: ClockRule, started_at: datetime, calendar: WorkingCalendar) -> Clock:
    """Start a clock."""
    until = deadline(rule.length, rule.unit, started_at, calendar)
    return Clock(
        kind=rule.kind,
        rule_id=rule.id,
        started_at=started_at,
        due_at=until.due_at,
        provisional=until.provisional,
        calendar_version=until.calendar_version,
        trace_zh=until.trace.zh,
        trace_en=until.trace.en,
        article=rule.article,
    )


def extended(clock: Clock, due_on: date, calendar: WorkingCalendar) -> Clock:
    """Return a clock of this calendar until the end of the day on which both parties agreed (art. 29).

    No calendar moves that day, so the trace says no longer that one might.
    """
    moving = provisional_trace(calendar, shanghai_day(clock.started_at), shanghai_day(clock.due_at))
    zh = clock.trace_zh.removesuffix(moving.zh)
    en = clock.trace_en.removesuffix(moving.en).rstrip()
    return replace(
        clock,
        due_at=end_of(due_on),
        provisional=False,
        trace_zh=f"{zh}经双方当事人同意，延长至{due_on}终了。",
        trace_en=f"{en} Extended by agreement of both parties until the end of {due_on}.",
    )


def resettled(clock: Clock, rule: ClockRule, calendar: WorkingCalendar, now: datetime) -> Clock | None:
    """Return a provisional clock by a newer calendar; None when nothing about it changed.

    A breach that was noticed on a date that has moved into the future is none.
    """
    fresh = start_clock(rule, clock.started_at, calendar)
    if (fresh.due_at, fresh.provisional) == (clock.due_at, clock.provisional):
        return None
    return replace(fresh, breached_at=clock.breached_at if fresh.due_at < now else None)


def meet(clock: Clock, at: datetime) -> Clock:
    """Record that what was due has happened; a breach before it stays recorded."""
    if clock.met_at is not None:
        return clock
    late = at if at > clock.due_at else None
    return replace(clock, met_at=at, breached_at=clock.breached_at or late)


def next_due(clocks: Iterable[Clock]) -> datetime | None:
    """Return the date that asks for something first.

    That the parties may go to arbitration asks nothing more of the mediator once it is so.
    """
    waiting = (
        clock.due_at
        for clock in clocks
        if clock.met_at is None
        and not (clock.kind is ClockKind.RIGHT_TO_ARBITRATE and clock.breached_at is not None)
    )
    return min(waiting, default=None)
